import { createPrivateKey, X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { caIssuer } from '../../../src/issuers/ca-issuer.ts'
import { createAuthority } from '../../../src/issuers/create-authority.ts'
import type { Answer, Pkcs12Fact } from '../../../src/model/fact.ts'
import { Secret } from '../../../src/model/value.ts'
import { parseCertificateFile } from '../../../src/pki/parse.ts'
import { leafProfile } from '../../../src/pki/profile.ts'
import type { Issuer } from '../../../src/ports/ports.ts'
import { key as keyProbe } from '../../../src/probes/key.ts'
import { pkcs12 } from '../../../src/probes/pkcs12.ts'
import type { CopyDeed, GiveDeed, IssueDeed, KeySource } from '../../../src/tasks/generate/deed.ts'
import { copyFormats } from '../../../src/tasks/generate/formats.ts'
import { ask, shells } from '../../probes/shells.ts'
import { folderFor, openssl, perform, read } from './make.ts'

// Keys under 600,000 rounds take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

const now = Date.now()
const random = { bytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)) }
const noIssuer: Issuer = { authority: () => undefined, unlock: async () => {}, issue: () => Promise.reject(new Error('nobody to ask')) }
const names = { dnsNames: ['h1.lab.test'], ipAddresses: [] }
const password = Secret.of("it's a p12 $word `x`")
const passphrase = Secret.of('the \\ key "word"')
const placed = { owner: 'root', group: 'root', mode: 0o400 }
const shell = shells[0]!

function copiesIn(folder: string): readonly CopyDeed[] {
  return copyFormats.map((format) => ({
    ...{ path: join(folder, `a ${format}`), ...placed, format, alias: "h1's" },
    ...(format === 'pkcs12' ? { password } : {}),
  }))
}

function deedIn(folder: string, more: Partial<IssueDeed> = {}): IssueDeed {
  const keyType = more.request?.keyType ?? 'ecdsa-p256'
  return {
    kind: 'issue',
    request: { subject: { CN: 'h1.lab.test' }, names, keyType, profile: leafProfile(keyType, 'server') },
    certificate: { ...placed, path: join(folder, 'h1.crt') },
    key: { ...placed, path: join(folder, 'h1.key') },
    keepKey: false,
    keyAttributes: [],
    passphrase: undefined,
    copies: copiesIn(folder),
    signer: { kind: 'self', days: 90 },
    ...more,
  }
}

async function byAuthority(folder: string): Promise<{ readonly issuer: Issuer; readonly signer: IssueDeed['signer'] }> {
  await createAuthority({ folder, name: 'default', days: 365, keyType: 'ecdsa-p256', passphrase, now, random })
  const issuer = caIssuer({ folder, passphrase: () => Promise.resolve(passphrase), clock: { now: () => now }, random })
  const root = issuer.authority('default')!
  return {
    // As an intermediate would stand there: the file has two certificates.
    issuer: { ...issuer, issue: async (step) => `${await issuer.issue(step)}${root.pem}` },
    signer: {
      kind: 'authority',
      name: 'default',
      expect: 'absent',
      profile: { ...names, usage: 'server', notBefore: now - 300_000, notAfter: now + 90 * 86_400_000 },
    },
  }
}

const labels = (text: string) => [...text.matchAll(/-----BEGIN ([A-Z ]+)-----/g)].map(([, label]) => label)

function opened(path: string, word: Secret = password): Answer<Pkcs12Fact> | undefined {
  return ask(shell, pkcs12, [{ path, password: word }]).answers[0]
}

function check(folder: string, certificates: number, keyLabel: string): void {
  const at = (format: string) => read(join(folder, `a ${format}`))
  const certificate = Array<string>(certificates).fill('CERTIFICATE')
  expect(labels(at('certificate'))).toEqual(['CERTIFICATE'])
  expect(labels(at('chain'))).toEqual(certificate.slice(1))
  expect(at('fullchain')).toBe(read(join(folder, 'h1.crt')))
  expect(at('key')).toBe(read(join(folder, 'h1.key')))
  expect(labels(at('bundle'))).toEqual([...certificate, keyLabel])
  expect(labels(at('bundle-key-first'))).toEqual([keyLabel, ...certificate])
  const { chain } = parseCertificateFile(read(join(folder, 'h1.crt')))
  const fact = opened(join(folder, 'a pkcs12')) as Pkcs12Fact
  expect(fact.broken).toBeUndefined()
  expect(fact.spki).toBe(chain[0]?.spki)
  expect(fact.chain.map(({ fingerprint }) => fingerprint).sort()).toEqual(chain.map(({ fingerprint }) => fingerprint).sort())
}

