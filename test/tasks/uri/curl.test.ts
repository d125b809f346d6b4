import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as plainServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as tlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { revealText, Secret } from '../../../src/model/value.ts'
import { read } from '../../../src/tasks/uri/answer.ts'
import { requestOf } from '../../../src/tasks/uri/request.ts'
import type { UriParams } from '../../../src/tasks/uri/schema.ts'
import { selfSigned } from '../../fakes/tls-servers.ts'

/** Tells in JSON what it was asked; /redirect leads there, /large never ends soon. */
const echo: RequestListener = async (request, response) => {
  if (request.url === '/redirect') {
    response.writeHead(302, { location: '/there' }).end()
    return
  }
  response.writeHead(request.url === '/gone' ? 410 : 200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body: await bodyOf(request) }))
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

const folder = mkdtempSync(join(tmpdir(), 'tlsplay-uri-'))
const ca = join(folder, 'ca.pem')
const pair = selfSigned(folder, 'DNS:localhost')
const servers = [plainServer(echo), tlsServer(pair, echo)] as const
let [plain, tls] = ['', '']

beforeAll(async () => {
  writeFileSync(ca, pair.cert)
  writeFileSync(join(folder, '.curlrc'), 'user-agent = "of a home folder"\n')
  for (const server of servers) await new Promise<void>((listening) => server.listen(0, 'localhost', listening))
  const port = (at: 0 | 1) => (servers[at].address() as AddressInfo).port
  plain = `http://localhost:${port(0)}`
  tls = `https://localhost:${port(1)}`
})
afterAll(() => {
  for (const server of servers) server.close()
  rmSync(folder, { recursive: true })
})

/** As a host does it: the config on the standard input of curl. */
async function sent(params: UriParams) {
  const request = requestOf(params)
  if ('wrong' in request) throw new Error(request.wrong)
  const child = spawn('curl', ['-q', '-K', '-'], { env: { PATH: process.env['PATH'], HOME: folder } })
  const text = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) child[stream].on('data', (chunk: Buffer) => (text[stream] += chunk.toString()))
  child.stdin.end(revealText(request.config))
  const rc = await new Promise<number>((ended) => child.on('close', (code) => ended(code ?? 255)))
  return read({ ...params, url: String(params.url), secret: false, return_content: true }, { rc, ...text })
}

test('a request arrives as it was meant, hostile letters included', async () => {
  const odd = 'q"u\\o\te\'$x`y` {1,2} [a-b] @file é'
  const { values, failed } = await sent({
    url: `${plain}/a[1]{b}?c=%20`,
    method: 'PUT',
    headers: { 'X-Odd': odd },
    body: `@first\nlast ${odd}\r\n`,
  })
  expect(failed).toBeUndefined()
  expect(values).toMatchObject({ status: 200, json: { method: 'PUT', url: '/a[1]{b}?c=%20', body: `@first\nlast ${odd}\r\n` } })
  const { headers } = values['json'] as { headers: Record<string, string> }
  expect(Buffer.from(headers['x-odd'] ?? '', 'latin1').toString('utf8')).toBe(odd)
  expect(headers['user-agent']).not.toContain('home folder')
})

test.each<{ case: string; params: Omit<UriParams, 'url'>; expected: object }>([
  {
    case: 'JSON',
    params: { method: 'POST', body: { a: [1, Secret.of('b')] }, body_format: 'json' },
    expected: { body: '{"a":[1,"b"]}', headers: { 'content-type': 'application/json' } },
  },
  {
    case: 'a form',
    params: { method: 'POST', body: { q: 'a b&c', r: [1, 2] }, body_format: 'form-urlencoded' },
    expected: { body: 'q=a+b%26c&r=1&r=2', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
  },
  {
    case: 'a type of its own',
    params: { method: 'POST', body: '{}', body_format: 'json', headers: { 'content-type': 'text/x' } },
    expected: { headers: { 'content-type': 'text/x' } },
  },
  {
    case: 'a login',
    params: { url_username: 'me', url_password: Secret.of('p:"w') },
    expected: { headers: { authorization: `Basic ${Buffer.from('me:p:"w').toString('base64')}` } },
  },
  { case: 'DELETE', params: { method: 'DELETE' }, expected: { method: 'DELETE' } },
])('$case', async ({ params, expected }) => {
  expect((await sent({ url: `${plain}/x`, ...params })).values['json']).toMatchObject(expected)
})

test('HEAD brings headers and no body', async () => {
  expect((await sent({ url: plain, method: 'HEAD' })).values).toMatchObject({ status: 200, content_type: 'application/json', content: '' })
})

test('redirects of GET are followed, unless told otherwise or sent with a secret', async () => {
  const url = `${plain}/redirect`
  expect((await sent({ url })).values).toMatchObject({ status: 200, url: `${plain}/there`, json: { url: '/there' } })
  expect((await sent({ url, follow_redirects: 'none' })).failed).toContain('answered 302')
  expect((await sent({ url, headers: { 'X-Token': Secret.of('t') } })).failed).toContain('answered 302')
  expect((await sent({ url, method: 'POST', body: 'x' })).failed).toContain('answered 302')
})

test('a status that is not expected fails, with its page', async () => {
  expect(await sent({ url: `${plain}/gone` })).toMatchObject({
    failed: `${plain}/gone: answered 410, expected 200`,
    values: { status: 410, json: { url: '/gone' } },
  })
})

test('TLS is verified unless told otherwise', async () => {
  expect((await sent({ url: tls })).failed).toMatch(/curl ended with 60/)
  expect((await sent({ url: tls, ca_path: ca })).failed).toBeUndefined()
  expect((await sent({ url: tls.replace('localhost', '127.0.0.1'), ca_path: ca })).failed).toMatch(/curl ended with 60/)
  expect((await sent({ url: tls, validate_certs: false })).failed).toBeUndefined()
})

test('nobody who listens is told', async () => {
  expect((await sent({ url: 'http://localhost:1/' })).failed).toMatch(/curl ended with 7: /)
})
