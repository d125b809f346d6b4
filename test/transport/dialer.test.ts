import { rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ListenerFact, ListenerTarget } from '../../src/model/fact.ts'
import { parseCertificateFile } from '../../src/pki/parse.ts'
import { nodeDialer } from '../../src/transport/dialer.ts'
import { selfSigned, type ServerName, startTlsServers, type TlsServers } from '../fakes/tls-servers.ts'
import { scratchFolder } from '../probes/shells.ts'

const folder = scratchFolder()
const pair = selfSigned(folder, 'DNS:h1.lab.test,IP:127.0.0.1')
// No name at all but the common name: OpenSSL and Node would match it, Go does not.
const other = selfSigned(folder, 'email:nobody@lab.test')
const [leaf] = parseCertificateFile(pair.cert).chain
const [otherLeaf] = parseCertificateFile(other.cert).chain
let servers: TlsServers
let closedPort: number

beforeAll(async () => {
  servers = await startTlsServers(pair, other)
  const gone = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => gone.once('listening', resolve))
  closedPort = (gone.address() as { port: number }).port
  await new Promise((resolve) => gone.close(resolve))
})
afterAll(async () => {
  await servers.close()
  rmSync(folder, { recursive: true })
})

function listen(server: ServerName | 'closed', more: Partial<ListenerTarget> = {}, timeoutMs = 5000): Promise<ListenerFact> {
  const port = server === 'closed' ? closedPort : servers.ports[server]
  return nodeDialer({ timeoutMs }).listen({
    kind: 'listener',
    target: { from: 'controller', address: '127.0.0.1', port, serverName: 'h1.lab.test', probeWeakness: false, ...more },
  })
}

test.each<{ case: string; server: ServerName | 'closed'; more?: Partial<ListenerTarget>; fact: Partial<ListenerFact> }>([
  { case: 'a good server, without a CA', server: 'good', fact: { state: 'tls', chain: [leaf!], protocol: 'TLSv1.3' } },
  { case: 'a good server, verified', server: 'good', more: { caText: pair.cert }, fact: { state: 'tls', verified: true } },
  {
    case: 'a good server by its address',
    server: 'good',
    more: { caText: pair.cert, serverName: '127.0.0.1' },
    fact: { state: 'tls', verified: true },
  },
  {
    case: 'a wrong name',
    server: 'good',
    more: { caText: pair.cert, serverName: 'h9.lab.test' },
    fact: { verified: false, verifyError: 'the certificate does not cover h9.lab.test' },
  },
  {
    case: 'a common name is no name',
    server: 'other',
    more: { caText: other.cert, serverName: 'lab' },
    fact: { verified: false, verifyError: 'the certificate does not cover lab' },
  },
  {
    case: 'another CA',
    server: 'other',
    more: { caText: pair.cert },
    fact: { chain: [otherLeaf!], verified: false, verifyError: 'self-signed certificate' },
  },
  {
    case: 'all of the served chain and nothing of the CA',
    server: 'chain',
    more: { caText: other.cert },
    fact: { chain: [leaf!, otherLeaf!] },
  },
  { case: 'TLS 1.2', server: 'old', fact: { state: 'tls', protocol: 'TLSv1.2' } },
  { case: 'a status over TLS', server: 'good', more: { httpPath: '/ready' }, fact: { state: 'tls', httpStatus: 204 } },
  {
    case: 'a server that wants a client certificate',
    server: 'mutual',
    more: { caText: pair.cert },
    fact: { state: 'tls', chain: [leaf!], verified: true },
  },
  {
    case: 'a server that turns away who shows no client certificate',
    server: 'mutual',
    more: { caText: pair.cert, httpPath: '/ready' },
    fact: { state: 'tls', verified: true, turnedAway: true },
  },
  { case: 'plain HTTP', server: 'plain', fact: { state: 'plain', chain: [] } },
  { case: 'plain HTTP answered', server: 'plain', more: { probeWeakness: true }, fact: { state: 'plain', plainHttp: 'answered' } },
  { case: 'nobody', server: 'closed', more: { probeWeakness: true }, fact: { state: 'closed', error: 'connection refused' } },
  { case: 'a server that hangs up', server: 'hangup', fact: { state: 'failed', error: 'it closes the connection without an answer' } },
  {
    case: 'weaknesses of a good server',
    server: 'good',
    more: { probeWeakness: true },
    fact: { acceptsOldProtocol: false, plainHttp: 'refused' },
  },
  {
    case: 'a server that lets TLS 1.1 in',
    server: 'old',
    more: { probeWeakness: true },
    fact: { acceptsOldProtocol: true, plainHttp: 'refused' },
  },
  {
    case: 'TLS 1.2 below a floor of 1.3',
    server: 'good',
    more: { probeWeakness: true, floor: 'TLSv1.3' },
    fact: { acceptsOldProtocol: true },
  },
  {
    case: 'TLS 1.3 only, floor 1.3',
    server: 'only13',
    more: { probeWeakness: true, floor: 'TLSv1.3' },
    fact: { acceptsOldProtocol: false },
  },
])('dialer: $case', async ({ server, more, fact }) => {
  expect(await listen(server, more)).toMatchObject(fact)
})

test('a silent server is given up at the deadline', async () => {
  expect(await listen('silent', {}, 50)).toMatchObject({ state: 'failed', error: 'no answer in time' })
})
