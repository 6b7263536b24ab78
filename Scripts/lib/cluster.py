"""Replicas of the service, each in a network namespace of its own, wired to a namespace where the balancer and its clients live.

A replica is a container of an engine (no network of its own) or a plain process; either way its namespace gets one end of a veth
pair, the other end hangs on a bridge in front. Needs root, iproute2 and util-linux; leaves nothing behind: namespaces end with
their processes.
"""
import json, os, shutil, signal, socket, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PORT = 8080


def run(*command, check=True):
    done = subprocess.run(command, capture_output=True, text=True)
    if check and done.returncode: raise RuntimeError(f'{" ".join(command)}: {done.stderr.strip()}')
    return done.stdout.strip()


class Front:
    """The namespace of the balancer and the clients: a bridge at 10.99.0.1."""

    def __init__(self):
        self.holder = subprocess.Popen(['unshare', '-n', 'sleep', 'infinity'])
        # Before it has its own, everything below would be made in the namespace of the machine.
        while os.readlink(f'/proc/{self.holder.pid}/ns/net') == os.readlink('/proc/self/ns/net'): time.sleep(0.005)
        self('ip', 'link', 'set', 'lo', 'up'); self('ip', 'link', 'add', 'front', 'type', 'bridge')
        self('ip', 'address', 'add', '10.99.0.1/24', 'dev', 'front'); self('ip', 'link', 'set', 'front', 'up')

    @property
    def enter(self): return ['nsenter', '-t', str(self.holder.pid), '-n']

    def __call__(self, *command): return run(*self.enter, *command)

    def plug(self, number, pid):
        """Wires the namespace of a process to the bridge, as 10.99.0.1<number>."""
        name = f'replica{number}'; inside = ['nsenter', '-t', str(pid), '-n']
        run(*self.enter, 'ip', 'link', 'delete', name, check=False)
        # The other end is made in the namespace of the process, always with the same address of the link: a replica that comes back
        # must not be looked for where it was.
        self('ip', 'link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'address', f'02:00:00:00:00:0{number}', 'netns', str(pid))
        self('ip', 'link', 'set', name, 'master', 'front'); self('ip', 'link', 'set', name, 'up')
        for words in (['link', 'set', 'lo', 'up'], ['address', 'add', f'10.99.0.1{number}/24', 'dev', 'eth0'], ['link', 'set', 'eth0', 'up']):
            run(*inside, 'ip', *words)

    def start(self, *command, **more): return subprocess.Popen([*self.enter, *command], **more)

    def close(self): self.holder.kill(); self.holder.wait()


class Replica:
    """One replica; it can be stopped in order, killed and started again."""

    def __init__(self, front, number, image=None, binary='.build/release/consilium', environment=None):
        self.front, self.number, self.image, self.binary = front, number, image, binary
        self.environment = {'CONSILIUM_HOST': '0.0.0.0', 'CONSILIUM_PORT': str(PORT), 'CONSILIUM_ACCESS_LOG': 'false', 'CONSILIUM_DRAIN_DELAY': '2', **(environment or {})}
        self.address, self.name = f'10.99.0.1{number}:{PORT}', f'consilium-proof-{os.getpid()}-{number}'
        self.log = tempfile.TemporaryFile()
        if image:
            settings = [w for k, v in self.environment.items() for w in ('-e', f'{k}={v}')]
            run('docker', 'create', '--name', self.name, '--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--network', 'none',
                '--memory', '160m', '--memory-swap', '160m', '--pids-limit', '256', *settings, image)
        self.start()

    def start(self):
        """Until it is ready; the seconds that took."""
        begun = time.monotonic()
        if self.image:
            run('docker', 'start', self.name); self.pid = int(run('docker', 'inspect', '-f', '{{.State.Pid}}', self.name))
        else:
            # The settings are the ones here and no others, so that nothing of the caller's environment changes a proof.
            self.process = subprocess.Popen(['unshare', '-n', self.binary, 'serve'], cwd=ROOT, stdout=self.log, stderr=self.log,
                                            env={'PATH': os.environ['PATH'], **self.environment})
            self.pid = self.process.pid
            while os.readlink(f'/proc/{self.pid}/ns/net') == os.readlink('/proc/self/ns/net'): time.sleep(0.005)
        self.front.plug(self.number, self.pid)
        while self.status('/readyz') != 200:
            if time.monotonic() - begun > 20: raise RuntimeError(f'replica {self.number} is not ready: {self.errors()}')
            time.sleep(0.02)
        return time.monotonic() - begun

    def status(self, path):
        text = run(*self.front.enter, 'curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', '--max-time', '2', f'http://{self.address}{path}', check=False)
        return int(text or 0)

    def errors(self):
        if self.image: return run('docker', 'logs', '--tail', '20', self.name, check=False)
        self.log.seek(0); return self.log.read().decode()[-1500:]

    def stop(self, number=signal.SIGTERM):
        """By a signal; the exit code and the seconds that took."""
        begun = time.monotonic()
        if self.image:
            run('docker', 'kill', '-s', signal.Signals(number).name, self.name); code = int(run('docker', 'wait', self.name))
        else:
            self.process.send_signal(number); code = self.process.wait(60)
        return code, time.monotonic() - begun

    def close(self):
        if self.image: run('docker', 'rm', '-f', self.name, check=False)
        elif self.process.poll() is None: self.process.kill(); self.process.wait()
