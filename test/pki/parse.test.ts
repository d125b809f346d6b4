import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { X509Certificate } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { keyTypes } from '../../src/model/fact.ts'
import { newKeyArguments } from '../../src/pki/openssl-config.ts'
import { parseCertificate, parseCertificateFile, parsePublicKey, parseRequestKey } from '../../src/pki/parse.ts'
import { pemBlocks } from '../../src/pki/pem.ts'

const folder = mkdtempSync(join(tmpdir(), 'tlsplay-parse-'))
afterAll(() => rmSync(folder, { recursive: true }))
const openssl = (...words: string[]) =>
  execFileSync('openssl', words, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })

function selfSigned(keyType: (typeof keyTypes)[number], ...more: string[]): string {
  return openssl('req', '-x509', ...newKeyArguments(keyType), '-nodes', '-keyout', 'key.pem', '-days', '30', ...more)
}

test.each(keyTypes)('%s: key, digests and dates are what openssl and node say', (keyType) => {
  const pem = selfSigned(keyType, '-subj', '/CN=h1')
  const [fact] = parseCertificateFile(pem).chain
  const native = new X509Certificate(pem)
  expect(fact).toMatchObject({
    keyType,
    fingerprint: native.fingerprint256.replaceAll(':', '').toLowerCase(),
    serial: native.serialNumber.toLowerCase(),
    notBefore: Date.parse(native.validFrom),
    notAfter: Date.parse(native.validTo),
    selfSigned: true,
    pem: native.toString(),
  })
  expect(parsePublicKey(openssl('pkey', '-in', 'key.pem', '-pubout'))).toEqual({ spki: fact?.spki, keyType })
  expect(parseRequestKey(openssl('req', '-new', '-key', 'key.pem', '-subj', '/CN=h1'))).toEqual({ spki: fact?.spki, keyType })
})

const extensions: readonly { readonly case: string; readonly lines: readonly string[]; readonly fact: object }[] = [
  {
    case: 'all of the server profile',
    lines: [
      'basicConstraints=critical,CA:FALSE',
      'keyUsage=critical,digitalSignature,keyEncipherment',
      'extendedKeyUsage=serverAuth,clientAuth,1.2.3.4',
      'subjectAltName=DNS:a.test,DNS:*.b.test,IP:10.0.0.1,IP:2001:db8::1,email:x@y,URI:https://z',
    ],
    fact: {
      isAuthority: false,
      keyUsage: ['digitalSignature', 'keyEncipherment'],
      extendedKeyUsage: ['serverAuth', 'clientAuth', '1.2.3.4'],
      dnsNames: ['a.test', '*.b.test'],
      ipAddresses: ['10.0.0.1', '2001:db8::1'],
    },
  },
  {
    case: 'an authority',
    lines: ['basicConstraints=critical,CA:TRUE,pathlen:0', 'keyUsage=critical,keyCertSign,cRLSign'],
    fact: { isAuthority: true, keyUsage: ['keyCertSign', 'cRLSign'], extendedKeyUsage: undefined },
  },
  { case: 'a usage of two bytes', lines: ['keyUsage=keyAgreement,decipherOnly'], fact: { keyUsage: ['keyAgreement', 'decipherOnly'] } },
  {
    case: 'name constraints',
    lines: [
      'basicConstraints=CA:TRUE',
      'nameConstraints=critical,permitted;DNS:lab.test,permitted;IP:10.0.0.0/255.0.0.0,permitted;IP:fd00::/ffff::',
    ],
    fact: { permittedNames: ['lab.test', '10.0.0.0/8', 'fd00::/16'] },
  },
]

test.each(extensions)('extensions: $case', ({ lines, fact }) => {
  const pem = selfSigned('ecdsa-p256', '-subj', '/CN=h1', ...lines.flatMap((line) => ['-addext', line]))
  expect(parseCertificateFile(pem).chain[0]).toMatchObject(fact)
})

test('key identifiers are those that openssl prints', () => {
  const pem = selfSigned('ecdsa-p256', '-subj', '/CN=h1')
  writeFileSync(join(folder, 'c.pem'), pem)
  const printed = (name: string) =>
    openssl('x509', '-in', 'c.pem', '-noout', '-ext', name)
      .match(/([0-9A-F]{2}:){19}[0-9A-F]{2}/)?.[0]
      .replaceAll(':', '')
      .toLowerCase()
  const [fact] = parseCertificateFile(pem).chain
  expect(fact?.subjectKeyId).toBe(printed('subjectKeyIdentifier'))
  expect(fact?.authorityKeyId).toBe(printed('authorityKeyIdentifier'))
  expect(fact?.subjectKeyId).toHaveLength(40)
})

test('a certificate without extensions has none of them', () => {
  openssl('req', '-new', ...newKeyArguments('ecdsa-p256'), '-nodes', '-keyout', 'v1.key', '-subj', '/CN=old', '-out', 'v1.csr')
  const pem = openssl('x509', '-req', '-in', 'v1.csr', '-signkey', 'v1.key', '-days', '1')
  expect(parseCertificateFile(pem).chain[0]).toMatchObject({
    keyUsage: undefined,
    extendedKeyUsage: undefined,
    dnsNames: [],
    isAuthority: false,
  })
})

test('the subject of every kind of text', () => {
  const pem = selfSigned(
    'ecdsa-p256',
    '-utf8',
    '-subj',
    '/C=DE/ST=Ober\\/bayern/L=München/O=A, B = "C"/OU=first/OU=second/CN=é',
    '-multivalue-rdn',
  )
  expect(parseCertificateFile(pem).chain[0]?.subject).toEqual({
    C: 'DE',
    ST: 'Ober/bayern',
    L: 'München',
    O: 'A, B = "C"',
    OU: 'first',
    CN: 'é',
  })
})

test('dates after 2049 are of another type', () => {
  const pem = selfSigned('ecdsa-p256', '-subj', '/CN=h1', '-days', '36500')
  expect(new Date(parseCertificateFile(pem).chain[0]?.notAfter ?? 0).getUTCFullYear()).toBeGreaterThan(2100)
})

test('the same bytes come back from a file of the system', () => {
  const bundle = '/etc/ssl/certs/ca-certificates.crt'
  let text: string
  try {
    text = readFileSync(bundle, 'utf8')
  } catch {
    text = selfSigned('rsa-2048', '-subj', '/CN=only')
  }
  const { chain, broken } = parseCertificateFile(text)
  expect(broken).toBeUndefined()
  expect(chain.length).toBe(pemBlocks(text).length)
  for (const fact of chain) expect(new X509Certificate(fact.pem).fingerprint256.replaceAll(':', '').toLowerCase()).toBe(fact.fingerprint)
})

test('no byte of a certificate can be cut or changed in a way that throws anything but a refusal', () => {
  const [block] = pemBlocks(
    selfSigned('ecdsa-p256', '-subj', '/CN=h1', '-addext', 'subjectAltName=IP:10.0.0.1', '-addext', 'nameConstraints=permitted;DNS:a.test'),
  )
  const der = Buffer.from(block?.der ?? new Uint8Array())
  const refusals = new Set<string>()
  for (let at = 0; at < der.length; at += 1) {
    for (const broken of [
      der.subarray(0, at),
      Buffer.concat([der.subarray(0, at), Buffer.from([der[at]! ^ 0x80]), der.subarray(at + 1)]),
    ]) {
      try {
        parseCertificate(broken)
      } catch (error) {
        refusals.add(error instanceof Error && ('code' in error || error.name === 'DerError') ? 'refused' : String(error))
      }
    }
  }
  expect([...refusals]).toEqual(['refused'])
})
