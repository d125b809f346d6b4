import { expect, test } from 'vitest'
import { editDistance, nearest, suggestion } from '../../src/lib/suggest.ts'

test.each([
  { from: '', to: '', distance: 0 },
  { from: 'become', to: 'becom', distance: 1 },
  { from: 'abc', to: 'acb', distance: 1 },
  { from: 'kitten', to: 'sitting', distance: 3 },
  { from: 'abc', to: '', distance: 3 },
])('$from -> $to takes $distance edits', ({ from, to, distance }) => {
  expect(editDistance(from, to)).toBe(distance)
  expect(editDistance(to, from)).toBe(distance)
})

test.each([
  { word: 'becom', known: ['become', 'become_user'], meant: 'become' },
  { word: 'becomeUser', known: ['become', 'become_user'], meant: 'become_user' },
  { word: 'ignore-errors', known: ['ignore_errors'], meant: 'ignore_errors' },
  { word: 'coppy', known: ['copy', 'config'], meant: 'copy' },
  { word: 'xyz', known: ['copy', 'config'], meant: undefined },
  { word: 'on', known: ['to', 'at'], meant: undefined },
  { word: 'a'.repeat(10_000), known: ['a'.repeat(10_001)], meant: undefined },
])('$word means $meant', ({ word, known, meant }) => {
  expect(nearest(word, known)).toBe(meant)
})

test('a word near to none gets the list, unless the list is long', () => {
  expect(suggestion('zzz', ['one', 'two'], 'keys')).toBe('keys: one, two')
  expect(
    suggestion(
      'zzz',
      Array.from({ length: 30 }, (_, index) => `word${index}`),
    ),
  ).toBeUndefined()
})
