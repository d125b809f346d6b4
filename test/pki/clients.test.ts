import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { parseCertificateFile } from '../../src/pki/parse.ts'
import { type ClientClass, clientVerdicts, issuersOf } from '../../src/pki/verdicts.ts'
import { programs, serving } from './clients/dial.ts'
import { type Made, makeOdd, type OddCertificate, textOf } from './clients/make.ts'

// The verdicts against the programs they speak of: every row is served over TLS 1.2 and 1.3 and dialled by curl, openssl,
// gnutls-cli, Node and a program written in Go. Chromium and Apple's clients are not here.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 })

const folder = mkdtempSync(join(tmpdir(), 'tlsplay-clients-'))
const go = join(folder, 'tls')
beforeAll(() => {
  execFileSync('go', ['build', '-o', go, 'test/pki/clients/tls.go'], { env: { ...process.env, GO111MODULE: 'off' } })
})
afterAll(() => rmSync(folder, { recursive: true }))

const name = 'leaf.lab.test'
const names = `subjectAltName = DNS:${name}`
const skid = 'subjectKeyIdentifier = hash'
const akid = 'authorityKeyIdentifier = keyid:always'
const isLeaf = 'basicConstraints = critical,CA:FALSE'
const isAuthority = 'basicConstraints = critical,CA:TRUE'
const usage = (...bits: readonly string[]) => `keyUsage = critical,${bits.join(',')}`
const serves = 'extendedKeyUsage = serverAuth'
const sound = [isLeaf, usage('digitalSignature'), serves, names, skid, akid]
const authority = [isAuthority, usage('keyCertSign', 'cRLSign'), skid]

type Wished = Omit<OddCertificate, 'by' | 'commonName'>

interface Row {
  readonly case: string
  readonly leaf: Wished
  /** from the trusted one down to who signs the leaf; without it the leaf is its own authority */
  readonly authorities?: readonly Wished[]
  readonly refusedBy: readonly ClientClass[]
}

const real = ['go', 'openssl', 'openssl-strict', 'gnutls', 'node'] as const satisfies readonly ClientClass[]
const everybody: readonly ClientClass[] = [...real, 'chrome', 'apple']
const selfSigned: readonly Row[] = [
  {
    case: 'a common name only, as the guides for Prometheus and InfluxDB 1.x make it',
    leaf: { key: 'rsa:2048', extensions: [isAuthority, skid, akid] },
    refusedBy: ['go', 'chrome', 'apple'],
  },
  {
    case: 'keyEncipherment and dataEncipherment, as the guide for InfluxDB 2.x makes it',
    leaf: { key: 'rsa:2048', extensions: [names, serves, usage('keyEncipherment', 'dataEncipherment')] },
    refusedBy: ['gnutls', 'chrome', 'apple'],
  },
  {
    case: 'the same usages of an elliptic key',
    leaf: { extensions: [names, serves, usage('keyEncipherment', 'dataEncipherment')] },
    refusedBy: ['openssl', 'openssl-strict', 'gnutls', 'node', 'chrome', 'apple'],
  },
  { case: 'an authority without usages', leaf: { extensions: [isAuthority, names, skid] }, refusedBy: ['apple'] },
  { case: 'our own profile', leaf: { extensions: sound }, refusedBy: [] },
  {
    case: 'our own profile for RSA',
    leaf: { key: 'rsa:2048', extensions: [isLeaf, usage('digitalSignature', 'keyEncipherment'), serves, names, skid, akid] },
    refusedBy: [],
  },
  {
    case: 'an authority that serves',
    leaf: { key: 'rsa:2048', extensions: [isAuthority, usage('digitalSignature', 'keyEncipherment', 'keyCertSign'), serves, names, skid] },
    refusedBy: [],
  },
  {
    case: 'usages of an authority alone',
    leaf: { key: 'rsa:2048', extensions: [isAuthority, usage('keyCertSign', 'cRLSign'), serves, names, skid] },
    refusedBy: ['openssl', 'openssl-strict', 'gnutls', 'node', 'chrome', 'apple'],
  },
  {
    case: 'the purpose of a client',
    leaf: { extensions: [isLeaf, usage('digitalSignature'), 'extendedKeyUsage = clientAuth', names, skid] },
    refusedBy: everybody,
  },
  { case: 'Ed25519', leaf: { key: 'ed25519', extensions: sound }, refusedBy: ['chrome', 'apple'] },
  {
    case: 'RSA of 1024 bits',
    leaf: { key: 'rsa:1024', extensions: sound },
    refusedBy: ['openssl', 'openssl-strict', 'node', 'apple'],
  },
  { case: 'years', leaf: { extensions: sound, days: 1000 }, refusedBy: ['apple'] },
  { case: 'SHA-1 in the signature of what is trusted itself', leaf: { extensions: sound, digest: 'sha1' }, refusedBy: [] },
]

