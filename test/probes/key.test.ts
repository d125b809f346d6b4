import { execFileSync } from 'node:child_process'
import { createPrivateKey, createPublicKey, createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { absent } from '../../src/model/fact.ts'
import { Unknown } from '../../src/model/value.ts'
import { key } from '../../src/probes/key.ts'
import { selfSigned } from '../fakes/tls-servers.ts'
import { ask, nonce, scratchFolder, shells } from './shells.ts'

const folder = scratchFolder()
const at = (name: string) => join(folder, name)
const openssl = (...words: string[]) => execFileSync('openssl', words, { stdio: ['ignore', 'pipe', 'ignore'] })
const curve = (name: string) => ['genpkey', '-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${name}`]
openssl(...curve('P-256'), '-out', at("it's p256.key"))
openssl(...curve('P-384'), '-out', at('p384.key'))
openssl(...curve('secp521r1'), '-out', at('p521.key'))
openssl('genpkey', '-algorithm', 'ed25519', '-out', at('ed25519.key'))
openssl('genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', at('rsa.key'))
openssl('rsa', '-in', at('rsa.key'), '-traditional', '-out', at('pkcs1.key'))
openssl('pkey', '-in', at("it's p256.key"), '-outform', 'DER', '-out', at('der.key'))
openssl('pkcs8', '-topk8', '-in', at("it's p256.key"), '-passout', 'pass:x', '-out', at('pkcs8 encrypted.key'))
openssl('rsa', '-in', at('rsa.key'), '-traditional', '-aes128', '-passout', 'pass:xxxx', '-out', at('pkcs1 encrypted.key'))
const pair = selfSigned(folder, 'DNS:h1.lab.test')
writeFileSync(at('combined.pem'), pair.cert + pair.key)
writeFileSync(at('certificate.pem'), pair.cert)
writeFileSync(at('garbage.key'), '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n')
writeFileSync(at('empty.key'), '')
afterAll(() => rmSync(folder, { recursive: true }))

function publicHalf(name: string, keyType: string) {
  const der = createPublicKey(createPrivateKey(readFileSync(at(name), 'utf8'))).export({ type: 'spki', format: 'der' })
  return { spki: createHash('sha256').update(der).digest('hex'), keyType }
}

const noKey = { spki: undefined, broken: 'is no private key in PEM form' }
const encrypted = { spki: undefined, encrypted: true, broken: 'is encrypted, and no service asks for a passphrase' }
const expected: Readonly<Record<string, unknown>> = {
  "it's p256.key": publicHalf("it's p256.key", 'ecdsa-p256'),
  'missing.key': absent,
  'p384.key': publicHalf('p384.key', 'ecdsa-p384'),
  'p521.key': publicHalf('p521.key', 'other'),
  'ed25519.key': publicHalf('ed25519.key', 'ed25519'),
  'rsa.key': publicHalf('rsa.key', 'rsa-2048'),
  'pkcs1.key': publicHalf('rsa.key', 'rsa-2048'),
  'combined.pem': publicHalf('combined.pem', 'ecdsa-p256'),
  'der.key': noKey,
  'pkcs8 encrypted.key': encrypted,
  'pkcs1 encrypted.key': encrypted,
  'certificate.pem': noKey,
  'garbage.key': noKey,
  'empty.key': noKey,
}

// The applets of BusyBox have no openssl: there the shell alone is what is tried.
const opensslFolder = execFileSync('sh', ['-c', 'dirname "$(command -v openssl)"'], { encoding: 'utf8' }).trim()

describe.each(shells.map((shell) => ({ ...shell, path: `${shell.path}:${opensslFolder}` })))('under $name', (shell) => {
  test('the public half of many keys, of every type and form, and why some are of no use', () => {
    const names = Object.keys(expected)
    const { answers, stderr, stdout } = ask(
      shell,
      key,
      names.map((name) => ({ path: at(name) })),
    )
    expect(stderr).toBe('')
    expect(Object.fromEntries(names.map((name, index) => [name, answers[index]]))).toEqual(expected)
    expect(Buffer.from(stdout).toString()).not.toMatch(/PRIVATE/)
  })
})

test('a key is opened once under all its names, side by side, and again once another was', () => {
  const bin = at('bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'openssl'), `#!/bin/sh\necho "$*" >>'${at('opened')}'\nexec '${opensslFolder}/openssl' "$@"\n`, { mode: 0o755 })
  symlinkSync("it's p256.key", at('link.key'))
  const names = ['link.key', "it's p256.key", 'garbage.key', 'link.key', 'p384.key', 'p521.key']
  const [shell] = shells
  if (shell === undefined) throw new Error('no shell')
  const { answers } = ask(
    { ...shell, path: `${bin}:${shell.path}` },
    key,
    names.map((name) => ({ path: at(name) })),
  )
  expect(answers).toEqual(names.map((name) => expected[name] ?? expected["it's p256.key"]))
  expect(readFileSync(at('opened'), 'utf8').trim().split('\n')).toHaveLength(5)
})

test.each(['', 'f', 'f-----BEGIN PUBLIC KEY-----\n.\n', 'z\n.\n'])('an answer that breaks off is unknown: %j', (text) => {
  expect(key.parse(Buffer.from(text), [{ path: '/x' }], nonce)[0]).toBeInstanceOf(Unknown)
})
