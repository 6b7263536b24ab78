"""POST /recommend as one writes it with FastAPI and orjson, under uvicorn: one worker, uvloop, httptools.

usage: server.py --port N --answer FILE [--stored]

orjson reads the request and writes the answer itself: a pydantic model, or the response class of FastAPI, would cost more.
"""
import argparse

import orjson
import uvicorn
from fastapi import FastAPI, HTTPException, Request, Response

parser = argparse.ArgumentParser(usage=__doc__)
parser.add_argument('--port', type=int, required=True)
parser.add_argument('--answer', required=True)
parser.add_argument('--stored', action='store_true')
options = parser.parse_args()
with open(options.answer, 'rb') as file:
    stored = file.read()
answer = orjson.loads(stored)
app = FastAPI(openapi_url=None)


async def posted(request):
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise HTTPException(400) from error
    if not isinstance(body, dict) or 'case' not in body and 'question' not in body:
        raise HTTPException(400)
    return body


async def encode(request: Request):
    await posted(request)
    return Response(orjson.dumps(answer), media_type='application/json')


async def send_stored(request: Request):
    await posted(request)
    return Response(stored, media_type='application/json')


app.post('/recommend')(send_stored if options.stored else encode)
uvicorn.run(
    app, host='127.0.0.1', port=options.port, workers=1, loop='uvloop', http='httptools', lifespan='off', access_log=False,
    log_level='warning', backlog=4096)
