import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ListenerFact, ListenerTarget } from '../../src/model/fact.ts'
import { parseCertificateFile } from '../../src/pki/parse.ts'
import { listener } from '../../src/probes/listener.ts'
import { selfSigned, type ServerName, startTlsServers, type TlsServers } from '../fakes/tls-servers.ts'
import { ask, nonce, scratchFolder, type Shell, shells } from './shells.ts'

const folder = scratchFolder()
const pair = selfSigned(folder, 'DNS:h1.lab.test,IP:127.0.0.1')
const other = selfSigned(folder, 'DNS:h2.lab.test')
const caFile = join(folder, "it's a ca.pem")
writeFileSync(caFile, pair.cert)
const keyFile = join(folder, 'key.pem')
writeFileSync(keyFile, pair.key)
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

function at(server: ServerName | 'closed', more: Partial<ListenerTarget> = {}): ListenerTarget {
  const port = server === 'closed' ? closedPort : servers.ports[server]
  return { from: 'host', address: '127.0.0.1', port, serverName: 'h1.lab.test', probeWeakness: false, ...more }
}

/** The programs of this machine but for those named. */
function without(shell: Shell, ...programs: readonly string[]): Shell {
  const bin = join(folder, `bin-${programs.join('-')}`)
  mkdirSync(bin, { recursive: true })
  for (const name of ['openssl', 'head', 'sed', 'sleep', 'id', 'timeout', 'curl', 'wget', 'nc'].filter(
    (name) => !programs.includes(name),
  )) {
    const found = execFileSync('sh', ['-c', `command -v ${name} || true`], { encoding: 'utf8' }).trim()
    if (found !== '' && !readdirSync(bin).includes(name)) symlinkSync(found, join(bin, name))
  }
  return { ...shell, path: bin }
}

const sh = shells[0] as Shell

// The applets of BusyBox have no openssl.
const opensslFolder = execFileSync('sh', ['-c', 'dirname "$(command -v openssl)"'], { encoding: 'utf8' }).trim()
const tried = shells.map((shell) => ({ ...shell, path: `${shell.path}:${opensslFolder}` }))

function listen(targets: readonly ListenerTarget[], shell: Shell = sh): readonly unknown[] {
  return ask(shell, listener, targets).answers
}

test('one dial answers for all who want the same port by the same name', () => {
  const target = (more: Partial<ListenerTarget>): ListenerTarget => ({
    ...{ from: 'host', address: '127.0.0.1', port: 1, serverName: 'h1', probeWeakness: false },
    ...more,
  })
  const dials = (...targets: readonly ListenerTarget[]): number => listener.script(targets, nonce).split('openssl s_client').length - 1
  expect(dials(target({}), target({ caFile: '/a', httpPath: '/x' }))).toBe(1)
  expect(dials(target({ caFile: '/a' }), target({ caFile: '/b' }))).toBe(2)
  expect(dials(target({}), target({ client: { certificate: '/c', key: '/k' } }))).toBe(2)
  expect(dials(target({}), target({ serverName: 'h2' }))).toBe(2)
  expect(dials(target({ httpPath: '/x' }), target({ httpPath: '/y' }))).toBe(2)
})

