import { expect, test } from 'vitest'
import { remembering } from '../../src/lib/remember.ts'

test('an outcome is made once for equal arguments, while it is among the last ones', () => {
  const made: string[] = []
  const upper = remembering(
    2,
    (text: string) => (text === 'secret' ? undefined : text),
    (text) => {
      made.push(text)
      return text.toUpperCase()
    },
  )
  const ask = (...texts: readonly string[]) => {
    made.length = 0
    expect(texts.map((text) => upper(text))).toEqual(texts.map((text) => text.toUpperCase()))
    return made.join(' ')
  }
  expect(ask('a', 'b', 'a', 'b')).toBe('a b')
  expect(ask('c', 'b', 'c')).toBe('c')
  expect(ask('a')).toBe('a')
  expect(ask('secret', 'secret')).toBe('secret secret')
})
