"""Starts and stops the server for the scripts beside this folder, and speaks raw HTTP/1.1 to it."""
import os, re, shutil, socket, ssl, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CASE = b'{"case":{"tumor":{"kind":"neuroendocrine-tumor","primarySite":"pancreas","ki67":{"value":12,"unit":"%"}},"disease":{"extent":"metastatic"}}}'
QUESTION = b'{"question":"First-line treatment of a grade 2 pancreatic NET with whole-body involvement on PET?"}'


def need(program, package):
    if not shutil.which(program): print(f'{program} is missing: apt-get install {package}', file=sys.stderr); sys.exit(69)


def certificate(folder):
    chain, key = f'{folder}/chain.pem', f'{folder}/key.pem'
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key,
                    '-out', chain, '-days', '2', '-subj', '/CN=localhost'], check=True, stderr=subprocess.DEVNULL)
    return chain, key


class Service:
    """One running server; `command` may hold {port}."""

    def __init__(self, command, port=0, **environment):
        program = command.split()[0]
        if not shutil.which(program): print(f'{program} is missing: Scripts/build --product consilium', file=sys.stderr); sys.exit(69)
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command.format(port=port).split(), cwd=ROOT, stdout=subprocess.PIPE, stderr=self.log,
                                        env=dict(os.environ, CONSILIUM_ACCESS_LOG='false', **environment))
        line = self.process.stdout.readline().decode()
        found = re.search(r'(https?)://\S+:(\d+)', line)
        if not found: print(f'the server did not start: {line}{self.errors()}', file=sys.stderr); sys.exit(1)
        self.secure, self.port = found[1] == 'https', int(found[2])

    def errors(self):
        self.log.seek(0); return self.log.read().decode()[-2000:]

    def status(self, name):
        with open(f'/proc/{self.process.pid}/status') as f: return int(re.search(rf'{name}:\s+(\d+)', f.read())[1])

    def figures(self):
        """Resident memory in KB, descriptors, threads."""
        return {'memory KB': self.status('VmRSS'), 'descriptors': len(os.listdir(f'/proc/{self.process.pid}/fd')), 'threads': self.status('Threads')}

    def stop(self, wait=40):
        """Ends it in order; its exit code."""
        if self.process.poll() is None: self.process.terminate()
        try: return self.process.wait(wait)
        except subprocess.TimeoutExpired: self.process.kill(); return 'it did not end'


def connect(port, secure=False, source=None, timeout=15):
    s = socket.create_connection(('127.0.0.1', port), timeout, source_address=(source, 0) if source else None)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not secure: return s
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT); context.check_hostname = False; context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(s)


def request(method, path, body=b'', fields=(), close=False):
    lines = [f'{method} {path} HTTP/1.1', 'Host: service.example', *fields]
    if body: lines += [f'Content-Length: {len(body)}'] + ([] if any(f.lower().startswith('content-type') for f in fields) else ['Content-Type: application/json'])
    if close: lines.append('Connection: close')
    return '\r\n'.join(lines).encode() + b'\r\n\r\n' + body


class Answers:
    """Reads answers one behind the other from a socket."""

    def __init__(self, s): self.s, self.data = s, b''

    def next(self, head=False):
        """(status, fields, body) of the next answer; ConnectionError where the stream ends before."""
        while b'\r\n\r\n' not in self.data: self.more()
        raw, self.data = self.data.split(b'\r\n\r\n', 1)
        lines = raw.decode('latin1').split('\r\n'); status = int(lines[0].split(' ')[1])
        fields = {k.lower(): v.strip() for k, v in (l.split(':', 1) for l in lines[1:])}
        if status == 100: return self.next(head)
        length = 0 if head or status in (204, 304) else int(fields.get('content-length', 0))
        while len(self.data) < length: self.more()
        body, self.data = self.data[:length], self.data[length:]
        return status, fields, body

    def more(self):
        part = self.s.recv(65536)
        if not part: raise ConnectionError('the stream ended')
        self.data += part
