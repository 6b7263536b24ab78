"""Tokens, keys, certificates, scopes, feedback, journals and a hundred ways in that must stay shut. Started by run-access."""
import argparse, base64, hashlib, hmac, json, os, signal, ssl, subprocess, sys, time, uuid

import httpx, jwt
from cryptography.hazmat.primitives.asymmetric import ec

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from service import BASE, CASE, PATIENT, Keys, Service
from crash import crash

failures, path = [], '/cds-services/net-advisor'


def check(what, is_so, seen=''):
    print(f'  {"ok  " if is_so else "FAIL"} {what}{f" ({seen})" if seen != "" else ""}', flush=True)
    if not is_so: failures.append(what)


def call(client, token, where=path): return client.post(where, json=PATIENT, headers={'Authorization': f'Bearer {token}'} if token else {})


def figure(client_with_certificate, name):
    text = client_with_certificate.get('/metrics').text
    return {line.rsplit(' ', 1)[0]: float(line.rsplit(' ', 1)[1]) for line in text.splitlines() if line.startswith(name)}


def part(value): return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b'=').decode()


def hmac_token(content, secret):
    """By hand: PyJWT refuses to take a public key for a secret, which is the very trick."""
    signed = part({'alg': 'HS256', 'typ': 'JWT', 'kid': 'p256'}) + '.' + part(content)
    return signed + '.' + base64.urlsafe_b64encode(hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()).rstrip(b'=').decode()


def tokens(service, client, admin):
    print('\ntokens that are taken')
    for algorithm in ('ES256', 'ES384', 'RS256', 'RS384', 'PS256', 'PS384', 'PS512'):
        answer = call(client, service.token(algorithm=algorithm))
        check(f'{algorithm}', answer.status_code == 200 and 'cards' in answer.json(), answer.status_code)
    answer = call(client, service.token(claims={'aud': ['https://other.example.org', BASE + path]}))
    check('audience in a list', answer.status_code == 200, answer.status_code)
    answer = client.get('/cds-services', headers={'Authorization': f'Bearer {service.token("/cds-services")}'})
    check('discovery under its own URL', answer.status_code == 200, answer.status_code)

    now = int(time.time())
    good = service.token()
    head, body, signature = good.split('.')
    content = jwt.decode(good, options={'verify_signature': False})
    used = service.token(); call(client, used)
    public = service.keys.jwks()['keys'][0]
    negative = [
        ('alg none', 'algorithm', part({'alg': 'none', 'typ': 'JWT', 'kid': 'p384'}) + '.' + body + '.'),
        ('HS256 with the public key as the secret', 'algorithm', hmac_token(content, json.dumps(public))),
        ('issuer not listed', 'issuer', service.token(claims={'iss': 'https://evil.example.org'})),
        ('audience of another service', 'audience', service.token('/cds-services/net-order-check')),
        ('audience of discovery', 'audience', service.token('/cds-services')),
        ('audience under the Host of the connection', 'audience', service.token(claims={'aud': f'{service.url}{path}'})),
        ('expired beyond the skew', 'expired', service.token(claims={'iat': now - 400, 'exp': now - 61})),
        ('issued in the future', 'early', service.token(claims={'iat': now + 120, 'exp': now + 300})),
        ('not yet valid (nbf)', 'early', service.token(claims={'nbf': now + 120})),
        ('lives longer than an hour', 'lifetime', service.token(claims={'exp': now + 7200})),
        ('no exp', 'malformed-token', service.token(claims={'exp': None})),
        ('no jti', 'malformed-token', service.token(claims={'jti': None})),
        ('used before', 'replay', used),
        ('tenant not listed', 'tenant', service.token(claims={'tenant': 'ward-9'})),
        ('no tenant', 'tenant', service.token(claims={'tenant': None})),
        ('unknown kid', 'unknown-key', service.token(header={'kid': 'p999'})),
        ('ES256 with the kid of the P-384 key', 'key-mismatch', service.token(algorithm='ES256', header={'kid': 'p384'})),
        ('RS256 by another key', 'signature', service.token(algorithm='RS256', key=service.keys.stranger)),
        ('claims changed behind the signature', 'signature', head + '.' + part({**content, 'jti': 'other', 'sub': 'admin'}) + '.' + signature),
        ('signature cut short', 'signature', good[:-8]),
        ('typ is not JWT', 'malformed-token', service.token(header={'typ': 'at+jwt'})),
        ('crit that is not understood', 'malformed-token', service.token(header={'crit': ['x'], 'x': 1})),
        ('key offered in the header (jwk, jku)', 'signature', service.token(algorithm='ES384', key=ec.generate_private_key(ec.SECP384R1()), header={'jku': 'https://evil.example.org/keys', 'jwk': public})),
        ('no token', 'no-credentials', None),
        ('not a token', 'malformed-token', 'x.y.z'),
        ('9 KiB', 'malformed-token', 'a' * 9_000),
    ]
    print('\ntokens that are refused: what | status | reason counted')
    bodies = set()
    for what, reason, token in negative:
        series = f'consilium_clients_refused_total{{reason="{reason}"}}'
        before = figure(admin, 'consilium_clients_refused').get(series, 0)
        answer = call(client, token)
        after = figure(admin, 'consilium_clients_refused').get(series, 0)
        # A head without credentials is refused before its body: told by the status alone.
        counted = after - before == 1 or reason == 'no-credentials'
        challenge = answer.headers.get('WWW-Authenticate', '')
        body = answer.json(); body.pop('instance', None); bodies.add(json.dumps(body))
        check(f'{what} | {answer.status_code} | {reason}', answer.status_code == 401 and counted and challenge.startswith('Bearer realm=') and ('error="invalid_token"' in challenge) == (token is not None) and 'error_description' not in challenge)
    check('all refusals have one body, without a reason', len(bodies) == 1)


