import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runProgram } from '../../src/cli/program.ts'
import { fakeIo } from './fake-io.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tlsplay-saved-'))
  write('hosts.yml', `all: { hosts: { here: { ansible_connection: local, tlsplay_state_folder: ${cwd}/state } } }\n`)
  write('site.yml', playbook(`copy: { dest: ${cwd}/made, content: "x\\n", mode: '0640' }`))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

function write(name: string, text: string): void {
  writeFileSync(join(cwd, name), text)
}

function playbook(...tasks: readonly string[]): string {
  return ['- name: p', '  hosts: all', '  tasks:', ...tasks.map((task) => `    - ${task}`), ''].join('\n')
}

async function tlsplay(...words: readonly string[]) {
  const io = fakeIo(words, { cwd, env: { HOME: cwd, PATH: process.env['PATH'], WORD: word } })
  return { code: await runProgram(io), out: io.out(), err: io.err() }
}
let word = 'one'

const state = () => join(cwd, '.local/state/tlsplay')
const plan = (...more: readonly string[]) => tlsplay('plan', 'site.yml', '-i', 'hosts.yml', '-o', 'saved', ...more)

test('a plan is kept, shown as it was, applied once, and never again', async () => {
  const planned = await plan()
  expect(planned).toMatchObject({ code: 0, err: expect.stringContaining('saved in saved\n') })
  expect(existsSync(join(cwd, 'made'))).toBe(false)
  const shown = await tlsplay('show', 'saved')
  expect(shown).toEqual({ code: 0, out: planned.out, err: '' })
  expect(JSON.parse((await tlsplay('show', 'saved', '--output', 'json')).out)).toMatchObject({ summary: { changes: 1 } })
  const applied = await tlsplay('apply', 'saved')
  expect(applied).toMatchObject({ code: 0, out: expect.stringContaining('changed: [here] copy') })
  expect(readFileSync(join(cwd, 'made'), 'utf8')).toBe('x\n')
  rmSync(join(cwd, 'made'))
  const again = await tlsplay('apply', 'saved')
  expect(again).toMatchObject({ code: 1, err: expect.stringContaining('PLAN_USED') })
  expect(existsSync(join(cwd, 'made'))).toBe(false)
})

test('what is kept is private, durable, of its schema, and without content', async () => {
  write(
    'hosts.yml',
    `all: { hosts: { here: { ansible_connection: local, tlsplay_state_folder: ${cwd}/state, ansible_become_password: c4n4ry-become } } }\n`,
  )
  write(
    'site.yml',
    playbook(`template: { dest: ${cwd}/made, src: word.hbs }`, `template: { dest: ${cwd}/hidden, src: more.hbs }\n      no_log: true`),
  )
  write('word.hbs', '{{ word }}\n')
  write('more.hbs', '{{ word }}2\n')
  expect((await plan('-e', 'word=c4n4ry-extra', '--detailed-exitcode')).code).toBe(2)
  const text = readFileSync(join(cwd, 'saved'), 'utf8')
  expect(statSync(join(cwd, 'saved')).mode & 0o777).toBe(0o600)
  expect(readdirSync(cwd).filter((name) => name.endsWith('.new'))).toEqual([])
  const schema = JSON.parse(readFileSync(new URL('../../schemas/saved-plan.json', import.meta.url), 'utf8')) as object
  const validate = new Ajv({ strict: false }).compile(schema)
  expect(validate(JSON.parse(text)), JSON.stringify(validate.errors)).toBe(true)
  expect(validate({ ...(JSON.parse(text) as object), more: 1 })).toBe(false)
  expect(text).not.toContain('c4n4ry-become')
  expect(text).not.toContain('c4n4ry-extra2')
  // What a task without no_log shows stands in the hunk that was reviewed, and nowhere else.
  expect(text.split('c4n4ry-extra')).toHaveLength(2)
  expect(text).toContain('+c4n4ry-extra')
})

