import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { armored, openAge, sealAge, unarmored } from '../../src/load/age/index.ts'
import { isAgeIdentity, isAgeRecipient } from '../../src/load/index.ts'
import { Secret } from '../../src/model/value.ts'
import { forRecipient, identity, recipient, withPassphrase } from './age-samples.ts'

const keys = { identities: [Secret.of(identity)], passphrases: [Secret.of('wrong'), Secret.of('the passphrase')] }
const none = { identities: [], passphrases: [] }
// another key than that of the samples: the one of the specification of age (testkit), which everybody knows
const other = 'AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX'

function bytesOf(text: string): Uint8Array {
  const bytes = unarmored(text)
  if (bytes === undefined) throw new Error('the sample is no armor')
  return bytes
}

function textIn(opened: ReturnType<typeof openAge>): string | undefined {
  return 'bytes' in opened ? Buffer.from(opened.bytes).toString() : undefined
}

test('what the library of the author of age has made opens', () => {
  expect(textIn(openAge(bytesOf(forRecipient), keys))).toBe('token: hunter2-hunter2\n')
  expect(textIn(openAge(bytesOf(withPassphrase), keys))).toBe('hunter2-hunter2')
  expect(armored(bytesOf(forRecipient))).toBe(forRecipient)
})

test.each([
  { case: 'nothing', given: none },
  { case: 'another identity', given: { ...none, identities: [Secret.of(other)] } },
  { case: 'another passphrase', given: { ...none, passphrases: [Secret.of('wrong')] } },
])('locked with $case', ({ given }) => {
  for (const text of [forRecipient, withPassphrase]) expect(openAge(bytesOf(text), given)).toEqual({ refused: 'locked' })
})

test.each([0, 1, 16, 65_535, 65_536, 65_537, 131_072, 200_000])('what was sealed opens again: %i bytes', (length) => {
  const bytes = randomBytes(length)
  const opened = openAge(sealAge(bytes, [recipient], randomBytes), keys)
  expect('bytes' in opened && Buffer.from(opened.bytes).equals(bytes)).toBe(true)
})

test('every bit counts', () => {
  const sealed = Buffer.from(sealAge(Buffer.from('hunter2'), [recipient], randomBytes))
  const passed: number[] = []
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const flipped = Buffer.from(sealed)
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    if ('bytes' in openAge(flipped, keys)) passed.push(bit)
  }
  expect(passed).toEqual([])
})

test('a payload that is cut, at a chunk or inside one, is damaged', () => {
  const sealed = sealAge(randomBytes(131_072), [recipient], randomBytes)
  for (const left of [sealed.length - 1, sealed.length - 65_552, sealed.length - 131_104])
    expect(openAge(sealed.subarray(0, left), keys)).toEqual({ refused: 'damaged' })
})

test.each([
  { case: 'nothing', text: '' },
  { case: 'another version', text: 'age-encryption.org/v2\n-> X25519 a\n\n--- a\n' },
  { case: 'no end', text: 'age-encryption.org/v1\n-> X25519 a\n' },
  { case: 'a stanza without an arrow', text: `age-encryption.org/v1\nX25519 a\n\n--- ${'A'.repeat(43)}\n` },
  { case: 'a long line', text: `age-encryption.org/v1\n-> X25519 a\n${'A'.repeat(65)}\n--- ${'A'.repeat(43)}\n` },
])('damaged: $case', ({ text }) => {
  expect(openAge(Buffer.from(text), keys)).toEqual({ refused: 'damaged' })
})

test('a passphrase that asks for more memory than anybody has is refused at once', () => {
  const text = `age-encryption.org/v1\n-> scrypt ${'A'.repeat(22)} 40\n${'A'.repeat(43)}\n--- ${'A'.repeat(43)}\n`
  const start = performance.now()
  expect(openAge(Buffer.from(text), keys)).toEqual({ refused: 'locked' })
  expect(performance.now() - start).toBeLessThan(200)
})

test.each([
  { text: recipient, good: true },
  { text: recipient.replace(/.$/, (last) => (last === 'q' ? 'p' : 'q')), good: false },
  { text: recipient.toUpperCase(), good: true },
  { text: `${recipient.slice(0, 8).toUpperCase()}${recipient.slice(8)}`, good: false },
  { text: 'age1', good: false },
  { text: identity, good: false },
  { text: 'ssh-ed25519 AAAA', good: false },
])('a recipient is checked: $text', ({ text, good }) => {
  expect(isAgeRecipient(text)).toBe(good)
})

test('an identity is checked', () => {
  expect(isAgeIdentity(identity)).toBe(true)
  expect(isAgeIdentity(other)).toBe(true)
  expect(isAgeIdentity(identity.toLowerCase())).toBe(false)
  expect(isAgeIdentity(recipient)).toBe(false)
})
