"""kill -9 of the running service while feedback comes: what was acknowledged must be in the journal, and the chain must hold."""
import hashlib, json, os, random, signal, subprocess, threading, time, uuid

import httpx

from service import Service


def lines_of(folder, name='feedback.jsonl'):
    files = sorted(entry for entry in os.listdir(folder) if entry.startswith(name + '.') and entry[-1].isdigit()) + [name]
    for file in files:
        with open(f'{folder}/{file}', 'rb') as stream:
            for line in stream: yield line


def crash(binary, kills, check):
    print(f'\n{kills} times kill -9 while 4 clients send feedback; files of 64 KiB, so that some die while they are turned over')
    service = Service(binary, clients=None, auditJournal=None, auditKeyFile=None, tlsCertificate=None, tlsKey=None, tlsClientCA=None, tlsClientCertificates=None, accessLog=False, journalMaximumSize=65536)
    acknowledged, refused, cuts, chosen = set(), 0, 0, random.Random(7)
    for _ in range(kills):
        service.start()
        stop = threading.Event()
        def send():
            with httpx.Client(base_url=service.url, timeout=5) as client:
                while not stop.is_set():
                    cards = [str(uuid.uuid4()) for _ in range(chosen.randint(1, 4))]
                    try:
                        answer = client.post('/cds-services/net-advisor/feedback', json={'feedback': [{'card': card, 'outcome': 'overridden', 'outcomeTimestamp': '2026-11-26T09:30:00Z'} for card in cards]})
                    except httpx.HTTPError: return
                    if answer.status_code == 200: acknowledged.update(cards)
        threads = [threading.Thread(target=send) for _ in range(4)]
        for thread in threads: thread.start()
        time.sleep(chosen.uniform(0.15, 0.6))
        service.stop(signal.SIGKILL)
        stop.set()
        for thread in threads: thread.join()
        # What a machine that loses power may leave: a line that was never acknowledged, half written.
        if chosen.random() < 0.5:
            with open(f'{service.folder}/feedback.jsonl', 'ab') as stream: stream.write(b'{"n":99999999,"at":"2026')
            cuts += 1
    service.start(); service.stop()
    kept, previous, number, broken = set(), '0' * 64, 0, 0
    recovered = 0
    for line in lines_of(service.folder):
        entry = json.loads(line)
        number += 1
        broken += entry['n'] != number or entry['previous'] != previous
        previous = hashlib.sha256(line.rstrip(b'\n')).hexdigest()
        if entry['kind'] == 'feedback': kept.add(entry['card'])
        if entry['kind'] == 'recovered': recovered += 1
    files = len([entry for entry in os.listdir(service.folder) if entry.startswith('feedback.jsonl')])
    lost = len(acknowledged - kept)
    print(f'  acknowledged {len(acknowledged)}, kept {len(kept)}, lost {lost}, lines {number} in {files} files, chain broken {broken}, torn ends {cuts}, recoveries said {recovered}')
    check('nothing that was acknowledged is lost', lost == 0 and len(acknowledged) > 0)
    check('the chain holds over all files', broken == 0)
    check('each torn end was cut and said', recovered == cuts)
    check('consilium journal verify agrees', subprocess.run([binary, 'journal', 'verify', f'{service.folder}/feedback.jsonl'], capture_output=True).returncode == 0)
