import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { caIssuer } from '../../src/issuers/ca-issuer.ts'
import { createAuthority, type NewAuthority } from '../../src/issuers/create-authority.ts'
import { decryptKey, encryptKey } from '../../src/issuers/encrypted-key.ts'
import { exportPkcs8, newKeyPair } from '../../src/issuers/signing.ts'
import { TlsplayError } from '../../src/model/problem.ts'
import type { IssueStep } from '../../src/model/step.ts'
import { Secret } from '../../src/model/value.ts'
import { verifyChain } from '../../src/pki/chain.ts'
import { opensslConfig } from '../../src/pki/openssl-config.ts'
import { parseCertificateFile } from '../../src/pki/parse.ts'
import { leafProfile } from '../../src/pki/profile.ts'
import { day } from '../fakes/context.ts'

const now = Math.floor(Date.now() / 1000) * 1000
const random = { bytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)) }
/** Longer RSA keys differ in nothing but the time they take. */
const cheapTypes = ['ecdsa-p256', 'ecdsa-p384', 'ed25519', 'rsa-2048'] as const
const passphrase = Secret.of('it\'s a päss "phrase"')
const names = { dnsNames: ['h1.lab.test'], ipAddresses: ['10.0.0.1'] }

vi.setConfig({ testTimeout: 30_000 })

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tlsplay-ca-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function create(folder: string, more: Partial<NewAuthority> = {}) {
  return createAuthority({ folder, name: 'default', days: 365, keyType: 'ecdsa-p256', passphrase, now, random, ...more })
}

function issuerOf(folder: string, more: { readonly phrase?: Secret; readonly at?: number; readonly asked?: () => void } = {}) {
  const { phrase = passphrase, at = now, asked } = more
  return caIssuer({ folder, clock: { now: () => at }, random, passphrase: () => (asked?.(), Promise.resolve(phrase)) })
}

/** A request as a host makes it, with its key beside it. */
function request(folder: string, wanted = names, subject: Record<string, string> = { CN: 'h1.lab.test' }): string {
  const config = opensslConfig({ subject, names: wanted, keyType: 'ecdsa-p256', profile: leafProfile('ecdsa-p256', 'server') }, 'request')
  writeFileSync(join(folder, 'h1.cnf'), config)
  return execFileSync(
    'openssl',
    ['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'h1.key', '-config', 'h1.cnf'],
    { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  )
}

function step(pem: string, more: Partial<IssueStep['profile']> = {}): IssueStep {
  return {
    kind: 'issue',
    authority: 'default',
    request: pem,
    profile: { ...names, usage: 'server', notBefore: now - 300_000, notAfter: now + 90 * day, ...more },
  }
}

async function codeOf(act: () => unknown): Promise<string> {
  try {
    await act()
    return 'none'
  } catch (error) {
    if (error instanceof TlsplayError) return error.problems[0].code
    throw error
  }
}

describe('the authority', () => {
  test.each(cheapTypes)('%s: strict openssl takes it, its files are private, its key is encrypted', async (keyType) => {
    const folder = temporary()
    const fact = await create(folder, { keyType })
    const own = join(folder, 'ca/default')
    expect(fact).toMatchObject({
      isAuthority: true,
      selfSigned: true,
      keyType,
      keyUsage: ['keyCertSign', 'cRLSign'],
      subject: { CN: 'tlsplay default authority' },
      notAfter: now + 365 * day,
    })
    expect(readdirSync(own).sort()).toEqual(['ca.crt', 'ca.key'])
    expect(statSync(join(own, 'ca.key')).mode & 0o777).toBe(0o600)
    expect(statSync(join(own, 'ca.crt')).mode & 0o777).toBe(0o644)
    expect(readFileSync(join(own, 'ca.key'), 'utf8')).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/)
    const text = execFileSync('openssl', ['x509', '-in', join(own, 'ca.crt'), '-noout', '-text'], { encoding: 'utf8' })
    expect(text).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:0/)
    expect(text).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign/)
    expect(text).toContain('Subject Key Identifier')
    expect(
      execFileSync('openssl', ['verify', '-x509_strict', '-CAfile', join(own, 'ca.crt'), join(own, 'ca.crt')], { encoding: 'utf8' }),
    ).toContain('OK')
    expect(issuerOf(folder).authority('default')).toEqual(fact)
  })

  test('is never replaced, and half of one is not taken for none', async () => {
    const folder = temporary()
    const fact = await create(folder)
    const key = readFileSync(join(folder, 'ca/default/ca.key'))
    expect(await codeOf(() => create(folder))).toBe('WRITE_FAILED')
    expect(readFileSync(join(folder, 'ca/default/ca.key'))).toEqual(key)
    expect(issuerOf(folder).authority('other')).toBeUndefined()
    unlinkSync(join(folder, 'ca/default/ca.crt'))
    expect(await codeOf(() => issuerOf(folder).authority('default'))).toBe('CA_MISSING')
    expect(await codeOf(() => create(folder))).toBe('CA_MISSING')
    writeFileSync(join(folder, 'ca/default/ca.crt'), fact.pem)
    unlinkSync(join(folder, 'ca/default/ca.key'))
    expect(await codeOf(() => issuerOf(folder).authority('default'))).toBe('CA_MISSING')
  })

  test('a leaf in place of the authority is told apart', async () => {
    const folder = temporary()
    await create(folder)
    const leaf = await issuerOf(folder).issue(step(request(folder)))
    writeFileSync(join(folder, 'ca/default/ca.crt'), leaf)
    expect(await codeOf(() => issuerOf(folder).authority('default'))).toBe('CA_MISSING')
  })

  test('a name cannot lead out of the folder', async () => {
    const folder = temporary()
    expect(await codeOf(() => create(folder, { name: '../../x' }))).toBe('VALUE_INVALID')
    expect(existsSync(join(folder, 'ca'))).toBe(false)
  })

  test('name constraints bind openssl and the plan alike', async () => {
    const folder = temporary()
    const fact = await create(folder, { permittedNames: ['lab.test', '10.0.0.0/8'] })
    expect(fact.permittedNames).toEqual(['lab.test', '10.0.0.0/8'])
    const leaf = join(folder, 'leaf.pem')
    writeFileSync(leaf, await issuerOf(folder).issue(step(request(folder))))
    expect(
      execFileSync('openssl', ['verify', '-x509_strict', '-CAfile', join(folder, 'ca/default/ca.crt'), leaf], { encoding: 'utf8' }),
    ).toContain('OK')
    const foreign = { dnsNames: ['h1.example.org'], ipAddresses: [] }
    expect(await codeOf(() => issuerOf(folder).issue(step(request(folder, foreign), foreign)))).toBe('NAME_NOT_COVERED')
    expect(await codeOf(() => create(folder, { name: 'two', permittedNames: ['https://lab.test'] }))).toBe('VALUE_INVALID')
  })
})

