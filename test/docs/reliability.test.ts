import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const page = readFileSync(join(root, 'docs/reliability.md'), 'utf8')
/** Threats, rows of the fault matrix, and the first tests of the design: so many of each. */
const tables = { T: 42, M: 64, N: 20 } as const

interface Row {
  readonly id: string
  readonly shown: string
}

function rows(text: string, letter: string): readonly Row[] {
  return [...text.matchAll(new RegExp(`^\\| (${letter}\\d+) \\|[^|]*\\|(.*)\\|$`, 'gm'))].map(([, id = '', shown = '']) => ({
    id,
    shown: shown.trim(),
  }))
}

/** Each `file` "title" must be there; a row without any says why: it begins with `not shown:`. */
function faults({ id, shown }: Row, index: number, all: readonly Row[]): readonly string[] {
  if (shown === 'the same' && index > 0) return faults(all[index - 1] ?? { id, shown: '' }, index - 1, all)
  const references = [...shown.matchAll(/`(test\/[^`]+)`((?: "[^"]+")*)/g)]
  if (references.length === 0) return /^not shown: \S.{20}/.test(shown) ? [] : [`${id}: neither a test nor a reason`]
  return references.flatMap(([, file = '', titles = '']) => {
    if (!existsSync(join(root, file))) return [`${id}: there is no ${file}`]
    const text = readFileSync(join(root, file), 'utf8')
    return [...titles.matchAll(/"([^"]+)"/g)].flatMap(([, title = '']) =>
      text.includes(title) ? [] : [`${id}: ${file} has no test "${title}"`],
    )
  })
}

test.each(Object.entries(tables))('every row of table %s has a test that is there, or a reason', (letter, count) => {
  const found = rows(page, letter)
  expect(found.map(({ id }) => id)).toEqual(Array.from({ length: count }, (_, index) => `${letter}${index + 1}`))
  expect(found.flatMap(faults)).toEqual([])
})

test('the twin: a test that is not there, a title that nobody has, and an empty row are found', () => {
  const bad = [
    '| T1 | a | `test/none.test.ts` "x" |',
    '| T2 | b | `test/docs/reliability.test.ts` "no such title at' + ' all" |',
    '| T3 | c | |',
    '| T4 | d | not shown: |',
  ].join('\n')
  expect(rows(bad, 'T').flatMap(faults)).toHaveLength(4)
})
