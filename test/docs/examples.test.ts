import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { taskTypes } from '../../src/tasks/index.ts'
import { problemsOf } from './compile.ts'
import { blocksIn, linksIn, pages, root } from './markdown.ts'

type Parsed = readonly Readonly<Record<string, unknown>>[] | Readonly<Record<string, unknown>>

/** What a block is told by its shape, and how it becomes something that can be loaded; undefined: it fits no shape. */
function loadable(text: string): { readonly playbook: string; readonly inventory?: string } | undefined {
  const parsed = parse(text) as Parsed
  const indented = (by: string): string => text.replaceAll(/^(?=.)/gm, by)
  if (!Array.isArray(parsed)) {
    const map = parsed as Readonly<Record<string, unknown>>
    if ('roles' in map) return { playbook: `- hosts: all\n${indented('  ')}` }
    return 'all' in map ? { playbook: '- hosts: all\n', inventory: text } : undefined
  }
  const [first] = parsed as readonly Readonly<Record<string, unknown>>[]
  if (first === undefined) return undefined
  return 'hosts' in first ? { playbook: text } : { playbook: `- hosts: all\n  tasks:\n${indented('    ')}` }
}

const blocks = [...pages()].flatMap(([path, text]) =>
  blocksIn(text)
    .filter(({ language }) => language === 'yaml')
    .map((block) => ({ where: `${path}:${block.line}`, text: block.text })),
)

async function said(text: string): Promise<readonly string[]> {
  const example = loadable(text)
  return example === undefined ? ['no playbook, tasks, roles or inventory'] : await problemsOf(example.playbook, example.inventory)
}

test('the guide, each role and each task type have an example', () => {
  const of = (path: string): number => blocks.filter(({ where }) => where.startsWith(path)).length
  expect(of('docs/guide.md')).toBe(6)
  expect(of('docs/reference/tasks.md')).toBe(taskTypes.size)
  for (const role of readdirSync(join(root, 'roles'))) expect(of(`roles/${role}/`), role).toBeGreaterThan(0)
})

test.each(blocks)('the YAML at $where loads and compiles', async ({ text }) => {
  expect(await said(text)).toEqual([])
})

test.each([
  { case: 'in a playbook', text: '- hosts: all\n  tasks:\n    - debug: { msg: "{{ nobody }}" }\n', code: 'VARIABLE_UNDEFINED' },
  { case: 'in tasks', text: '- copy: { dst: /b, content: x }\n', code: 'KEY_UNKNOWN' },
  { case: 'in roles', text: 'roles:\n  - role: certificate\n    inputs: { tls_dir: 1 }\n', code: 'ROLE_INPUT' },
  { case: 'in an inventory', text: 'all:\n  host: { a: {} }\n', code: 'KEY_UNKNOWN' },
  { case: 'of shape', text: 'a: 1\n', code: 'no playbook' },
])('a mistake $case would be seen', async ({ text, code }) => {
  expect(await said(text)).toContainEqual(expect.stringContaining(code))
})

test('code that never ends would be seen', () => {
  expect(() => blocksIn('```yaml\n- hosts: all\n')).toThrow('line 1')
})

describe('links', () => {
  const broken = (path: string, text: string): readonly string[] =>
    linksIn(text).filter((target) => !existsSync(join(root, dirname(path), target)))

  test.each([...pages()])('all of %s lead somewhere', (path, text) => {
    expect(broken(path, text)).toEqual([])
  })
  test('one that leads nowhere would be seen', () => {
    expect(broken('docs/guide.md', 'see [this](nowhere.md#there) and [that](guide.md)')).toEqual(['nowhere.md'])
  })
})

test('the README stays under two screens', () => {
  const lines = (path: string): number => (pages().get(path) ?? '').split('\n').length
  expect(lines('README.md')).toBeLessThanOrEqual(100)
})