describe('the issuer', () => {
  test('one passphrase question serves many hosts at once, and serials differ', async () => {
    const folder = temporary()
    const authority = await create(folder)
    let asked = 0
    const issuer = issuerOf(folder, { asked: () => (asked += 1) })
    const pem = request(folder)
    const leaves = (await Promise.all([1, 2, 3, 4].map(() => issuer.issue(step(pem))))).map((text) => parseCertificateFile(text).chain)
    expect(asked).toBe(1)
    expect(new Set(leaves.map(([leaf]) => leaf?.serial)).size).toBe(4)
    for (const chain of leaves) {
      expect(chain).toHaveLength(1)
      expect(chain[0]).toMatchObject({
        ...names,
        notBefore: now - 300_000,
        notAfter: now + 90 * day,
        extendedKeyUsage: ['serverAuth'],
        authorityKeyId: authority.subjectKeyId,
      })
      expect(chain[0]?.serial.length).toBeGreaterThanOrEqual(28)
      expect(verifyChain(chain, [authority], now)).toEqual({ ok: true })
    }
  })

  test('a serial is positive whatever the random bytes are', async () => {
    const folder = temporary()
    await create(folder, { random: { bytes: (count) => new Uint8Array(count).fill(0xff) } })
    const leaf = await caIssuer({
      folder,
      clock: { now: () => now },
      passphrase: () => Promise.resolve(passphrase),
      random: { bytes: (count) => new Uint8Array(count).fill(0xff) },
    }).issue(step(request(folder)))
    expect(parseCertificateFile(leaf).chain[0]?.serial).toBe(`7f${'ff'.repeat(15)}`)
  })

  test('no certificate outlives the authority', async () => {
    const folder = temporary()
    const authority = await create(folder, { days: 30 })
    const [leaf] = parseCertificateFile(await issuerOf(folder).issue(step(request(folder)))).chain
    expect(leaf?.notAfter).toBe(authority.notAfter)
  })

  test('a wrong passphrase says so in the same words always, and may be tried again', async () => {
    const folder = temporary()
    await create(folder)
    const pem = request(folder)
    let phrase = Secret.of('wrong')
    const issuer = caIssuer({ folder, clock: { now: () => now }, random, passphrase: () => Promise.resolve(phrase) })
    const messages = new Set<string>()
    for (const wrong of ['wrong', '', 'päss', 'x'.repeat(300)]) {
      phrase = Secret.of(wrong)
      await issuer.issue(step(pem)).catch((error: TlsplayError) => messages.add(`${error.problems[0].code} ${error.message}`))
    }
    expect([...messages]).toEqual(['CA_LOCKED the key of the certificate authority default could not be opened with this passphrase'])
    phrase = passphrase
    expect(parseCertificateFile(await issuer.issue(step(pem))).chain).toHaveLength(1)
  })

  test.each<{ case: string; act: (folder: string) => Promise<unknown>; code: string }>([
    {
      case: 'no authority of that name',
      act: (folder) => issuerOf(folder).issue({ ...step(request(folder)), authority: 'other' }),
      code: 'CA_MISSING',
    },
    {
      case: 'an expired authority',
      act: (folder) => issuerOf(folder, { at: now + 366 * day }).issue(step(request(folder))),
      code: 'CERTIFICATE_INVALID',
    },
    {
      case: 'other names than planned',
      act: (folder) => issuerOf(folder).issue(step(request(folder, { dnsNames: ['h2.lab.test'], ipAddresses: [] }))),
      code: 'CERTIFICATE_INVALID',
    },
    {
      case: 'a name more than planned',
      act: (folder) => issuerOf(folder).issue(step(request(folder, { ...names, dnsNames: [...names.dnsNames, 'h2.lab.test'] }))),
      code: 'CERTIFICATE_INVALID',
    },
    {
      case: 'the subject of the authority',
      act: (folder) => issuerOf(folder).issue(step(request(folder, names, { CN: 'tlsplay default authority' }))),
      code: 'CERTIFICATE_INVALID',
    },
    {
      case: 'no request',
      act: (folder) => issuerOf(folder).issue(step('-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----')),
      code: 'CERTIFICATE_INVALID',
    },
    {
      case: 'a request that was tampered with',
      act: (folder) => issuerOf(folder).issue(step(tampered(request(folder)))),
      code: 'CERTIFICATE_INVALID',
    },
  ])('refuses $case: $code', async ({ act, code }) => {
    const folder = temporary()
    await create(folder)
    expect(await codeOf(() => act(folder))).toBe(code)
  })

  test('the key of another authority is found out', async () => {
    const folder = temporary()
    await create(folder)
    await create(folder, { name: 'two' })
    writeFileSync(join(folder, 'ca/default/ca.key'), readFileSync(join(folder, 'ca/two/ca.key')))
    expect(await codeOf(() => issuerOf(folder).issue(step(request(folder))))).toBe('KEY_MISMATCH')
  })
})

