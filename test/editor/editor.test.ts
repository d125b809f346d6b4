import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root } from '../docs/markdown.ts'
import { LanguageServer } from './language-server.ts'

let server: LanguageServer
beforeAll(async () => {
  server = await LanguageServer.start()
}, 30_000)
afterAll(() => server?.stop())

const below = (folder: string, pattern: RegExp): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => pattern.test(path))
    .map((path) => join(folder, path))
    .sort()

/** Path of every example -> its schema. */
const examples = [
  ...below('playbooks', /site\.yml$/).map((path) => ({ path, schema: 'playbook' })),
  ...below('playbooks', /inventory\.yml$/).map((path) => ({ path, schema: 'inventory' })),
  ...below('roles', /^[^/]+\/role\.yml$/).map((path) => ({ path, schema: 'role' })),
  ...below('roles', /\/tasks\/[^/]+\.yml$/).map((path) => ({ path, schema: 'tasks' })),
  ...below('roles', /\/handlers\/[^/]+\.yml$/).map((path) => ({ path, schema: 'handlers' })),
  ...below('roles', /\/cases\/[^/]+\.yml$/).map((path) => ({ path, schema: 'role-case' })),
]

describe('an example', () => {
  test('is there of each kind', () => {
    expect(new Set(examples.map(({ schema }) => schema))).toEqual(
      new Set(['playbook', 'inventory', 'role', 'tasks', 'handlers', 'role-case']),
    )
    expect(examples.length).toBeGreaterThanOrEqual(36)
  })

  test.each(examples)('$path names its schema, and the language server finds nothing wrong in it', async ({ path, schema }) => {
    const text = readFileSync(join(root, path), 'utf8')
    const [first = ''] = text.split('\n')
    expect(first).toBe(`# yaml-language-server: $schema=${relative(dirname(path), join('schemas', `${schema}.json`))}`)
    expect(await server.open(join(root, path), text)).toEqual([])
  })
})

describe('nothing is marked in', () => {
  test.each([
    {
      what: 'a file of tasks',
      schema: 'tasks',
      text: '- include_tasks: a.yml\n- meta: clear_host_errors\n- block: [{ debug: { msg: x } }]\n',
    },
    {
      what: 'a file of handlers',
      schema: 'handlers',
      text: '- import_tasks: a.yml\n- { name: h, include_tasks: b.yml }\n- { listen: t, debug: { msg: x } }\n',
    },
    {
      what: 'questions, facts of a delegate and a version',
      schema: 'playbook',
      text: '- hosts: all\n  vars_prompt: [{ name: x, default: 1 }]\n  tasks:\n    - { set_fact: { y: 1 }, delegate_to: h, delegate_facts: true }\n    - import_role: { name: r, version: ">=1" }\n    - include_role: { name: r, public: true }\n',
    },
  ])('$what', async ({ what, schema, text }) => {
    expect((await opened(`good ${what}`, schema, `|${text}`)).found).toEqual([])
  })
})

/** A text with `|` where somebody stands in it, opened as a file beside the playbooks. */
async function opened(name: string, schema: string, marked: string) {
  const path = join(root, 'playbooks', `${name}.yml`)
  const before = `# yaml-language-server: $schema=../schemas/${schema}.json\n${marked.split('|')[0]}`
  const lines = before.split('\n')
  const place = { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 }
  const text = `# yaml-language-server: $schema=../schemas/${schema}.json\n${marked.replace('|', '')}`
  return { path, place, found: await server.open(path, text) }
}

