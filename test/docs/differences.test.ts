import { expect, test } from 'vitest'
import { differences } from '../conformance/differences/index.ts'
import { differencesPage, rowsOf, unpaired } from '../conformance/differences/table.ts'
import { pages } from './markdown.ts'

const rows = rowsOf(pages().get(differencesPage) ?? '')
const cases = Object.keys(differences)

test('each row of the table of differences from Ansible has a case that shows it, each case a row', () => {
  expect(rows.length).toBeGreaterThan(50)
  expect(unpaired(rows, cases)).toEqual([])
})

test('a row or a case that is alone would be seen', () => {
  const [first, ...others] = rows
  if (first === undefined) throw new Error('no row')
  expect(unpaired(others, cases)).toEqual([`no row tells of the case ${first.id}`])
  expect(unpaired(rows, cases.slice(1))).toEqual([`no case shows the row ${cases[0]}`])
  expect(unpaired([first, ...rows], cases)).toEqual([`the row ${first.id} stands twice`])
  const page = '| id | in Ansible | here | so that |\n|---|---|---|---|\n| `a` | b | c `\\|` | d |\n| no id | b | c | d |\n\n| e | f |\n'
  expect(rowsOf(page)).toEqual([
    { id: 'a', there: 'b', here: 'c `\\|`' },
    { id: 'no id', there: 'b', here: 'c' },
  ])
})