describe('the encrypted key', () => {
  test.each(cheapTypes)('%s: openssl opens it with the passphrase and not without', async (keyType) => {
    const folder = temporary()
    const path = join(folder, 'ca.key')
    writeFileSync(path, await encryptKey(await exportPkcs8((await newKeyPair(keyType)).privateKey), Secret.of('correct'), random.bytes))
    const open = (phrase: string) =>
      execFileSync('openssl', ['pkey', '-in', path, '-passin', 'stdin', '-noout', '-text'], {
        input: phrase,
        encoding: 'utf8',
        stdio: ['pipe', 'pipe', 'ignore'],
      })
    expect(open('correct\n')).toContain('Private-Key')
    expect(() => open('wrong\n')).toThrow()
    const text = readFileSync(path, 'utf8')
    expect((await decryptKey(text, Secret.of('correct')))?.type).toBe('private')
    expect(await decryptKey(text, Secret.of('wrong'))).toBeUndefined()
    expect(execFileSync('openssl', ['asn1parse', '-in', path], { encoding: 'utf8' })).toMatch(/scrypt|1\.3\.6\.1\.4\.1\.11591\.4\.11/)
  })
})

test('a key that openssl encrypted its own way is opened too', async () => {
  const folder = temporary()
  const openssl = (...words: string[]) =>
    execFileSync('openssl', words, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  openssl('genpkey', '-algorithm', 'ed25519', '-out', 'plain.key')
  for (const way of [['-v2', 'aes-128-cbc'], ['-scrypt']]) {
    const text = openssl('pkcs8', '-topk8', ...way, '-in', 'plain.key', '-passout', 'pass:correct')
    expect((await decryptKey(text, Secret.of('correct')))?.asymmetricKeyType, way.join(' ')).toBe('ed25519')
    expect(await decryptKey(text, Secret.of('wrong'))).toBeUndefined()
  }
  expect(await decryptKey('no key', Secret.of('x'))).toBeUndefined()
})

/** Another name of the same length in the request, under the old signature. */
function tampered(pem: string): string {
  const der = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64')
  const at = der.indexOf('h1.lab.test')
  der.write('h9', at)
  return `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`
}
