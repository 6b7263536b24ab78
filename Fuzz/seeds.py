#!/usr/bin/env python3
"""Writes the samples of requests as raw bytes: whole ones for RequestParser, their chunked bodies for ChunkedBody;
labelled sentences for QuestionReader.

usage: seeds.py CORPUS SENTENCES OUT
"""
import glob, os, sys


def decode(text):
    out, i = bytearray(), 0
    while i < len(text):
        byte = text[i]; i += 1
        if byte in b'\r\n': continue
        if byte != 0x5C or i >= len(text): out.append(byte); continue
        kind = chr(text[i]); i += 1
        if kind in 'rnt0': out.append({'r': 13, 'n': 10, 't': 9, '0': 0}[kind])
        elif kind == 'x': out.append(int(text[i:i + 2], 16)); i += 2
        elif kind == '{':
            end = text.index(b'}', i); count, piece = text[i:end].split(b'*', 1)
            out += decode(piece) * int(count); i = end + 1
        else: out.append(ord(kind))
    return bytes(out)


def main():
    if len(sys.argv) != 4: sys.exit(__doc__)
    corpus, sentences, out = sys.argv[1:]
    for name in ('RequestParser', 'ChunkedBody', 'QuestionReader'): os.makedirs(f'{out}/{name}', exist_ok=True)
    for path in glob.glob(f'{corpus}/*/*.http'):
        name = path[len(corpus) + 1:].replace('/', '-'); data = decode(open(path, 'rb').read())
        if len(data) > 20000: continue
        open(f'{out}/RequestParser/{name}', 'wb').write(data)
        head, found, body = data.partition(b'\r\n\r\n')
        if found and b'chunked' in head: open(f'{out}/ChunkedBody/{name}', 'wb').write(b'\x03' + body)
    lines = [line for path in glob.glob(f'{sentences}/*.tsv') for line in open(path, encoding='utf-8') if line[0] != '#']
    for number, line in enumerate(lines):
        open(f'{out}/QuestionReader/{number}', 'w', encoding='utf-8').write(line.split('\t')[0])


if __name__ == '__main__': main()