describe.each(tried)('under $name', (shell) => {
  test.each<{ case: string; server: ServerName | 'closed'; more?: () => Partial<ListenerTarget>; fact: () => Partial<ListenerFact> }>([
    { case: 'a good server, without a CA', server: 'good', fact: () => ({ state: 'tls', chain: [leaf!], protocol: 'TLSv1.3' }) },
    { case: 'a good server, verified', server: 'good', more: () => ({ caFile }), fact: () => ({ state: 'tls', verified: true }) },
    {
      case: 'a good server by its address',
      server: 'good',
      more: () => ({ caFile, serverName: '127.0.0.1' }),
      fact: () => ({ state: 'tls', verified: true }),
    },
    {
      case: 'a wrong name',
      server: 'good',
      more: () => ({ caFile, serverName: 'h9.lab.test' }),
      fact: () => ({ state: 'tls', verified: false, verifyError: 'hostname mismatch' }),
    },
    {
      case: 'a wrong address',
      server: 'other',
      more: () => ({ caFile, serverName: '127.0.0.1' }),
      fact: () => ({ state: 'tls', verified: false }),
    },
    {
      case: 'another CA',
      server: 'other',
      more: () => ({ caFile, serverName: 'h2.lab.test' }),
      fact: () => ({ state: 'tls', chain: [otherLeaf!], verified: false, verifyError: expect.stringContaining('self') as never }),
    },
    {
      case: 'a CA file that is not there',
      server: 'good',
      more: () => ({ caFile: '/nowhere/ca.pem' }),
      fact: () => ({ state: 'tls', verified: false, verifyError: '/nowhere/ca.pem cannot be read' }),
    },
    { case: 'all of the served chain in its order', server: 'chain', fact: () => ({ state: 'tls', chain: [leaf!, otherLeaf!] }) },
    { case: 'TLS 1.2, by the name in use', server: 'old', fact: () => ({ state: 'tls', protocol: 'TLSv1.2' }) },
    {
      case: 'a status over TLS',
      server: 'good',
      more: () => ({ httpPath: '/ready', caFile }),
      fact: () => ({ state: 'tls', httpStatus: 204, verified: true }),
    },
    {
      case: 'a page that imitates openssl',
      server: 'good',
      more: () => ({ httpPath: '/page' }),
      fact: () => ({ state: 'tls', httpStatus: 200, chain: [leaf!] }),
    },
    {
      case: 'a server that wants a client certificate',
      server: 'mutual',
      more: () => ({ caFile }),
      fact: () => ({ state: 'tls', chain: [leaf!], verified: true }),
    },
    {
      case: 'a server that turns away who shows no client certificate',
      server: 'mutual',
      more: () => ({ caFile, httpPath: '/ready' }),
      fact: () => ({ state: 'tls', chain: [leaf!], verified: true, turnedAway: true }),
    },
    {
      case: 'a server that lets in who shows a client certificate',
      server: 'mutual',
      more: () => ({ caFile, httpPath: '/ready', client: { certificate: caFile, key: keyFile } }),
      fact: () => ({ state: 'tls', verified: true, httpStatus: 204 }),
    },
    {
      case: 'a client certificate that cannot be read is not shown',
      server: 'mutual',
      more: () => ({ caFile, httpPath: '/ready', client: { certificate: caFile, key: '/nowhere/key.pem' } }),
      fact: () => ({ state: 'tls', verified: true, turnedAway: true }),
    },
    { case: 'plain HTTP', server: 'plain', fact: () => ({ state: 'plain', chain: [] }) },
    { case: 'nobody', server: 'closed', fact: () => ({ state: 'closed', error: 'connection refused' }) },
    {
      case: 'a server that hangs up',
      server: 'hangup',
      fact: () => ({ state: 'failed', error: 'it closes the connection without an answer' }),
    },
    {
      case: 'weaknesses of a good server',
      server: 'good',
      more: () => ({ probeWeakness: true }),
      fact: () => ({ state: 'tls', acceptsOldProtocol: false, plainHttp: 'refused' }),
    },
    {
      case: 'a server that lets TLS 1.1 in',
      server: 'old',
      more: () => ({ probeWeakness: true }),
      fact: () => ({ state: 'tls', acceptsOldProtocol: true, plainHttp: 'refused' }),
    },
    {
      case: 'TLS 1.2 below a floor of 1.3',
      server: 'good',
      more: () => ({ probeWeakness: true, floor: 'TLSv1.3' }),
      fact: () => ({ acceptsOldProtocol: true }),
    },
    {
      case: 'TLS 1.3 only, floor 1.3',
      server: 'only13',
      more: () => ({ probeWeakness: true, floor: 'TLSv1.3' }),
      fact: () => ({ acceptsOldProtocol: false }),
    },
    {
      case: 'plain HTTP answered',
      server: 'plain',
      more: () => ({ probeWeakness: true }),
      fact: () => ({ state: 'plain', plainHttp: 'answered' }),
    },
  ])('listener: $case', ({ server, more, fact }) => {
    const [answer] = listen([at(server, more?.())], shell)
    expect(answer).toMatchObject(fact())
  })
})

test('many targets in one question keep their answers, and a page cannot shift them', () => {
  const targets = [at('good', { httpPath: '/page' }), at('plain'), at('closed'), at('other', { probeWeakness: true }), at('good')]
  expect(listen(targets).map((answer) => (answer as ListenerFact).state)).toEqual(['tls', 'plain', 'closed', 'tls', 'tls'])
  expect((listen(targets)[0] as ListenerFact).httpStatus).toBe(200)
})

test.each(['with timeout', 'without timeout'])(
  'a silent server does not hold the host up, %s',
  (which) => {
    const started = performance.now()
    const shell = which === 'with timeout' ? sh : without(sh, 'timeout')
    expect(listen([at('silent'), at('good', { caFile })], shell)).toMatchObject([
      { state: 'failed', error: 'no answer in time' },
      { state: 'tls', verified: true },
    ])
    const seconds = (performance.now() - started) / 1000
    expect(seconds).toBeGreaterThan(4.5)
    expect(seconds).toBeLessThan(9)
  },
  20_000,
)

test('without timeout the request still reaches the server', () => {
  expect(listen([at('good', { httpPath: '/ready' })], without(sh, 'timeout'))).toMatchObject([{ state: 'tls', httpStatus: 204 }])
})

test('without any plain client the question is left open', () => {
  expect(listen([at('good', { probeWeakness: true })], without(sh, 'curl', 'wget', 'nc'))).toMatchObject([
    { plainHttp: 'not asked', acceptsOldProtocol: false },
  ])
})

test('one openssl for a target whose weaknesses are not asked', () => {
  const script = listener.script([at('good', { caFile, httpPath: '/ready' })], nonce)
  expect(script.match(/openssl/g)).toHaveLength(1)
  expect(script).not.toContain('curl')
})

test.each([{ text: '' }, { text: 'main 0 999999\nshort' }, { text: 'nonsense\nend\n' }])(
  'an answer that breaks off is unknown: $text',
  ({ text }) => {
    expect(listener.parse(Buffer.from(text), [at('good')], nonce)[0]).toMatchObject({ why: expect.stringContaining('no readable answer') })
  },
)
