import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { caIssuer } from '../../src/issuers/ca-issuer.ts'
import { createAuthority } from '../../src/issuers/create-authority.ts'
import { rotateAuthority } from '../../src/issuers/rotate-authority.ts'
import type { CertificateFact } from '../../src/model/fact.ts'
import { Secret } from '../../src/model/value.ts'
import { verifyChain } from '../../src/pki/chain.ts'
import { parseCertificateFile } from '../../src/pki/parse.ts'
import { requestFor } from '../fakes/request.ts'

const now = Date.UTC(2026, 0, 2, 12)
const day = 86_400_000
const random = { bytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)) }
const word = Secret.of('correct horse')

let folder = ''
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tlsplay-rotate-'))
  await createAuthority({
    folder,
    name: 'lab',
    days: 100,
    keyType: 'ecdsa-p384',
    passphrase: word,
    permittedNames: ['lab.test'],
    now,
    random,
  })
})
afterEach(() => rmSync(folder, { recursive: true }))

const at = (name: string) => join(folder, 'ca/lab', name)
const trusted = () => parseCertificateFile(readFileSync(at('ca.crt'), 'utf8')).chain
const rotate = (passphrase = word) =>
  rotateAuthority({ folder, name: 'lab', passphrase: async () => passphrase, now: now + 10 * day, random })

/** A leaf as a run would get it now. */
async function issued(): Promise<CertificateFact> {
  const issuer = caIssuer({ folder, passphrase: async () => word, clock: { now: () => now }, random })
  const profile = { dnsNames: ['h1.lab.test'], ipAddresses: [], usage: 'server', notBefore: now, notAfter: now + 200 * day } as const
  const [leaf] = parseCertificateFile(
    await issuer.issue({ kind: 'issue', authority: 'lab', request: requestFor(['h1.lab.test']).request, profile }),
  ).chain
  return leaf!
}

describe('three steps', () => {
  test('in each of them what is signed is trusted by who has done the step before, and by who has done this one', async () => {
    const trust = [trusted()]
    const leaves = [await issued()]
    for (const step of ['trust both', 're-issue', 'drop the old'] as const) {
      expect(await rotate()).toMatchObject({ step })
      trust.push(trusted())
      leaves.push(await issued())
    }
    expect(trust.map((some) => some.map(({ subject }) => subject.CN))).toEqual([
      ['tlsplay lab authority'],
      ['tlsplay lab authority', 'tlsplay lab authority 2'],
      ['tlsplay lab authority 2', 'tlsplay lab authority'],
      ['tlsplay lab authority 2'],
    ])
    for (const [at, leaf] of leaves.entries())
      for (const some of [trust[at - 1] ?? [], trust[at] ?? []].filter((one) => one.length > 0))
        expect(verifyChain([leaf], some, now + 10 * day)).toEqual({ ok: true })
    // The twin: who has only the first authority does not trust what the new one signs.
    expect(verifyChain([leaves[2]!], trust[0]!, now + 10 * day)).toMatchObject({ ok: false })
  })

  test('the new one is of the same kind: key type, lifetime, names that it may sign, path length', async () => {
    const [before] = trusted()
    for (let step = 0; step < 3; step += 1) await rotate()
    const [after] = trusted()
    expect(after).toMatchObject({ keyType: 'ecdsa-p384', permittedNames: ['lab.test'], pathLength: 0 })
    expect(after!.spki).not.toBe(before!.spki)
    expect(Math.round((after!.notAfter - after!.notBefore) / day)).toBe(100)
    expect(existsSync(at('next.key'))).toBe(false)
    expect(readFileSync(at('ca.key'), 'utf8')).toContain('ENCRYPTED')
  })

  test('a fourth begins the next rotation', async () => {
    for (let step = 0; step < 3; step += 1) await rotate()
    expect(await rotate()).toMatchObject({ step: 'trust both', others: [{ subject: { CN: 'tlsplay lab authority 3' } }] })
  })
})

test('a step that was cut off is taken again', async () => {
  await rotate()
  const next = readFileSync(at('next.key'), 'utf8')
  await rotate()
  // The certificates were written, and the key was not moved yet.
  writeFileSync(at('next.key'), next)
  expect(await rotate()).toMatchObject({ step: 're-issue', signs: { subject: { CN: 'tlsplay lab authority 2' } } })
  expect(verifyChain([await issued()], trusted(), now + 10 * day)).toEqual({ ok: true })
})

test('the wrong passphrase changes nothing', async () => {
  const before = readFileSync(at('ca.crt'), 'utf8')
  await expect(rotate(Secret.of('wrong'))).rejects.toMatchObject({ problems: [{ code: 'CA_LOCKED' }] })
  expect(readFileSync(at('ca.crt'), 'utf8')).toBe(before)
  expect(existsSync(at('next.key'))).toBe(false)
})

test('a foreign next.key is refused', async () => {
  await rotate()
  await createAuthority({ folder, name: 'other', days: 10, keyType: 'ecdsa-p256', passphrase: word, now, random })
  writeFileSync(at('next.key'), readFileSync(join(folder, 'ca/other/ca.key'), 'utf8'))
  await expect(rotate()).rejects.toMatchObject({ problems: [{ code: 'KEY_MISMATCH' }] })
})

test('an authority that is not there is not rotated', async () => {
  await expect(rotateAuthority({ folder, name: 'none', passphrase: async () => word, now, random })).rejects.toMatchObject({
    problems: [{ code: 'CA_MISSING' }],
  })
})