def others(service, client, certified, unlisted):
    print('\nkeys, certificates, scopes')
    key = {'X-Api-Key': service.api_key}
    check('API key: /recommend', client.post('/recommend', json=CASE, headers=key).status_code == 200)
    check('API key: /drugs', client.get('/drugs', headers=key).status_code == 200)
    answer = client.post(path, json=PATIENT, headers=key)
    check('API key: no scope for cards is 403', answer.status_code == 403 and 'insufficient_scope' in answer.headers['WWW-Authenticate'] and 'scope="cds"' in answer.headers['WWW-Authenticate'])
    check('API key: one character wrong is 401', client.get('/drugs', headers={'X-Api-Key': service.api_key[:-1] + ('A' if service.api_key[-1] != 'A' else 'B')}).status_code == 401)
    check('API key: its hash is none', client.get('/drugs', headers={'X-Api-Key': service.api_hash}).status_code == 401)
    check('certificate: /recommend', certified.post('/recommend', json=CASE).status_code == 200)
    check('certificate: /metrics by scope admin', certified.get('/metrics').status_code == 200)
    check('certificate: no scope for /drugs is 403', certified.get('/drugs').status_code == 403)
    check('certificate of the same authority that is not listed is 401', unlisted.post('/recommend', json=CASE).status_code == 401)
    check('token: no scope for /recommend is 403', client.post('/recommend', json=CASE, headers={'Authorization': f'Bearer {service.token("/recommend")}'}).status_code == 403)
    for where in ('/recommend', '/v1/recommend', '/%72ecommend', '/recommend?question=x', '/metrics', '/drugs/lanreotide', '/v1/topics', '/knowledge'):
        check(f'nothing: GET {where} is 401', client.get(where).status_code == 401)
    for where in ('/livez', '/readyz', '/openapi.yaml', '/problems/unauthorized', '/', '/fhir/metadata'):
        check(f'nothing: GET {where} is open', client.get(where).status_code == 200)
    answer = client.post('/recommend', content=b'x' * 400_000, headers={'Content-Type': 'application/json'})
    check('nothing and a large body: refused', answer.status_code in (401, 413), answer.status_code)


def rotation(service, client):
    print('\na new key of the issuer, the file replaced')
    old = service.keys
    service.keys = Keys(); service.write('keys.json', service.keys.jwks())
    deadline, taken = time.time() + 15, False
    while time.time() < deadline and not taken:
        taken = call(client, service.token()).status_code == 200
        if not taken: time.sleep(0.2)
    check('the new key is taken without a restart', taken)
    kept, service.keys = service.keys, old
    check('the old key is not', call(client, service.token()).status_code == 401)
    service.keys = kept
    service.write_text('keys.json', '{"keys":[')
    time.sleep(2.5)
    check('a set that cannot be read changes nothing', call(client, service.token()).status_code == 200)
    check('and is said in the log', 'cannot be used' in service.said())
    service.write('keys.json', service.keys.jwks())


