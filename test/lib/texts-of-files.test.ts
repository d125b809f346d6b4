import fc from 'fast-check'
import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { textIn } from '../../src/lib/content.ts'
import { hideBefore } from '../../src/lib/hide-before.ts'
import { formatMode, parseMode } from '../../src/lib/mode.ts'
import { foldersAbove, isBelow, linkTarget, tidyPath } from '../../src/lib/paths.ts'
import { splitWords } from '../../src/lib/words.ts'
import { quoteAll } from '../../src/lib/sh.ts'
import { revealText, Secret } from '../../src/model/value.ts'

test.each([
  ['644', 0o644],
  ['0644', 0o644],
  ['1777', 0o1777],
  ['04755', 0o4755],
  ['0000', 0],
  ['000644', undefined],
  ['888', undefined],
  ['64', undefined],
  ['', undefined],
  ['u+x', undefined],
])('mode %j', (text, mode) => {
  expect(parseMode(text)).toBe(mode)
  if (mode !== undefined) expect(parseMode(formatMode(mode))).toBe(mode)
})

test.each([
  ['/a//b/./c/', '/a/b/c'],
  ['/', '/'],
  ['/a/../b', '/b'],
  ['/..', '/'],
])('tidy %j', (path, tidy) => {
  expect(tidyPath(path)).toBe(tidy)
})

test.each([
  ['/a/b', 'c', '/a/c'],
  ['/a/b', '../c', '/c'],
  ['/a/b', '/c/', '/c'],
  ['/a', '../../..', '/'],
])('link %j -> %j', (path, link, target) => {
  expect(linkTarget(path, link)).toBe(target)
})

test('folders above, and below', () => {
  expect(foldersAbove('/a/b/c')).toEqual(['/a', '/a/b'])
  expect(foldersAbove('/a')).toEqual([])
  expect([isBelow('/a/b', '/a'), isBelow('/ab', '/a'), isBelow('/a', '/a'), isBelow('/a', '/')]).toEqual([true, false, false, true])
})

test.each([
  [[104, 105], 'hi'],
  [[0xef, 0xbb, 0xbf, 65], '\ufeffA'],
  [[0xff], undefined],
  [[65, 0], undefined],
  [[], ''],
])('text in %j', (bytes, text) => {
  expect(textIn(new Uint8Array(bytes))).toBe(text)
})

describe('words of a command line', () => {
  test.each([
    ['a b', ['a', 'b']],
    ['a \'b c\' "d e"', ['a', 'b c', 'd e']],
    ["it\\'s", ["it's"]],
    ["''", ['']],
    ['a""b', ['ab']],
    ['"\\$x \\n"', ['$x \\n']],
    [' \t\n', []],
    ['*.c $HOME', ['*.c', '$HOME']],
  ])('%j', (line, words) => {
    expect(splitWords(line)).toEqual({ words })
  })
  test.each(["a 'b", 'a "b', 'a\\', '"\\'])('%j is never closed', (line) => {
    expect(splitWords(line)).toHaveProperty('wrong')
  })
  test('quoted words come back', () => {
    fc.assert(
      fc.property(fc.array(fc.string().filter((word) => !word.includes('\0'))), (words) => {
        expect(splitWords(quoteAll(words))).toEqual({ words })
      }),
    )
  })
  test('a shell splits the same way', () => {
    const line = `a 'b "c' "d 'e \\" \\\\ \\x" f\\ g h''i`
    const { stdout } = spawnSync('sh', ['-c', `printf '%s\\n' ${line}`])
    expect(splitWords(line)).toEqual({ words: stdout.toString().split('\n').slice(0, -1) })
  })
})

describe('an old text beside a new one with secrets', () => {
  const secret = Secret.of
  test.each([
    {
      case: 'the same secret',
      old: 'a\npw=hunter22\n',
      fresh: Secret.join(['a\npw=', secret('hunter22'), '\n']),
      shown: 'a\npw=(secret)\n',
    },
    {
      case: 'an older secret in the same line',
      old: 'a\npw="old"\n',
      fresh: Secret.join(['a\npw="', secret('hunter22'), '"\n']),
      shown: 'a\npw="(secret)"\n',
    },
    {
      case: 'a secret in the middle of other words',
      old: 'x hunter22 y hunter22',
      fresh: Secret.join(['pw=', secret('hunter22')]),
      shown: 'x (secret) y (secret)',
    },
    { case: 'a text that is all secret', old: 'one\ntwo', fresh: secret('three\nfour'), shown: '(secret)\n(secret)' },
    {
      case: 'lines that stay are shown',
      old: 'one\nkeep\nold',
      fresh: Secret.join(['keep\n', secret('new')]),
      shown: '(secret)\nkeep\n(secret)',
    },
    {
      case: 'a short secret hides no others',
      old: 'port = 11\npin = 1',
      fresh: Secret.join(['port = 11\npin = ', secret('2')]),
      shown: 'port = 11\npin = (secret)',
    },
    { case: 'no secret', old: 'pw=old', fresh: 'pw=new', shown: 'pw=old' },
  ])('$case', ({ old, fresh, shown }) => {
    const hidden = hideBefore(old, fresh)
    expect(String(hidden)).toBe(shown)
    expect(revealText(hidden)).toBe(old)
  })
  test('the bytes stay the same, and a secret of the new text is never shown in the old one', () => {
    const piece = fc.string({ unit: fc.constantFrom('a', '\n', '=', 'x') })
    fc.assert(
      fc.property(fc.array(piece), fc.string({ unit: fc.constantFrom('s', '3', '\n'), minLength: 4 }), (pieces, hidden) => {
        const before = hideBefore(pieces.join(hidden), Secret.join(['pw=', secret(hidden)]))
        expect(revealText(before)).toBe(pieces.join(hidden))
        if (hidden.trim() !== '') expect(String(before)).not.toContain(hidden)
      }),
    )
  })
})