test.each(shells)('every form of a self-signed pair, under $name', async (one) => {
  const folder = folderFor(onTestFinished)
  const { result, printed } = await perform(deedIn(folder), noIssuer, one)
  expect(result.failed).toBeUndefined()
  check(folder, 1, 'PRIVATE KEY')
  expect(printed).not.toContain('PRIVATE KEY')
})

test('every form of a pair that an authority signed, the chain in it', async () => {
  const folder = folderFor(onTestFinished)
  const { issuer, signer } = await byAuthority(folder)
  const { result, rounds } = await perform(deedIn(folder, { signer }), issuer)
  expect(result.failed).toBeUndefined()
  expect(rounds.map((steps) => steps.map(({ kind }) => kind))).toEqual([
    ['make'],
    ['issue'],
    ['make'],
    ['install', 'write', ...copyFormats.map(() => 'install')],
  ])
  check(folder, 2, 'PRIVATE KEY')
})

test('copies of what is there already', async () => {
  const folder = folderFor(onTestFinished)
  await perform(deedIn(folder, { copies: [] }), noIssuer)
  const [certificate, key] = [join(folder, 'h1.crt'), join(folder, 'h1.key')]
  const current = { fingerprint: '', serial: '', notBefore: 0, notAfter: 0, names, subject: {} }
  const { result } = await perform(
    { kind: 'copies', certificate, key, passphrase: undefined, copies: copiesIn(folder), steps: [], current },
    noIssuer,
  )
  expect(result).toMatchObject({ changed: true })
  check(folder, 1, 'PRIVATE KEY')
})

describe('an encrypted key', () => {
  const request = { subject: { CN: 'h1.lab.test' }, names, keyType: 'rsa-2048', profile: leafProfile('rsa-2048', 'server') } as const

  test.each(shells)('is so in every copy, opens with the passphrase, and never stands in clear, under $name', async (one) => {
    const folder = folderFor(onTestFinished)
    const { result, rounds } = await perform(deedIn(folder, { request, passphrase }), noIssuer, one)
    expect(result.failed).toBeUndefined()
    check(folder, 1, 'ENCRYPTED PRIVATE KEY')
    const key = createPrivateKey({ key: read(join(folder, 'h1.key')), passphrase: passphrase.reveal() })
    expect(new X509Certificate(read(join(folder, 'h1.crt'))).checkPrivateKey(key)).toBe(true)
    expect(openssl('asn1parse', '-in', join(folder, 'h1.key'))).toMatch(/INTEGER\s+:0927C0/)
    // What a script says in the clear of a log has no passphrase in it.
    expect(JSON.stringify(rounds)).not.toContain('key \\"word')
  })

  test('is used again on renewal, and signed for by an authority', async () => {
    const folder = folderFor(onTestFinished)
    await perform(deedIn(folder, { request, passphrase, copies: [] }), noIssuer)
    const key = read(join(folder, 'h1.key'))
    const { issuer, signer } = await byAuthority(folder)
    const { result } = await perform(deedIn(folder, { request, passphrase, keepKey: true, signer }), issuer)
    expect(result.failed).toBeUndefined()
    expect(read(join(folder, 'h1.key'))).toBe(key)
    check(folder, 2, 'ENCRYPTED PRIVATE KEY')
  })

  test('is known by its public half to who has the passphrase', async () => {
    const folder = folderFor(onTestFinished)
    await perform(deedIn(folder, { request, passphrase, copies: [] }), noIssuer)
    const path = join(folder, 'h1.key')
    const [leaf] = parseCertificateFile(read(join(folder, 'h1.crt'))).chain
    const { answers } = ask(shell, keyProbe, [{ path, passphrase }, { path, passphrase: Secret.of('another') }, { path }])
    expect(answers).toEqual([
      { spki: leaf?.spki, keyType: 'rsa-2048', encrypted: true },
      { spki: undefined, encrypted: true, broken: 'is encrypted, and does not open with the passphrase' },
      { spki: undefined, encrypted: true, broken: 'is encrypted, and no service asks for a passphrase' },
    ])
  })
})

