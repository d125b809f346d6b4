import { createPrivateKey, X509Certificate } from 'node:crypto'
import { statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { caIssuer } from '../../../src/issuers/ca-issuer.ts'
import { createAuthority } from '../../../src/issuers/create-authority.ts'
import { keyTypes } from '../../../src/model/fact.ts'
import { Secret } from '../../../src/model/value.ts'
import type { Issuer } from '../../../src/ports/ports.ts'
import { leafProfile } from '../../../src/pki/profile.ts'
import { parseCertificateFile } from '../../../src/pki/parse.ts'
import type { IssueDeed } from '../../../src/tasks/generate/deed.ts'
import { shells } from '../../probes/shells.ts'
import { folderFor, openssl, perform, read } from './make.ts'

const now = Date.now()
const msPerDay = 86_400_000
const names = { dnsNames: ['h1.lab.test', '*.apps.lab.test'], ipAddresses: ['127.0.0.1', '2001:db8::1'] }
const random = { bytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)) }
const noIssuer: Issuer = { authority: () => undefined, unlock: async () => {}, issue: () => Promise.reject(new Error('nobody to ask')) }
const passphrase = Secret.of('correct horse')

// RSA keys of 4096 bits take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

function deedIn(folder: string, keyType: (typeof keyTypes)[number], more: Partial<IssueDeed> = {}): IssueDeed {
  const placed = { owner: 'root', group: 'root' }
  return {
    kind: 'issue',
    request: { subject: { O: 'Ex "a" \\ $HOME #1 é ', CN: 'h1.lab.test' }, names, keyType, profile: leafProfile(keyType, 'server') },
    certificate: { path: join(folder, "it's a.crt"), mode: 0o644, ...placed },
    key: { path: join(folder, "it's a.key"), mode: 0o400, ...placed },
    keepKey: false,
    keyAttributes: [],
    passphrase: undefined,
    copies: [],
    signer: { kind: 'self', days: 90 },
    ...more,
  }
}

function authoritySigner(): IssueDeed['signer'] {
  return {
    kind: 'authority',
    name: 'default',
    expect: 'absent',
    profile: { ...names, usage: 'server', notBefore: now - 300_000, notAfter: now + 90 * msPerDay },
  }
}

async function issuerIn(folder: string): Promise<Issuer> {
  await createAuthority({ folder, name: 'default', days: 365, keyType: 'ecdsa-p256', passphrase, now, random })
  return caIssuer({ folder, passphrase: () => Promise.resolve(passphrase), clock: { now: () => now }, random })
}

function checkPair(deed: IssueDeed, trust: string): void {
  const leaf = new X509Certificate(read(deed.certificate.path))
  expect(leaf.checkPrivateKey(createPrivateKey(read(deed.key.path)))).toBe(true)
  expect(
    openssl('verify', '-x509_strict', '-purpose', 'sslserver', '-verify_hostname', 'h1.lab.test', '-CAfile', trust, deed.certificate.path),
  ).toContain('OK')
  const text = openssl('x509', '-in', deed.certificate.path, '-noout', '-text')
  expect(text).toMatch(/X509v3 Basic Constraints: critical\s+CA:FALSE/)
  const usage = deed.request.keyType.startsWith('rsa-') ? 'Digital Signature, Key Encipherment' : 'Digital Signature'
  expect(text).toMatch(new RegExp(`X509v3 Key Usage: critical\\s+${usage}\\n`))
  expect(text).toMatch(/X509v3 Extended Key Usage:\s+TLS Web Server Authentication\n/)
  expect(text).toContain('X509v3 Subject Key Identifier')
  expect(text).toContain('X509v3 Authority Key Identifier')
  expect(text).toContain('DNS:h1.lab.test, DNS:*.apps.lab.test, IP Address:127.0.0.1, IP Address:2001:DB8:0:0:0:0:0:1')
  const [fact] = parseCertificateFile(read(deed.certificate.path)).chain
  expect(fact).toMatchObject({ subject: deed.request.subject, ...names, keyType: deed.request.keyType, isAuthority: false })
}

