// POST /recommend as one writes it with Node's own http: JSON.parse of the request, JSON.stringify of the answer.
// usage: node server.mjs --port N --answer FILE [--stored]
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'

const { values: options } = parseArgs({
  options: { port: { type: 'string' }, answer: { type: 'string' }, stored: { type: 'boolean', default: false } },
})
const bytes = readFileSync(options.answer)
const answer = JSON.parse(bytes.toString())

function problem(response, status) {
  const body = JSON.stringify({ status })
  response.writeHead(status, { 'Content-Type': 'application/problem+json', 'Content-Length': Buffer.byteLength(body) })
  response.end(body)
}

function recommend(text, response) {
  let posted
  try {
    posted = JSON.parse(text)
  } catch {
    return problem(response, 400)
  }
  if (posted?.case === undefined && posted?.question === undefined) return problem(response, 400)
  const body = options.stored ? bytes : JSON.stringify(answer)
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) })
  response.end(body)
}

createServer((request, response) => {
  if (request.method !== 'POST' || request.url !== '/recommend') return problem(response, 404)
  let text = ''
  request.setEncoding('utf8')
  request.on('data', (chunk) => { text += chunk })
  request.on('end', () => recommend(text, response))
}).listen(Number(options.port), '127.0.0.1', 4096)