test.each(shells)('what a PKCS#12 file holds, and why it is of no use, under $name', async (one) => {
  const folder = folderFor(onTestFinished)
  await perform(deedIn(folder), noIssuer)
  const path = join(folder, 'a pkcs12')
  const pem = join(folder, 'a bundle')
  const bare = join(folder, 'bare.p12')
  openssl('pkcs12', '-export', '-nokeys', '-in', join(folder, 'h1.crt'), '-out', bare, '-passout', 'pass:x')
  const opensslPath = `${one.path}:/usr/bin:/bin`
  const { answers, stdout } = ask({ ...one, path: opensslPath }, pkcs12, [
    { path, password },
    { path, password: Secret.of('wrong') },
    { path: pem, password },
    { path: join(folder, 'missing'), password },
    { path: bare, password: Secret.of('x') },
  ])
  const broken = { chain: [], spki: undefined, broken: 'is no PKCS#12 file, or does not open with the password' }
  expect(answers).toMatchObject([
    { chain: [{ dnsNames: ['h1.lab.test'] }] },
    broken,
    broken,
    { kind: 'absent' },
    { chain: [{}], spki: undefined },
  ])
  expect(Buffer.from(stdout).toString()).not.toContain('PRIVATE')
})

describe('what was given', () => {
  async function give(folder: string, from: KeySource, more: Partial<GiveDeed> = {}) {
    const to = (name: string) => join(folder, name)
    const chain = read(to('h1.crt'))
    const current = { fingerprint: '', serial: '', notBefore: 0, notAfter: 0, names, subject: {} }
    const performed = await perform(
      {
        ...{
          kind: 'give',
          certificate: { ...placed, path: to('to.crt'), pem: chain, expect: 'absent' },
          key: { ...placed, path: to('to.key'), from },
        },
        ...{
          paths: { certificate: to('to.crt'), key: to('to.key') },
          chain,
          passphrase: undefined,
          copies: [],
          steps: [],
          removes: [],
          current,
        },
        ...more,
      },
      noIssuer,
    )
    return { ...performed, certificate: to('to.crt'), key: to('to.key') }
  }

  test.each(['text', 'file', 'encrypted file', 'pkcs12', 'legacy pkcs12'])('comes from a %s and is a pair where it goes', async (kind) => {
    const folder = folderFor(onTestFinished)
    await perform(deedIn(folder), noIssuer)
    const [key, sealed, old] = [join(folder, 'h1.key'), join(folder, 'sealed.key'), join(folder, 'old.p12')]
    writeFileSync(join(folder, 'word'), passphrase.reveal())
    openssl('pkcs8', '-topk8', '-in', key, '-out', sealed, '-passout', `file:${join(folder, 'word')}`)
    openssl('pkcs12', '-export', '-legacy', '-in', join(folder, 'a bundle'), '-out', old, '-passout', `file:${join(folder, 'word')}`)
    const sources: Readonly<Record<string, KeySource>> = {
      text: { kind: 'text', pem: Secret.of(read(key)) },
      file: { kind: 'file', path: key, passphrase: undefined },
      'encrypted file': { kind: 'file', path: sealed, passphrase },
      pkcs12: { kind: 'pkcs12', path: join(folder, 'a pkcs12'), password },
      'legacy pkcs12': { kind: 'pkcs12', path: old, password: passphrase },
    }
    const given = await give(folder, sources[kind]!, { copies: [{ ...placed, path: join(folder, 'to.pem'), format: 'bundle', alias: '' }] })
    expect(given.result.failed).toBeUndefined()
    expect(given.printed).not.toContain('PRIVATE')
    expect(labels(read(given.key))).toEqual(['PRIVATE KEY'])
    expect(new X509Certificate(read(given.certificate)).checkPrivateKey(createPrivateKey(read(given.key)))).toBe(true)
    expect(read(join(folder, 'to.pem'))).toBe(read(given.certificate) + read(given.key))
  })

  test('is encrypted on its way when that is wished', async () => {
    const folder = folderFor(onTestFinished)
    await perform(deedIn(folder), noIssuer)
    const given = await give(folder, { kind: 'pkcs12', path: join(folder, 'a pkcs12'), password }, { passphrase })
    expect(labels(read(given.key))).toEqual(['ENCRYPTED PRIVATE KEY'])
    const key = createPrivateKey({ key: read(given.key), passphrase: passphrase.reveal() })
    expect(new X509Certificate(read(given.certificate)).checkPrivateKey(key)).toBe(true)
  })

  test('does not come through when the password is wrong', async () => {
    const folder = folderFor(onTestFinished)
    await perform(deedIn(folder), noIssuer)
    const { result, rounds } = await give(folder, { kind: 'pkcs12', path: join(folder, 'a pkcs12'), password: Secret.of('wrong') })
    expect(result).toMatchObject({ changed: false, failed: expect.stringContaining('could not be put in its form') })
    expect(rounds).toHaveLength(1)
  })
})