def feedback(service, client, certified):
    print('\nfeedback')
    card = call(client, service.token()).json()['cards'][0]['uuid']
    where = path + '/feedback'
    def send(items): return client.post(where, json={'feedback': items}, headers={'Authorization': f'Bearer {service.token(where)}'})
    canary = 'CANARY Jane Doe 1961'
    one = {'card': card, 'outcome': 'overridden', 'outcomeTimestamp': '2026-11-26T09:30:00.500Z', 'overrideReason': {'reason': {'code': 'prefers-alternative', 'system': 'http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes'}, 'userComment': canary}}
    answer = send([one])
    check('200 and an empty body', answer.status_code == 200 and answer.content == b'', answer.status_code)
    for _ in range(3): send([one, one])
    other = {'card': str(uuid.uuid4()), 'outcome': 'accepted', 'outcomeTimestamp': '2026-11-26T10:30:00+01:00', 'acceptedSuggestions': [{'id': str(uuid.uuid4())}]}
    check('a card that is not known is taken', send([other]).status_code == 200)
    series = figure(certified, 'consilium_cds_feedback')
    check('counted once each, by service, rule, outcome and reason', sorted(series.values()) == [1, 1] and any('reason="prefers-alternative"' in name and 'rule="unknown"' not in name for name in series), list(series))
    lines = [json.loads(line) for line in open(f'{service.folder}/feedback.jsonl')]
    check('kept once each', len(lines) == 2 and lines[0]['card'] == card and lines[0]['reason'] == 'prefers-alternative' and lines[1]['outcomeAt'] == '2026-11-26T09:30:00.000Z', len(lines))
    check('the comment is nowhere', not any('CANARY' in open(f'{service.folder}/{name}', errors='replace').read() for name in ('feedback.jsonl', 'audit.jsonl', 'log')))
    bad = [{}, {'feedback': []}, {'feedback': [{**one, 'outcome': 'ignored'}]}, {'feedback': [{**one, 'card': 'x'}]}, {'feedback': [{**one, 'outcomeTimestamp': 'yesterday'}]}, {'feedback': [{**one, 'outcome': 'accepted'}]}, {'feedback': [{**one, 'overrideReason': {}}]}, {'feedback': [other] * 101}]
    answers = [client.post(where, json=value, headers={'Authorization': f'Bearer {service.token(where)}'}) for value in bad]
    check('malformed feedback is 400 with an OperationOutcome', all(answer.status_code == 400 and answer.json()['resourceType'] == 'OperationOutcome' for answer in answers), [answer.status_code for answer in answers])
    check('an unknown service is 404', client.post('/cds-services/other/feedback', json={'feedback': [one]}, headers={'Authorization': f'Bearer {service.token("/cds-services/other/feedback")}'}).status_code == 404)


def lines_of_audit(service): return [json.loads(line) for line in open(f'{service.folder}/audit.jsonl')]