const signed: readonly Row[] = [
  { case: 'signed by an authority', leaf: { extensions: sound }, authorities: [{ extensions: authority }], refusedBy: [] },
  {
    case: 'signed by an intermediate',
    leaf: { extensions: sound },
    authorities: [{ extensions: authority }, { extensions: [...authority, akid] }],
    refusedBy: [],
  },
  {
    case: 'no authority key identifier',
    leaf: { extensions: [isLeaf, usage('digitalSignature'), serves, names, skid, 'authorityKeyIdentifier = none'] },
    authorities: [{ extensions: authority }],
    refusedBy: ['openssl-strict'],
  },
  {
    case: 'an authority without usages above it',
    leaf: { extensions: sound },
    authorities: [{ extensions: [isAuthority, skid] }],
    refusedBy: ['openssl-strict'],
  },
  {
    case: 'an authority whose constraints are not critical',
    leaf: { extensions: sound },
    authorities: [{ extensions: ['basicConstraints = CA:TRUE', usage('keyCertSign', 'cRLSign'), skid] }],
    refusedBy: ['openssl-strict'],
  },
  {
    case: 'an authority that may not sign',
    leaf: { extensions: sound },
    authorities: [{ extensions: [isAuthority, usage('cRLSign'), skid] }],
    refusedBy: everybody,
  },
  {
    case: 'an intermediate too many',
    leaf: { extensions: sound },
    authorities: [
      { extensions: ['basicConstraints = critical,CA:TRUE,pathlen:0', usage('keyCertSign'), skid] },
      { extensions: [...authority, akid] },
    ],
    refusedBy: everybody,
  },
  {
    case: 'a name that the authority may not sign',
    leaf: { extensions: sound },
    authorities: [{ extensions: [...authority, 'nameConstraints = critical,permitted;DNS:example.org'] }],
    refusedBy: everybody,
  },
  {
    case: 'SHA-1 in the signature of an authority',
    leaf: { extensions: sound, digest: 'sha1' },
    authorities: [{ extensions: authority }],
    refusedBy: everybody,
  },
]

const rows = [...selfSigned, ...signed]

test.each(rows)('$case', async ({ case: title, leaf, authorities = [], refusedBy }) => {
  const id = String(rows.findIndex((row) => row.case === title))
  const signers: Made[] = []
  for (const [index, wish] of authorities.entries()) {
    const above = signers.at(-1)
    signers.push(
      makeOdd(folder, `ca${index}-${id}`, { ...wish, commonName: `authority ${index}`, ...(above === undefined ? {} : { by: above }) }),
    )
  }
  const signer = signers.at(-1)
  const made = makeOdd(folder, `leaf-${id}`, { ...leaf, commonName: name, ...(signer === undefined ? {} : { by: signer }) })
  const trusted = signers[0]?.certificate ?? made.certificate
  const served = join(folder, `chain-${id}.pem`)
  writeFileSync(
    served,
    textOf(
      made.certificate,
      ...signers
        .slice(1)
        .reverse()
        .map(({ certificate }) => certificate),
    ),
  )
  const [fact, ...intermediates] = parseCertificateFile(textOf(served)).chain
  if (fact === undefined) throw new Error('openssl made no certificate')
  const issuers = issuersOf(fact, [...intermediates, ...parseCertificateFile(textOf(trusted)).chain])
  const refusing = clientVerdicts(fact, issuers, 'server').filter(({ refusal }) => refusal !== undefined)
  expect(refusing.map(({ client }) => client).sort(), JSON.stringify(refusing)).toEqual([...refusedBy].sort())

  const said: string[] = []
  const refused = new Set<ClientClass>()
  for (const version of ['1.2', '1.3'] as const) {
    await serving(go, served, made.key, version, async (port) => {
      for (const client of real) {
        for (const program of programs(go)[client]) {
          const against = await program({ port, name, trusted })
          if (against === undefined) continue
          refused.add(client)
          said.push(`${client}, TLS ${version}: ${against}`)
        }
      }
    })
  }
  expect([...refused].sort(), said.join('\n')).toEqual(real.filter((client) => refusedBy.includes(client)).sort())
})
