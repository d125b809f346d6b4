import { Ajv } from 'ajv'
import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { taskTypeWords } from '../../src/load/ansible-words.ts'
import { taskTypeTable } from '../../src/load/task-types.ts'
import { taskTypes } from '../../src/tasks/index.ts'

const folder = new URL('../../src/tasks/', import.meta.url)
const folders = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

test('folders and registry name the same task types', () => {
  expect([...taskTypes.keys()].sort()).toEqual(folders.sort())
})

test('a word stands for one task type', () => {
  const words = [...taskTypes.values()].flatMap(({ name, aliases = [] }) => [name, ...aliases])
  expect(new Set(words).size).toBe(words.length)
})

test('what works is not among the words of Ansible that do not', () => {
  expect(Object.keys(taskTypeWords).filter((word) => taskTypes.has(word))).toEqual([])
})

test('a full name of Ansible is that of the task type', () => {
  const table = taskTypeTable(taskTypes, new Map())
  for (const [name, { aliases = [] }] of taskTypes) {
    for (const alias of aliases) expect(table.find(alias.replace('ansible.builtin.', 'ansible.legacy.'))).toBe(taskTypes.get(name))
    if (aliases.length > 0) expect(table.find(`ansible.builtin.${name}`)).toBe(taskTypes.get(name))
  }
  expect(table.find('community.general.copy')).toBeUndefined()
})

interface Schema {
  readonly description?: string
  readonly type?: string
  readonly additionalProperties?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
}

describe.each(folders)('%s', async (name) => {
  const { schema } = (await import(new URL(`${name}/schema.ts`, folder).href)) as { readonly schema: Schema }

  test('is a closed schema with a description for everything', () => {
    expect(schema.description).toBeTruthy()
    expect(schema.additionalProperties).toBe(name === 'set_fact')
    expect(
      Object.entries(schema.properties ?? {})
        .filter(([, property]) => !property.description)
        .map(([key]) => key),
    ).toEqual([])
    expect(() => new Ajv({ strict: true, allowUnionTypes: true }).compile(JSON.parse(JSON.stringify(schema)))).not.toThrow()
  })

  test('what the task type says of its parameters is in the schema', () => {
    const type = taskTypes.get(name)
    const named = [type?.shorthand, ...(type?.unrendered ?? []), ...(type?.conditions ?? []), ...(type?.expressions ?? [])].filter(
      (key) => key !== undefined,
    )
    expect(named.filter((key) => schema.properties?.[key] === undefined)).toEqual([])
  })
})

const accepts = async (name: string, params: unknown) => {
  const { schema } = (await import(new URL(`${name}/schema.ts`, folder).href)) as { readonly schema: object }
  return new Ajv().compile(JSON.parse(JSON.stringify(schema)))(params)
}

test.each([
  ['file', { path: '/a', state: 'directory', mode: '0755' }, true],
  ['file', { path: 'relative' }, false],
  ['file', { path: '/a', mode: '0999' }, false],
  ['file', { path: '/a', mode: 644 }, false],
  ['file', { path: '/a', state: 'hard' }, false],
  ['file', { path: '/a\nb' }, false],
  ['file', { path: '/a', recurse: true }, false],
  ['copy', { dest: '/a/', src: 'b' }, true],
  ['copy', { dest: '/a', content: 'b', owner: 'ro ot' }, false],
  ['lineinfile', { path: '/a', line: 'b\nc' }, false],
  ['command', { argv: ['a', ''], reads: ['/a'] }, true],
  ['command', { argv: [] }, false],
  ['command', { cmd: 'a\0b' }, false],
  ['command', { cmd: 'a', unless: ['b'], onlyif: 'c' }, true],
  ['command', { cmd: 'a', reads: false }, false],
  ['command', { cmd: 'a', env: { 'A B': 'c' } }, false],
  ['wait_for', { port: 0 }, false],
  ['wait_for', { port: 9090, host: '::1' }, true],
  ['assert', { that: ['a == 1', true] }, true],
  ['assert', { that: [] }, false],
  ['fail', { msg: 'no' }, true],
  ['fail', { message: 'no' }, false],
  ['debug', { msg: [1, { a: null }] }, true],
  ['debug', { var: 'a.b' }, true],
  ['set_fact', { a: 1 }, true],
  ['set_fact', { 'a-b': 1 }, false],
  ['set_fact', {}, false],
])('%s %j', async (name, params, valid) => {
  expect(await accepts(name, params)).toBe(valid)
})