describe('a mistake is told at its place', () => {
  test.each([
    { what: 'a misspelt key of a play', schema: 'playbook', text: '- hosts: all\n  |becom: true\n', says: /becom/ },
    { what: 'a wrong type in a play', schema: 'playbook', text: '- hosts: all\n  become: |1\n', says: /boolean/ },
    { what: 'a play without hosts', schema: 'playbook', text: '- |name: x\n', says: /hosts/ },
    { what: 'a misspelt parameter', schema: 'playbook', text: '- hosts: all\n  tasks:\n    - copy: {|dst: /x}\n', says: /dst|dest/ },
    {
      what: 'a parameter of the wrong type',
      schema: 'playbook',
      text: '- hosts: all\n  tasks:\n    - wait_for: {port: |yes}\n',
      says: /integer|number|pattern/i,
    },
    {
      what: 'a misspelt key of a question',
      schema: 'playbook',
      text: '- hosts: all\n  vars_prompt:\n    - {name: x, |privat: true}\n',
      says: /privat/,
    },
    {
      what: 'an action of meta that nobody has',
      schema: 'playbook',
      text: '- hosts: all\n  tasks:\n    - meta: |flush\n',
      says: /not accepted|meta/i,
    },
    { what: 'a misspelt parameter in a file of tasks', schema: 'tasks', text: '- copy: {|dst: /x}\n', says: /dst|dest/ },
    { what: 'a block among handlers', schema: 'handlers', text: '- name: h\n  |block: []\n', says: /block/ },
    { what: 'a misspelt key of an inventory', schema: 'inventory', text: 'all:\n  |hots: {}\n', says: /hots/ },
    { what: 'a role without a version', schema: 'role', text: '|summary: x\n', says: /version/ },
    {
      what: 'an input of an unknown type',
      schema: 'role',
      text: "summary: s\nversion: '1'\ninputs:\n  port: {type: |text, description: d}\n",
      says: /Value is not accepted|type/i,
    },
    { what: 'a source that is none', schema: 'requirements', text: 'roles:\n  - |name: x\n', says: /src/ },
    {
      what: 'a digest that is none',
      schema: 'lock',
      text: '{"formatVersion": 1, "roles": {"r": {"source": "x", "version": "1", "tree": |"x"}}}\n',
      says: /pattern/,
    },
    { what: 'a case that expects nothing', schema: 'role-case', text: '|inputs: {}\n', says: /expect/ },
  ])('$what', async ({ what, schema, text, says }) => {
    const { place, found } = await opened(`mistake ${what}`, schema, text)
    expect(found.map(({ message }) => message).join('\n')).toMatch(says)
    expect(found.map(({ range }) => range.start.line)).toContain(place.line)
  })
})

describe('completion offers', () => {
  test.each([
    { what: 'keys of a play', schema: 'playbook', text: '- hosts: all\n  |\n', offers: ['become', 'pre_tasks', 'serial', 'handlers'] },
    {
      what: 'task types and keywords in a task',
      schema: 'playbook',
      text: '- hosts: all\n  tasks:\n    - name: x\n      |\n',
      offers: ['copy', 'generate', 'when', 'notify'],
    },
    {
      what: 'parameters of a task type',
      schema: 'playbook',
      text: '- hosts: all\n  tasks:\n    - copy:\n        |\n',
      offers: ['dest', 'content', 'mode'],
    },
    {
      what: 'values of a parameter',
      schema: 'playbook',
      text: '- hosts: all\n  tasks:\n    - service:\n        name: x\n        state: |\n',
      offers: ['started', 'restarted'],
    },
    {
      what: 'task types in a file of tasks',
      schema: 'tasks',
      text: '- name: x\n  |\n',
      offers: ['copy', 'include_tasks', 'delegate_facts'],
    },
    { what: 'keys of a role', schema: 'role', text: "summary: s\nversion: '1'\n|\n", offers: ['inputs', 'dependencies', 'vars'] },
    { what: 'keys of a required role', schema: 'requirements', text: 'roles:\n  - src: ./x\n    |\n', offers: ['version', 'path', 'name'] },
    { what: 'keys of a case', schema: 'role-case', text: 'expect: {}\n|\n', offers: ['inputs', 'files', 'facts'] },
  ])('$what', async ({ what, schema, text, offers }) => {
    const { path, place } = await opened(`completion ${what}`, schema, text)
    expect(await server.complete(path, place)).toEqual(expect.arrayContaining(offers))
  })

  test('nothing that does not belong there', async () => {
    const { path, place } = await opened('completion nothing', 'playbook', '- hosts: all\n  |\n')
    expect(await server.complete(path, place)).not.toContain('dest')
  })
})

describe('hovering shows', () => {
  test.each([
    {
      what: 'what a keyword means',
      schema: 'playbook',
      text: '- hosts: all\n  any_errors|_fatal: true\n',
      shows: 'when a task fails on one host it fails on all hosts of the batch',
    },
    {
      what: 'what a task type does',
      schema: 'playbook',
      text: '- hosts: all\n  tasks:\n    - gene|rate: {certificate: /x, private_key: /y, names: [z]}\n',
      shows: 'private key',
    },
    {
      what: 'what a parameter means',
      schema: 'playbook',
      text: '- hosts: all\n  tasks:\n    - copy: {de|st: /x, content: y}\n',
      shows: 'path',
    },
    { what: 'what a key of a role means', schema: 'role', text: "summ|ary: s\nversion: '1'\n", shows: 'one line on what the role does' },
    { what: 'what a pinned digest is', schema: 'lock', text: '{"formatVersion": 1, "ro|les": {}}\n', shows: 'by name' },
  ])('$what', async ({ what, schema, text, shows }) => {
    const { path, place } = await opened(`hover ${what}`, schema, text)
    expect(await server.hover(path, place)).toContain(shows)
  })
})