test.each<{ what: string; change: () => void; words?: readonly string[]; told: string }>([
  {
    what: 'the playbook',
    change: () => write('site.yml', `${readFileSync(join(cwd, 'site.yml'), 'utf8')}# more\n`),
    told: 'site.yml is not what it was',
  },
  {
    what: 'the inventory',
    change: () =>
      write('hosts.yml', `all: { hosts: { here: { ansible_connection: local, tlsplay_state_folder: ${cwd}/state, more: 1 } } }\n`),
    told: 'hosts.yml is not what it was',
  },
  { what: 'variables of a group that came', change: () => writeGroup('word: other\n'), told: 'group_vars/all.yml is used now' },
  { what: 'extra variables', change: () => {}, words: ['-e', 'word=other'], told: 'extra variables is not what it was' },
  { what: 'the host', change: () => write('made', 'by hand\n'), told: '/made came or went' },
  { what: 'the environment', change: () => (word = 'two'), told: 'environment WORD is not what it was' },
])('a plan is refused when $what changed, and nothing is done', async ({ change, words = [], told }) => {
  word = 'one'
  write('site.yml', playbook(`copy: { dest: ${cwd}/made, content: "x\\n" }`, `debug: { msg: "{{ env 'WORD' }}" }`))
  expect((await plan()).code).toBe(0)
  change()
  const before = existsSync(join(cwd, 'made'))
  const { code, err } = await tlsplay('apply', 'saved', ...words)
  expect(code).toBe(1)
  expect(err).toContain(told)
  expect(err).toContain('PLAN_DRIFT')
  expect([existsSync(join(cwd, 'made')), readdirSync(join(state(), 'applied'))]).toEqual([before, []])
})

test('a plan is refused when a program that is an inventory says something else, and applies when it does not', async () => {
  const host = (more: string) =>
    JSON.stringify({
      _meta: { hostvars: { here: { ansible_connection: 'local', tlsplay_state_folder: `${cwd}/state`, more } } },
      all: { hosts: ['here'] },
    })
  write('hosts.sh', `#!/bin/sh\ncat ${cwd}/said\n`)
  chmodSync(join(cwd, 'hosts.sh'), 0o755)
  write('said', host('1'))
  const save = () => tlsplay('plan', 'site.yml', '-i', 'hosts.sh', '-o', 'saved')
  expect((await save()).code).toBe(0)
  write('said', host('2'))
  const refused = await tlsplay('apply', 'saved')
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('hosts.sh --list is not what it was') })
  expect(existsSync(join(cwd, 'made'))).toBe(false)
  await save()
  expect((await tlsplay('apply', 'saved')).code).toBe(0)
})

function writeGroup(text: string): void {
  rmSync(join(cwd, 'group_vars'), { recursive: true, force: true })
  mkdirSync(join(cwd, 'group_vars'))
  write('group_vars/all.yml', text)
}

test.each<{ what: string; spoil: () => void; code: string }>([
  { what: 'edited', spoil: () => write('saved', readFileSync(join(cwd, 'saved'), 'utf8').replace('made', 'mode')), code: 'PLAN_FILE' },
  { what: 'cut', spoil: () => write('saved', readFileSync(join(cwd, 'saved'), 'utf8').slice(0, -1)), code: 'PLAN_FILE' },
  { what: 'no plan at all', spoil: () => write('saved', 'hello\n'), code: 'PLAN_FILE' },
  { what: 'sealed elsewhere', spoil: () => rmSync(join(state(), 'seal.key')), code: 'PLAN_FILE' },
  { what: 'not there', spoil: () => rmSync(join(cwd, 'saved')), code: 'FILE_MISSING' },
  { what: 'sealed with a key that others can read', spoil: () => chmodSync(join(state(), 'seal.key'), 0o644), code: 'STATE_UNUSABLE' },
  { what: 'kept beside a folder that others can write', spoil: () => chmodSync(state(), 0o777), code: 'STATE_UNUSABLE' },
])('neither shown nor applied: a plan that is $what', async ({ spoil, code }) => {
  await plan()
  spoil()
  for (const command of ['show', 'apply']) {
    expect(await tlsplay(command, 'saved')).toMatchObject({ code: 1, out: '', err: expect.stringContaining(code) })
  }
  expect(existsSync(join(cwd, 'made'))).toBe(false)
})

test('a plan that cannot be carried out is not kept', async () => {
  write('site.yml', playbook('assert: { that: ["1 == 2"] }'))
  expect(await plan()).toMatchObject({ code: 1, err: expect.stringContaining('PLAN_NOT_SAVED') })
  write('site.yml', playbook('copi: {}'))
  expect((await plan()).code).toBe(1)
  expect(existsSync(join(cwd, 'saved'))).toBe(false)
})

test('of two at once one applies', async () => {
  await plan()
  const codes = (await Promise.all([tlsplay('apply', 'saved'), tlsplay('apply', 'saved')])).map(({ code }) => code)
  expect(codes.sort()).toEqual([0, 1])
})
