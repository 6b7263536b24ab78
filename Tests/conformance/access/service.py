"""A service of its own for a test: keys, certificates, the list of clients, the running program."""
import hashlib, json, os, re, signal, subprocess, tempfile, time

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

ISSUER, BASE = 'https://ehr.example.org', 'https://cds.example.org'
PATIENT = {'hook': 'patient-view', 'hookInstance': 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea', 'context': {'userId': 'Practitioner/example', 'patientId': 'p1'},
           'prefetch': {'patient': {'resourceType': 'Patient', 'id': 'p1', 'gender': 'female', 'birthDate': '1961-03-01'},
                        'conditions': {'resourceType': 'Bundle', 'type': 'searchset', 'entry': [{'resource': {'resourceType': 'Condition', 'id': 'c1', 'subject': {'reference': 'Patient/p1'},
                            'code': {'coding': [{'system': 'http://hl7.org/fhir/sid/icd-10-cm', 'code': 'C7A.012'}]}}}]}}}
CASE = {'case': {'tumor': {'kind': 'neuroendocrine-tumor', 'primarySite': 'pancreas', 'grade': 'G2'}, 'disease': {'extent': 'metastatic'}}}


class Keys:
    """One key of each kind, and the set that an issuer publishes."""

    def __init__(self):
        self.p256, self.p384 = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP384R1())
        self.rsa, self.stranger = (rsa.generate_private_key(65537, 2048) for _ in range(2))

    def of(self, algorithm):
        return {'ES256': (self.p256, 'p256'), 'ES384': (self.p384, 'p384')}.get(algorithm, (self.rsa, 'rsa'))

    def jwks(self):
        def one(algorithm, key, kid): return {**algorithm.to_jwk(key.public_key(), as_dict=True), 'kid': kid, 'use': 'sig'}
        return {'keys': [one(ECAlgorithm, self.p256, 'p256'), one(ECAlgorithm, self.p384, 'p384'), one(RSAAlgorithm, self.rsa, 'rsa')]}


def openssl(*arguments, folder):
    subprocess.run(['openssl', *arguments], cwd=folder, check=True, capture_output=True)


class Service:
    """The program with a list of clients, TLS and journals, in a folder that is gone afterwards."""

    def __init__(self, binary, **settings):
        self.binary, self.folder = binary, tempfile.mkdtemp(prefix='access-')
        self.keys, self.process = Keys(), None
        self.write('keys.json', self.keys.jwks())
        openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'server.key', '-out', 'server.pem', '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost', folder=self.folder)
        openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=clients', folder=self.folder)
        for name in ('gateway', 'unlisted'):
            openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', f'{name}.key', '-out', f'{name}.csr', '-subj', f'/CN={name}', folder=self.folder)
            openssl('x509', '-req', '-in', f'{name}.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-out', f'{name}.pem', '-days', '2', folder=self.folder)
        made = subprocess.run([binary, 'key'], capture_output=True, text=True, check=True).stdout.split()
        self.api_key, self.api_hash = made[1], made[3]
        der = subprocess.run(['openssl', 'x509', '-in', 'gateway.pem', '-outform', 'DER'], cwd=self.folder, check=True, capture_output=True).stdout
        self.clients = {'issuers': [{'issuer': ISSUER, 'jwks': 'keys.json', 'tenants': ['ward-1'], 'scopes': ['cds', 'fhir']}],
                        'keys': [{'name': 'portal', 'hash': self.api_hash, 'scopes': ['recommend', 'reference']}],
                        'certificates': [{'name': 'gateway', 'fingerprint': hashlib.sha256(der).hexdigest(), 'scopes': ['recommend', 'admin']}]}
        self.write('clients.json', self.clients)
        self.write_text('audit.key', 'k' * 43)
        self.settings = {'clients': f'{self.folder}/clients.json', 'publicBaseURL': BASE, 'metrics': True, 'accessLog': True, 'loops': 2, 'clientsWatch': 1,
                         'tlsCertificate': [f'{self.folder}/server.pem'], 'tlsKey': [f'{self.folder}/server.key'], 'tlsClientCA': f'{self.folder}/ca.pem', 'tlsClientCertificates': 'requested',
                         'feedbackJournal': f'{self.folder}/feedback.jsonl', 'auditJournal': f'{self.folder}/audit.jsonl', 'auditKeyFile': f'{self.folder}/audit.key', **settings}

    def write(self, name, value): self.write_text(name, json.dumps(value))

    def write_text(self, name, text):
        path = f'{self.folder}/{name}'
        with open(path + '.new', 'w') as file: file.write(text)
        os.replace(path + '.new', path)
        return path

    def start(self):
        config = self.write_text('config.json', json.dumps({name: value for name, value in self.settings.items() if value is not None}))
        self.log = open(f'{self.folder}/log', 'ab')
        self.process = subprocess.Popen([self.binary, 'serve', '--port', '0', '--config', config], stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline()
        found = re.search(r'(https?)://\S*?:(\d+)', line)
        if not found: raise SystemExit(f'the service does not start: {line}\n{open(f"{self.folder}/log").read()}')
        self.url = f'{found[1]}://127.0.0.1:{found[2]}'
        return self

    def stop(self, number=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(number); self.process.wait(40)
        self.log.close()

    def said(self): return open(f'{self.folder}/log').read()

    # MARK: tokens

    def token(self, path='/cds-services/net-advisor', algorithm='ES384', claims=None, header=None, key=None):
        now = int(time.time())
        content = {'iss': ISSUER, 'aud': BASE + path, 'iat': now, 'exp': now + 300, 'jti': os.urandom(12).hex(), 'tenant': 'ward-1', **(claims or {})}
        content = {name: value for name, value in content.items() if value is not None}
        own, kid = self.keys.of(algorithm)
        head = {'typ': 'JWT', 'kid': kid, **(header or {})}
        return jwt.encode(content, key if key is not None else own, algorithm=algorithm, headers={name: value for name, value in head.items() if value is not None} | ({'kid': None} if head['kid'] is None else {}))
