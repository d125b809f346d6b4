import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const page = readFileSync(join(root, 'docs/reliability.md'), 'utf8')
const threats = Array.from({ length: 42 }, (_, index) => `T${index + 1}`)

interface Row {
  readonly threat: string
  readonly shown: string
}

function rows(text: string): readonly Row[] {
  return [...text.matchAll(/^\| (T\d+) \|[^|]*\|(.*)\|$/gm)].map(([, threat = '', shown = '']) => ({ threat, shown: shown.trim() }))
}

/** Each `file` "title" must be there; a row without any says why: it begins with `not shown:`. Folders stand for all tests in them. */
function faults({ threat, shown }: Row): readonly string[] {
  const references = [...shown.matchAll(/`(test\/[^`]+)`((?: "[^"]+")*)/g)]
  if (references.length === 0) return /^not shown: \S.{20}/.test(shown) ? [] : [`${threat}: neither a test nor a reason`]
  return references.flatMap(([, file = '', titles = '']) => {
    if (!existsSync(join(root, file))) return [`${threat}: there is no ${file}`]
    const text = file.endsWith('.ts') ? readFileSync(join(root, file), 'utf8') : ''
    return [...titles.matchAll(/"([^"]+)"/g)].flatMap(([, title = '']) =>
      text.includes(title) ? [] : [`${threat}: ${file} has no test "${title}"`],
    )
  })
}

test('every threat has a test that is there, or a reason', () => {
  expect(rows(page).map(({ threat }) => threat)).toEqual(threats)
  expect(rows(page).flatMap(faults)).toEqual([])
})

test('the twin: a test that is not there, a title that nobody has, and an empty row are found', () => {
  const bad = [
    '| T1 | a | `test/none.test.ts` "x" |',
    '| T2 | b | `test/docs/reliability.test.ts` "no such title at' + ' all" |',
    '| T3 | c | |',
    '| T4 | d | not shown: |',
  ].join('\n')
  expect(rows(bad).flatMap(faults)).toHaveLength(4)
})
