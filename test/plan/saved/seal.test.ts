import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { SavedPlan } from '../../../src/plan/saved/document.ts'
import { openSealed, sealedText } from '../../../src/plan/saved/seal.ts'
import { fullPlan } from '../../view/documents.ts'

const key = createHash('sha256').update('key of this test').digest()
const saved: SavedPlan = {
  ...{ kind: 'tlsplay saved plan', formatVersion: 1, tlsplay: '0.1.0', id: 'ab'.repeat(16) },
  request: { cwd: '/p', playbook: 'site.yml', options: { inventory: ['hosts'], forks: 10, become: true } },
  inputs: { 'file /p/site.yml': 'cd'.repeat(16), 'environment HOME': 'absent' },
  facts: { h1: [{ what: 'file /etc/x', question: '01'.repeat(16), answer: { existence: '02'.repeat(16) } }] },
  plan: fullPlan,
}
const sealed = Buffer.from(sealedText(saved, key))

test('a plan file is JSON, and opens to what was sealed', () => {
  expect(openSealed(sealed, key)).toMatchObject(JSON.parse(JSON.stringify(saved)))
  expect(JSON.parse(sealed.toString())).toMatchObject({
    ...JSON.parse(JSON.stringify(saved)),
    seal: expect.stringMatching(/^hmac-sha256:[0-9a-f]{64}$/),
  })
})

test('every bit of it is sealed', () => {
  const accepted: number[] = []
  for (let bit = 0; bit < sealed.length * 8; bit += 1) {
    const edited = Buffer.from(sealed)
    edited[bit >> 3] = (edited[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    if (openSealed(edited, key) !== undefined) accepted.push(bit)
  }
  expect(accepted).toEqual([])
  // Enough bits to mean something: T34 asks for every bit of a plan.
  expect(sealed.length * 8).toBeGreaterThan(40_000)
})

test('a length that ends anywhere else is refused, and bytes behind the end are', () => {
  const accepted = Array.from({ length: sealed.length }, (_, length) => length).filter(
    (length) => openSealed(sealed.subarray(0, length), key) !== undefined,
  )
  expect(accepted).toEqual([])
  expect(openSealed(Buffer.concat([sealed, Buffer.from('\n')]), key)).toBeUndefined()
})

test('another key opens nothing', () => {
  expect(openSealed(sealed, createHash('sha256').update('another').digest())).toBeUndefined()
})
