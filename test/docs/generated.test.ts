import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { docFiles } from '../../src/build/docs.mjs'
import { functionsPage } from '../../src/build/docs-functions.mjs'
import { loadSources } from '../../src/build/docs-load.mjs'
import { problemsPage } from '../../src/build/docs-problems.mjs'
import { advice } from '../../src/build/docs-advice.mjs'
import { typeText } from '../../src/build/docs-schema.mjs'
import { taskNotes } from '../../src/build/docs-task-notes.mjs'
import { functions } from '../../src/compile/functions.ts'
import { problemCodes } from '../../src/model/problem-codes.ts'
import { taskTypes } from '../../src/tasks/index.ts'
import { problemsOf } from './compile.ts'
import { root } from './markdown.ts'

const folder = join(root, 'docs/reference')
const fresh: ReadonlyMap<string, string> = await docFiles()
const page = (name: string): string => fresh.get(name) ?? ''

/** Names of pages that are not what the sources give. */
function stale(present: ReadonlyMap<string, string>): readonly string[] {
  const names = new Set([...present.keys(), ...fresh.keys()])
  return [...names].filter((name) => present.get(name) !== fresh.get(name))
}

function inTheTree(): ReadonlyMap<string, string> {
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}

test('the pages in the tree are those that the sources give', () => {
  // npm run generate puts this right
  expect(stale(inTheTree())).toEqual([])
})

test.each([
  { case: 'a changed page', change: (pages: Map<string, string>) => pages.set('tasks.md', `${pages.get('tasks.md')} `), name: 'tasks.md' },
  { case: 'a page that is gone', change: (pages: Map<string, string>) => pages.delete('problems.md'), name: 'problems.md' },
  { case: 'a page too many', change: (pages: Map<string, string>) => pages.set('more.md', ''), name: 'more.md' },
])('$case is seen', ({ change, name }) => {
  const pages = new Map(fresh)
  change(pages)
  expect(stale(pages)).toEqual([name])
})

describe('each page holds all there is', () => {
  test('task types and their parameters', async () => {
    const { tasks } = await loadSources()
    for (const name of taskTypes.keys()) {
      const section = page('tasks.md').split(`\n## ${name}\n`)[1]?.split('\n## ')[0] ?? ''
      for (const key of Object.keys(tasks[name].properties ?? {})) expect(section).toContain(`| \`${key}\` |`)
    }
  })
  test('functions', () => {
    for (const name of functions.keys()) expect(page('functions.md')).toContain(`| \`${name}\` |`)
  })
  test('problems', () => {
    for (const name of Object.keys(problemCodes)) expect(page('problems.md')).toContain(`| \`${name}\` |`)
  })
  test('commands that help shows, and no hidden one', () => {
    const found = [...page('options.md').matchAll(/^## (tlsplay .*)$/gm)].map((title) => title[1])
    expect(found).toEqual([
      'tlsplay plan',
      'tlsplay run',
      'tlsplay show',
      'tlsplay apply',
      'tlsplay inventory',
      'tlsplay ca init',
      'tlsplay ca rotate',
      'tlsplay ca show',
      'tlsplay ca export',
      ...['encrypt', 'decrypt', 'view', 'rekey', 'encrypt-string'].map((name) => `tlsplay vault ${name}`),
      'tlsplay lint',
      ...['var', 'host', 'task'].map((name) => `tlsplay explain ${name}`),
      ...['init', 'add', 'install', 'update', 'remove', 'list', 'verify', 'vendor', 'test'].map((name) => `tlsplay role ${name}`),
      ...['history', 'rollback', 'clean', 'audit', 'doctor', 'quickstart'].map((name) => `tlsplay ${name}`),
    ])
  })
})

describe('notes and advice fit what there is', () => {
  test.each(Object.entries(taskNotes))('the example of %s loads and compiles', async (name, { example }) => {
    expect(example).toContain(`  ${name}:`)
    const indented = example.replaceAll(/^/gm, '    ')
    expect(await problemsOf(`- hosts: h1.example.net\n  tasks:\n${indented}\n`)).toEqual([])
  })
  test('a wrong example would be seen', async () => {
    expect(await problemsOf('- hosts: all\n  tasks:\n    - copy: { dst: /b, content: x }\n')).toContainEqual(
      expect.stringContaining('KEY_UNKNOWN'),
    )
  })
  test('every code has advice and nothing else has', () => {
    expect(Object.keys(advice)).toEqual(Object.keys(problemCodes))
  })
  test('every code stands in the sources', () => {
    const texts = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !path.endsWith('problem-codes.ts') && !path.startsWith('generated'))
      .map((path) => readFileSync(join(root, 'src', path), 'utf8'))
    const used = Object.keys(problemCodes).filter((name) => texts.some((text) => text.includes(`'${name}'`)))
    expect(Object.keys(problemCodes).filter((name) => !used.includes(name))).toEqual([])
  })
  test('a code without advice stops the generator', async () => {
    const sources = await loadSources()
    const [codes, text] = [{ ...problemCodes, NEW_ONE: 'new' }, `${sources.codesText}\n  NEW_ONE: 'new',\n`]
    expect(() => problemsPage({ problemCodes: codes, codesText: text })).toThrow('no advice for NEW_ONE')
    expect(() => problemsPage({ problemCodes: codes, codesText: sources.codesText })).toThrow('hold every code once')
  })
})

test('a mark of tables in a text stays inside its cell', async () => {
  const sources = await loadSources()
  const odd = new Map([['odd', { name: 'odd', params: [], summary: 'a | b', call: () => null }]])
  expect(functionsPage({ ...sources, functions: odd })).toContain('| `odd` | `odd` | `odd()` | a \\| b |')
})

test.each([
  { schema: { type: 'string', pattern: '^/[^\\x00]*$' }, words: 'absolute path' },
  { schema: { type: 'string', pattern: '^0?[0-7]{3,4}$' }, words: 'octal digits in quotes' },
  { schema: { type: 'integer', minimum: 1, maximum: 9 }, words: 'integer from 1 to 9' },
  { schema: { type: ['object', 'null'] }, words: 'map or nothing' },
  { schema: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] }, words: 'text or list of texts' },
  { schema: { enum: ['a', 'b'] }, words: '`a`, `b`' },
  { schema: {}, words: 'any value' },
])('a schema in words: $words', ({ schema, words }) => {
  expect(typeText(schema)).toBe(words)
})
