import { expect, test } from 'vitest'
import { unifiedDiff } from '../../src/lib/diff.ts'
import { Secret } from '../../src/model/value.ts'

const lines = (count: number, word: string) => Array.from({ length: count }, (_, index) => `${word}${index}\n`).join('')

test.each([
  {
    case: 'a changed line with what is around it',
    before: lines(9, 'l'),
    after: lines(9, 'l').replace('l4', 'new'),
    shown: ['@@ -2,7 +2,7 @@', ' l1', ' l2', ' l3', '-l4', '+new', ' l5', ' l6', ' l7'],
  },
  { case: 'a new file', before: '', after: 'a\nb\n', shown: ['@@ -1,0 +1,2 @@', '+a', '+b'] },
  { case: 'nothing', before: 'a\n', after: 'a\n', shown: [] },
  {
    case: 'a lost line break at the end',
    before: 'a\n',
    after: 'a',
    shown: ['@@ -1,1 +1,1 @@', '-a', '+a', '\\ No newline at end of file'],
  },
])('$case', ({ before, after, shown }) => {
  expect(unifiedDiff(before, after)).toEqual(shown)
})

test('secrets are compared in clear and shown masked', () => {
  const text = (secret: string) => Secret.join(['user = a\npassword = "', Secret.of(secret), '"\nend\n'])
  expect(unifiedDiff(text('hunter2'), text('hunter3'))).toEqual([
    '@@ -1,3 +1,3 @@',
    ' user = a',
    '-password = "(secret)"',
    '+password = "(secret)"',
    ' end',
  ])
})

test('a secret of many lines is masked on each; in clear it would be seen', () => {
  const key = 'LINE-ONE\nLINE-TWO'
  expect(unifiedDiff('', Secret.join(['k\n', Secret.of(key), '\n'])).join('\n')).not.toMatch(/LINE/)
  expect(unifiedDiff('', `k\n${key}\n`).join('\n')).toMatch(/LINE/)
})

test('texts that differ too much are summed up', () => {
  expect(unifiedDiff(lines(5000, 'a'), lines(6000, 'b'))).toEqual(['(too much differs to show: 5000 lines become 6000)'])
})
