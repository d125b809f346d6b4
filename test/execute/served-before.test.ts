import { mkdirSync, mkdtempSync, rmSync, writeFileSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, type Server } from 'node:tls'
import { execFileSync } from 'node:child_process'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { servesOther } from '../../src/execute/rolled-back.ts'
import { sha256Hex } from '../../src/lib/digest.ts'
import type { Probe } from '../../src/model/fact.ts'
import type { WriteStep } from '../../src/model/step.ts'
import type { HostSession } from '../../src/ports/host-session.ts'
import { targetWith } from '../ssh/rig.ts'
import { localHosts } from './local-hosts.ts'

let certificates = ''
let folder = ''
let server: Server
let port = 0
let host: HostSession

/** A certificate and its key; made by openssl, as a host would. */
function pair(name: string): { readonly cert: string; readonly key: string } {
  const [cert, key] = [join(certificates, `${name}.crt`), join(certificates, `${name}.key`)]
  const subject = ['-subj', `/CN=${name}`, '-days', '2', '-nodes', '-keyout', key, '-out', cert]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', ...subject], { stdio: 'ignore' })
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
}

let before: ReturnType<typeof pair>
let after: ReturnType<typeof pair>
beforeAll(() => {
  certificates = mkdtempSync(join(tmpdir(), 'tlsplay-served-'))
  before = pair('before')
  after = pair('after')
})
afterAll(() => rmSync(certificates, { recursive: true, force: true }))

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tlsplay-served-'))
  mkdirSync(join(folder, 'etc'))
  writeFileSync(join(folder, 'etc/settings'), 'old\n')
  server = createServer(before)
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
  const hosts = localHosts()
  host = await hosts.open(targetWith({ transport: 'local', stateFolder: join(folder, 'state') }))
})
afterEach(async () => {
  await host.close()
  await new Promise((resolve) => server.close(resolve))
  rmSync(folder, { recursive: true, force: true })
})

const listener = (): Probe => ({
  kind: 'listener',
  target: { from: 'host', address: '127.0.0.1', port, serverName: 'before', probeWeakness: false },
})

/** Changes a file, as a play does that then fails. */
async function change(): Promise<void> {
  const step: WriteStep = {
    ...{ kind: 'write', path: join(folder, 'etc/settings'), content: 'new\n', owner: undefined, group: undefined, mode: 0o600 },
    expect: { sha256: sha256Hex('old\n') },
  }
  await host.prepare([{ number: 0, step }])
  expect((await host.act([{ mayFail: false, steps: [{ number: 0, step }] }])).get(0)?.ok).toBe(true)
}

test('what was served before is asked for once all is taken back, and compared by its SHA-256', async () => {
  await host.observe([listener()])
  await change()
  expect(await host.rollback('failed')).toEqual({ any: true, left: [], served: { again: [`127.0.0.1:${port}`], other: [] } })
})

test('a port that serves another certificate is named, and holds nobody up', async () => {
  await host.observe([listener()])
  await change()
  server.setSecureContext(after)
  const undone = await host.rollback('failed')
  expect(undone).toEqual({ any: true, left: [], served: { again: [], other: [`127.0.0.1:${port}`] } })
  expect(servesOther('h1', undone.served.other)).toMatchObject({
    code: 'ROLLBACK_INCOMPLETE',
    message: expect.stringContaining(String(port)),
  })
  // The next transaction begins as if nothing had been, and what is served now is what was before it.
  await host.observe([listener()])
  await change()
  expect((await host.rollback('failed')).served).toEqual({ again: [`127.0.0.1:${port}`], other: [] })
}, 30_000)

test('a service that had not read its file again may serve that file', async () => {
  const path = join(certificates, 'after.crt')
  await host.observe([listener(), { kind: 'certificate', target: { path } }])
  await change()
  server.setSecureContext(after)
  expect((await host.rollback('failed')).served.again).toHaveLength(1)
})

test('where nothing was served before, nothing is asked', async () => {
  await change()
  expect((await host.rollback('failed')).served).toEqual({ again: [], other: [] })
})