def audit(service, client, binary):
    print('\nthe audit journal')
    answer = client.post('/recommend', json=CASE, headers={'X-Api-Key': service.api_key})
    time.sleep(0.5)
    lines = [json.loads(line) for line in open(f'{service.folder}/audit.jsonl')]
    sealed = lambda content: hmac.new(b'k' * 43, content, hashlib.sha256).hexdigest()
    last = lines[-1]
    check('case, answer, knowledge and options of the answer', last['case'] == sealed(answer.request.content) and last['answer'] == sealed(answer.content) and last['knowledge'] == answer.json()['knowledge']['digest'] and last.get('options', []) == [option['id'] for option in answer.json()['options']], last['operation'])
    batch = {'items': [CASE, {'case': {'tumor': {'nothing': 1}}}, {**CASE, 'id': 'bed-7'}]}
    for accept in ('application/json', 'application/x-ndjson'):
        before = len(lines_of_audit(service))
        answer = client.post('/recommend/batch', json=batch, headers={'X-Api-Key': service.api_key, 'Accept': accept})
        time.sleep(0.5)
        new = lines_of_audit(service)[before:]
        check(f'a batch as {accept}: a line a case, with its options', answer.status_code == 200 and len(new) == 3 and 'options' in new[0] and new[0]['options'] == new[2]['options'] and 'options' not in new[1] and new[0]['knowledge'] == last['knowledge'], len(new))
    before = len(lines_of_audit(service))
    answer = call(client, service.token()); time.sleep(0.5)
    new = lines_of_audit(service)[before:]
    check('a card: its answer under the key', len(new) == 1 and new[0]['operation'] == 'cds-services' and new[0]['answer'] == sealed(answer.content))
    verify = lambda name: subprocess.run([binary, 'journal', 'verify', name], capture_output=True, text=True)
    check('consilium journal verify: in order', verify(f'{service.folder}/audit.jsonl').returncode == 0)
    text = open(f'{service.folder}/audit.jsonl').read()
    changed = service.write_text('changed.jsonl', text.replace(last['answer'], '0' * 64).replace('"n":1,', '"n":1, ', 1))
    check('consilium journal verify: a changed line is found', verify(changed).returncode == 65)
    modes = {name: oct(os.stat(f'{service.folder}/{name}').st_mode & 0o777) for name in ('feedback.jsonl', 'audit.jsonl')}
    check('mode 600', set(modes.values()) == {'0o600'})


def times(service, client):
    print('\ntimes over one kept-alive connection, milliseconds (median of 200; the rest of the way included)')
    def median(send):
        taken = []
        for _ in range(200):
            made = send(); began = time.perf_counter(); made(); taken.append(time.perf_counter() - began)
        return sorted(taken)[100] * 1000
    base = median(lambda: lambda: client.get('/livez'))
    print(f'  {"no check (/livez)":32} {base:6.2f}')
    for algorithm in ('ES256', 'ES384', 'RS256', 'PS512'):
        def send():
            token = service.token('/cds-services', algorithm=algorithm)
            return lambda: client.get('/cds-services', headers={'Authorization': f'Bearer {token}'})
        print(f'  {"discovery, " + algorithm:32} {median(send):6.2f}')
    print(f'  {"/drugs, API key":32} {median(lambda: lambda: client.get("/drugs", headers={"X-Api-Key": service.api_key})):6.2f}')


def warnings(binary):
    print('\nthe warning at the start')
    for host, more, expected in (('127.0.0.1', [], False), ('0.0.0.0', [], True)):
        process = subprocess.Popen([binary, 'serve', '--host', host, '--port', '0', *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        process.stdout.readline(); process.send_signal(signal.SIGTERM)
        check(f'{host}: {"said" if expected else "silent"}', ('ANYBODY' in process.communicate(timeout=40)[1]) == expected)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--root', required=True); parser.add_argument('--binary'); parser.add_argument('--kills', type=int, default=30)
    options = parser.parse_args()
    os.chdir(options.root)
    binary = os.path.abspath(options.binary or '.build/release/consilium')
    service = Service(binary).start()
    connect = lambda *cert: httpx.Client(base_url=service.url, verify=context(service, *cert), timeout=20)
    try:
        client, certified, unlisted = connect(), connect('gateway'), connect('unlisted')
        tokens(service, client, certified)
        others(service, client, certified, unlisted)
        feedback(service, client, certified)
        audit(service, client, binary)
        rotation(service, client)
        times(service, client)
        said = service.said()
        check('no token, key or claim in the log', 'eyJ' not in said and service.api_key not in said and 'ward-1' not in said)
    finally:
        service.stop()
    check('the end of each journal is said at the shutdown', service.said().count('lastDigest') == 2)
    warnings(binary)
    crash(binary, options.kills, check)
    print(f'\n{len(failures)} failed' + ''.join(f'\n  {what}' for what in failures))
    sys.exit(1 if failures else 0)


def context(service, *certificate):
    made = ssl.create_default_context(cafile=f'{service.folder}/server.pem')
    for name in certificate: made.load_cert_chain(f'{service.folder}/{name}.pem', f'{service.folder}/{name}.key')
    return made


main()
