import { createPrivateKey, X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { caIssuer } from '../../src/issuers/ca-issuer.ts'
import { createAuthority } from '../../src/issuers/create-authority.ts'
import { pairStore } from '../../src/issuers/pair-store.ts'
import { keyTypes } from '../../src/model/fact.ts'
import { TlsplayError } from '../../src/model/problem.ts'
import type { PairWish, StoredStep } from '../../src/model/step.ts'
import { Secret } from '../../src/model/value.ts'
import { verifyChain } from '../../src/pki/chain.ts'
import { leafProfile, profileDifferences } from '../../src/pki/profile.ts'
import type { Issuer } from '../../src/ports/ports.ts'
import { day } from '../fakes/context.ts'

const now = Math.floor(Date.now() / 1000) * 1000
const random = { bytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)) }
const word = Secret.of('correct horse')
const names = { dnsNames: ['*.lab.test', 'lab.test'], ipAddresses: ['10.0.0.1'] }
const nobody: Pick<Issuer, 'issue'> = { issue: () => Promise.reject(new Error('nobody to ask')) }

// RSA keys of 4096 bits take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tlsplay-pairs-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function wish(more: Partial<PairWish> = {}): StoredStep {
  const profile = { ...names, usage: 'server', notBefore: now - 300_000, notAfter: now + 90 * day } as const
  const make: PairWish = {
    ...{ replaces: undefined, keepKey: false, keyType: 'ecdsa-p256', subject: { O: 'Ex é', CN: '*.lab.test' }, signer: { kind: 'self' } },
    profile,
    ...more,
  }
  return { kind: 'stored', name: 'wild', make }
}
const bring: StoredStep = { kind: 'stored', name: 'wild', make: undefined }

function storeIn(
  folder: string,
  more: { readonly phrase?: Secret; readonly issuer?: Pick<Issuer, 'issue'>; readonly asked?: () => void } = {},
) {
  const { phrase = word, issuer = nobody, asked } = more
  return pairStore({ folder, random, issuer, passphrase: async () => (asked?.(), phrase) })
}

const own = (folder: string, file: string) => join(folder, 'certificates/wild', file)

async function problemOf(act: () => unknown): Promise<string> {
  try {
    await act()
    return 'none'
  } catch (error) {
    if (error instanceof TlsplayError) return `${error.problems[0].code}: ${error.problems[0].message}`
    throw error
  }
}

describe('a pair of the controller', () => {
  test.each(keyTypes)('%s, signed by itself: key and certificate fit, keep the profile, and the key is encrypted', async (keyType) => {
    const folder = temporary()
    const store = storeIn(folder)
    const { chain, key } = await store.take(wish({ keyType }))
    expect(new X509Certificate(chain).checkPrivateKey(createPrivateKey(key.reveal()))).toBe(true)
    const [leaf] = store.chain('wild') ?? []
    expect(leaf).toMatchObject({ ...names, keyType, selfSigned: true, subject: { O: 'Ex é', CN: '*.lab.test' }, notAfter: now + 90 * day })
    expect(leaf === undefined ? ['none'] : profileDifferences(leaf, leafProfile(keyType, 'server'))).toEqual([])
    expect(readdirSync(own(folder, '.')).sort()).toEqual(['pair.crt', 'pair.key'])
    expect(readFileSync(own(folder, 'pair.key'), 'utf8')).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/)
    expect(statSync(own(folder, 'pair.key')).mode & 0o777).toBe(0o600)
  })

  test('signed by the authority: the chain verifies', async () => {
    const folder = temporary()
    const authority = await createAuthority({ folder, name: 'default', days: 365, keyType: 'ecdsa-p256', passphrase: word, now, random })
    const issuer = caIssuer({ folder, clock: { now: () => now }, random, passphrase: async () => word })
    const store = storeIn(folder, { issuer })
    await store.take(wish({ signer: { kind: 'authority', name: 'default' } }))
    expect(verifyChain(store.chain('wild') ?? [], [authority], now)).toEqual({ ok: true })
  })

  test('hosts that ask at once get one and the same, and the passphrase is asked for once', async () => {
    const asked = vi.fn()
    const store = storeIn(temporary(), { asked })
    const taken = await Promise.all([1, 2, 3, 4].map(() => store.take(wish())))
    expect(new Set(taken.map(({ chain, key }) => chain + key.reveal())).size).toBe(1)
    expect(asked).toHaveBeenCalledTimes(1)
  })

  test('is renewed once for all: who asks with what was replaced already gets the new one', async () => {
    const folder = temporary()
    const first = await storeIn(folder).take(wish())
    const store = storeIn(folder)
    const replaces = store.chain('wild')?.[0]?.fingerprint
    const renewed = await store.take(wish({ replaces }))
    expect(renewed.chain).not.toBe(first.chain)
    expect(await store.take(wish({ replaces }))).toEqual(renewed)
    expect(await storeIn(folder).take(bring)).toEqual(renewed)
  })

  test('keeps its key when that is wished, and gets a new one when it is not', async () => {
    const folder = temporary()
    const first = await storeIn(folder).take(wish())
    const fingerprint = () => storeIn(folder).chain('wild')?.[0]?.fingerprint
    const kept = await storeIn(folder).take(wish({ keepKey: true, replaces: fingerprint() }))
    expect(kept.key.reveal()).toBe(first.key.reveal())
    expect(kept.chain).not.toBe(first.chain)
    const other = await storeIn(folder).take(wish({ replaces: fingerprint() }))
    expect(other.key.reveal()).not.toBe(first.key.reveal())
  })
})