test.each(keyTypes)('self-signed %s: openssl, node and the strict checks accept what the script makes', async (keyType) => {
  const folder = folderFor(onTestFinished)
  const deed = deedIn(folder, keyType)
  const { result, rounds, printed } = await perform(deed, noIssuer)
  expect(result).toMatchObject({ changed: true, values: { names: [...names.dnsNames, ...names.ipAddresses] } })
  checkPair(deed, deed.certificate.path)
  expect(rounds.map((steps) => steps.map(({ kind }) => kind))).toEqual([['make'], ['install', 'install']])
  expect(printed).toContain('BEGIN CERTIFICATE')
  expect(printed).not.toContain('PRIVATE KEY')
  expect(statSync(deed.key.path).mode & 0o777).toBe(0o600)
})

test.each(keyTypes)('signed by the own authority, %s: the chain verifies strictly', async (keyType) => {
  const folder = folderFor(onTestFinished)
  const deed = deedIn(folder, keyType, { signer: authoritySigner() })
  const { result, rounds, printed } = await perform(deed, await issuerIn(folder))
  expect(result.failed).toBeUndefined()
  checkPair(deed, join(folder, 'ca/default/ca.crt'))
  expect(rounds.map((steps) => steps.map(({ kind }) => kind))).toEqual([['make'], ['issue'], ['install', 'write']])
  expect(printed).not.toContain('PRIVATE KEY')
})

test.each(shells)('the scripts run under $name', async (shell) => {
  const folder = folderFor(onTestFinished)
  const deed = deedIn(folder, 'ecdsa-p256')
  expect((await perform(deed, noIssuer, shell)).result.failed).toBeUndefined()
  checkPair(deed, deed.certificate.path)
  const issuer = await issuerIn(folder)
  expect((await perform({ ...deed, signer: authoritySigner() }, issuer, shell)).result.failed).toBeUndefined()
  checkPair(deed, join(folder, 'ca/default/ca.crt'))
})

test.each(['self', 'authority'] as const)('a kept key stays byte for byte and serves the new certificate (%s)', async (kind) => {
  const folder = folderFor(onTestFinished)
  await perform(deedIn(folder, 'ecdsa-p256'), noIssuer)
  const deed = deedIn(folder, 'ecdsa-p256', { keepKey: true, ...(kind === 'self' ? {} : { signer: authoritySigner() }) })
  const [key, certificate] = [read(deed.key.path), read(deed.certificate.path)]
  const { result } = await perform(deed, kind === 'self' ? noIssuer : await issuerIn(folder))
  expect(result.failed).toBeUndefined()
  expect(read(deed.key.path)).toBe(key)
  expect(read(deed.certificate.path)).not.toBe(certificate)
  checkPair(deed, kind === 'self' ? deed.certificate.path : join(folder, 'ca/default/ca.crt'))
})

test('what somebody else put at the staged name is refused, not followed', async () => {
  const folder = folderFor(onTestFinished)
  const deed = deedIn(folder, 'ecdsa-p256')
  symlinkSync(join(folder, 'elsewhere'), `${deed.key.path}.staged`)
  const { result, rounds } = await perform(deed, noIssuer)
  expect(result).toMatchObject({ changed: false, failed: expect.stringContaining('openssl could not make') })
  expect(rounds).toHaveLength(1)
})

test.each([
  { case: 'another name', names: { dnsNames: ['h2.lab.test'], ipAddresses: [] }, message: 'not for what was asked' },
  { case: 'another key', names, message: 'for another key' },
])('a certificate for $case is not installed', async ({ names: signed, message }) => {
  const folder = folderFor(onTestFinished)
  const wrong = deedIn(folder, 'ecdsa-p256', { request: { ...deedIn(folder, 'ecdsa-p256').request, names: signed } })
  await perform(wrong, noIssuer)
  const foreign = read(wrong.certificate.path)
  const deed = deedIn(folder, 'ecdsa-p256', { signer: authoritySigner() })
  const { result, rounds } = await perform(deed, {
    authority: () => undefined,
    unlock: async () => {},
    issue: () => Promise.resolve(foreign),
  })
  expect(result).toMatchObject({ changed: false, failed: expect.stringContaining(message) })
  expect(rounds.flat().map(({ kind }) => kind)).toEqual(['make', 'issue'])
})
