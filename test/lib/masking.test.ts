import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodingsOf } from '../../src/lib/masking/encodings.ts'
import { maskJson, maskText } from '../../src/lib/masking/mask.ts'
import { Masker, PatternIndex } from '../../src/lib/masking/masker.ts'
import { Secret } from '../../src/model/value.ts'
import { canaries, encodings, leaks, type Planted, seeded } from '../fakes/canaries.ts'

const bytes = (text: string): string => Buffer.from(text).toString('latin1')
const text = (latin1: string): string => Buffer.from(latin1, 'latin1').toString()

function indexOf(secrets: readonly string[]): PatternIndex {
  const index = new PatternIndex()
  for (const secret of secrets) index.add(secret)
  return index
}

/** The text in pieces of one to `longest` bytes. */
function masked(index: PatternIndex, whole: string, longest: number, random: () => number): string {
  const masker = new Masker(index)
  let out = ''
  for (let at = 0; at < whole.length; ) {
    const length = 1 + Math.floor(random() * longest)
    out += masker.push(whole.slice(at, at + length))
    at += length
  }
  return out + masker.end()
}

const secrets = canaries(200)
const planted = secrets.flatMap((secret, number) =>
  Object.entries(encodings).map(([encoding, write]) => ({ encoding, number, ...write(secret) })),
)
const telling: readonly Planted[] = planted.flatMap(({ encoding, telling: parts }) => parts.map((part) => ({ encoding, telling: part })))
const corpus = planted.map(({ number, text: one }) => `${number} [ ${one} ] done\n`).join('')

test.each([1, 3, 40, 5000, 1_000_000])('200 canaries in 12 encodings, in pieces of up to %i bytes: none is seen', (longest) => {
  const out = text(masked(indexOf(secrets), bytes(corpus), longest, seeded(longest)))
  expect(leaks(out, telling)).toEqual([])
  // What stands around them stays, line by line.
  expect(out.match(/^\d+ \[ /gm)).toHaveLength(planted.length)
  expect(out.match(/ \] done$/gm)).toHaveLength(planted.length)
})

test('the twin: without the masker each of them is seen', () => {
  expect(Object.keys(encodings)).toHaveLength(12)
  expect(leaks(corpus, telling)).toHaveLength(telling.length)
})

test('the twin: a masker that knows another secret lets all of them through', () => {
  expect(leaks(text(masked(indexOf(['another secret']), bytes(corpus), 40, seeded(2))), telling)).toHaveLength(telling.length)
})

test('what holds no secret is left alone to the byte, however it is cut', () => {
  const index = indexOf(secrets)
  const texts = ['../../README.md', '../../docs/guide.md', '../../CHANGELOG.md', '../../package-lock.json'].map((path) =>
    readFileSync(new URL(path, import.meta.url), 'latin1'),
  )
  const noise = Buffer.from(
    Array.from(
      { length: 200_000 },
      (
        (random) => () =>
          random() * 256
      )(seeded(3)),
    ),
  ).toString('latin1')
  for (const whole of [...texts, noise, noise.toString()]) expect(masked(index, whole, 700, seeded(4)) === whole).toBe(true)
})

test('the cut makes no difference: a whole text and its pieces are masked alike', () => {
  const few = ['abcabcabd', 'bcabdxyz', 'cabdxyz-and-more', '-----BEGIN X-----\nabcdefghijkl\n-----END X-----']
  const index = indexOf(few)
  const letters = fc.string({ unit: fc.constantFrom(...'abcdxyz-\n\\'), maxLength: 120 })
  const mixed = fc.array(fc.oneof(letters, fc.constantFrom(...few)), { maxLength: 6 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(mixed, fc.integer({ min: 1, max: 9 }), fc.nat(), (whole, longest, seed) => {
      const once = masked(index, whole, 1_000_000, seeded(0))
      expect(masked(index, whole, longest, seeded(seed))).toBe(once)
      expect(few.some((secret) => once.includes(secret))).toBe(false)
    }),
    { numRuns: 2000 },
  )
})

test('overlapping secrets leave nothing of either, and are one mark', () => {
  const index = indexOf(['secret-one-tail', 'tail-and-more'])
  expect(masked(index, '<secret-one-tail-and-more>', 1, seeded(1))).toBe('<(secret)>')
  expect(masked(index, '<secret-one-tai>', 1, seeded(1))).toBe('<secret-one-tai>')
})

test('the end of a line never waits', () => {
  const masker = new Masker(indexOf(['\n  padded secret \n', 'second\nof two lines']))
  expect(masker.push('a line\n')).toBe('a line\n')
  expect(masker.push('a question: ')).toBe('a question: ')
})

test.each(['', 'on', '1', 'hunter2', '4 bytes', 'ü-five'])('a secret of fewer than eight bytes is no mask: %j', (secret) => {
  expect([...encodingsOf(secret)]).toEqual([])
})

test('the frame of a PEM text is no secret, its lines are', () => {
  const forms = encodingsOf('-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n-----END PRIVATE KEY-----\n')
  expect(forms).toContain('MIGHAgEAMBMGByqGSM49')
  expect([...forms].filter((form) => /^-----(BEGIN|END)[^\n\\%]*-----$/.test(form))).toEqual([])
})

test('values of JSON are masked text by text, so that what a secret looks like cannot break it', () => {
  Secret.of('","changed":true,"x":"')
  const event = { message: 'it said ","changed":true,"x":" loudly', list: ['plain', 1, null], changed: false }
  expect(maskJson(event)).toEqual({ message: 'it said (secret) loudly', list: ['plain', 1, null], changed: false })
})

test('a text that is about to be cut is masked first', () => {
  Secret.of('correct horse battery staple')
  expect(maskText('the password is correct horse battery staple')).toBe('the password is (secret)')
})