describe('a store that is not whole', () => {
  test.each(['pair.crt', 'pair.key'])('without %s: nothing is planned with it', async (file) => {
    const folder = temporary()
    await storeIn(folder).take(wish())
    rmSync(own(folder, file))
    expect(await problemOf(() => storeIn(folder).chain('wild'))).toMatch(
      /^FILE_MISSING: the stored certificate is incomplete: .* is there, but .* is not$/,
    )
    expect(await problemOf(() => storeIn(folder).take(bring))).toMatch(/^FILE_MISSING: /)
  })

  test('after a renewal that ended between its renames: the key of the certificate is found and gets its place', async () => {
    const folder = temporary()
    await storeIn(folder).take(wish())
    const old = readFileSync(own(folder, 'pair.key'))
    const renewed = await storeIn(folder).take(wish({ replaces: storeIn(folder).chain('wild')?.[0]?.fingerprint }))
    renameSync(own(folder, 'pair.key'), own(folder, 'next.key'))
    writeFileSync(own(folder, 'pair.key'), old)
    expect(await storeIn(folder).take(bring)).toEqual(renewed)
    expect(existsSync(own(folder, 'next.key'))).toBe(false)
  })

  test('a next key alone is that of a first issue that never was', async () => {
    const folder = temporary()
    mkdirSync(own(folder, '.'), { recursive: true })
    writeFileSync(own(folder, 'next.key'), 'half')
    expect(storeIn(folder).chain('wild')).toBeUndefined()
    expect((await storeIn(folder).take(wish())).chain).toContain('BEGIN CERTIFICATE')
  })

  test.each<{ case: string; break: (folder: string) => void; phrase?: Secret; step?: StoredStep; problem: string }>([
    {
      case: 'another passphrase',
      break: () => undefined,
      phrase: Secret.of('wrong'),
      problem: 'CA_LOCKED: the key of the stored certificate wild could not be opened',
    },
    {
      case: 'the key of another pair',
      break: (folder) => writeFileSync(own(folder, 'pair.key'), readFileSync(own(folder, '../other/pair.key'))),
      problem: 'KEY_MISMATCH: the key of the stored certificate wild does not belong to it',
    },
    { case: 'no pair at all', break: (folder) => rmSync(own(folder, '.'), { recursive: true }), problem: 'FILE_MISSING: ' },
    {
      case: 'no passphrase for a new one',
      break: (folder) => rmSync(own(folder, '.'), { recursive: true }),
      phrase: Secret.of(''),
      step: wish(),
      problem: 'CA_LOCKED: the key of the stored certificate wild needs a passphrase',
    },
    {
      case: 'a name that leads elsewhere',
      break: () => undefined,
      step: { ...bring, name: '../x' },
      problem: 'VALUE_INVALID: "../x" cannot be the name',
    },
  ])('$case: refused', async ({ break: harm, phrase, step = bring, problem }) => {
    const folder = temporary()
    await storeIn(folder).take(wish())
    await storeIn(folder).take({ ...wish(), name: 'other' })
    harm(folder)
    expect(await problemOf(() => storeIn(folder, phrase === undefined ? {} : { phrase }).take(step))).toContain(problem)
  })
})
