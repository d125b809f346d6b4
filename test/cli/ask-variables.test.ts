import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runProgram } from '../../src/cli/program.ts'
import { fakeIo, typing } from './fake-io.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tlsplay-ask-'))
  writeFileSync(join(cwd, 'hosts.yml'), 'all: { hosts: { h1: { ansible_connection: local }, h2: { ansible_connection: local } } }\n')
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

const questions = (...entries: readonly string[]): string =>
  `- hosts: h1\n  vars_prompt:\n${entries.map((entry) => `    - ${entry}\n`).join('')}  tasks:\n    - {name: tell, debug: {msg: "{{ word }}"}}\n`

/** `answers`: what is typed, on a terminal; without them there is none. */
async function tlsplay(playbook: string, words: readonly string[], answers?: readonly string[]) {
  writeFileSync(join(cwd, 'site.yml'), playbook)
  const bare = fakeIo([...words, 'site.yml', '-i', 'hosts.yml'], { cwd, env: { HOME: cwd, PATH: process.env['PATH'] } })
  const io = answers === undefined ? { ...bare, asked: [] } : typing(bare, answers)
  return { code: await runProgram(io), out: io.out(), err: io.err(), asked: io.asked }
}

test.each<{ case: string; entry: string; answers: readonly string[]; asked: readonly string[]; said: string }>([
  { case: 'shows what is typed', entry: '{name: word, private: false}', answers: ['hello'], asked: ['word: '], said: 'hello' },
  {
    case: 'has words of its own',
    entry: '{name: word, prompt: Which one, private: false}',
    answers: ['a'],
    asked: ['Which one: '],
    said: 'a',
  },
  {
    case: 'takes the default for an empty answer',
    entry: '{name: word, private: false, default: "{{ inventory_hostname }}!"}',
    answers: [''],
    asked: ['word [{{ inventory_hostname }}!]: '],
    said: 'h1!',
  },
  {
    case: 'goes on with an empty answer where there is no default',
    entry: '{name: word, private: false}',
    answers: [''],
    asked: ['word: '],
    said: '',
  },
  {
    case: 'is asked twice until both answers are the same',
    entry: '{name: word, private: false, confirm: true}',
    answers: ['a', 'b', 'c', 'c'],
    asked: ['word: ', 'word, once more: ', 'word: ', 'word, once more: '],
    said: 'c',
  },
  {
    case: 'never renders what is typed',
    entry: '{name: word, private: false}',
    answers: ['{{ inventory_hostname }}'],
    asked: ['word: '],
    said: '{{ inventory_hostname }}',
  },
])('a question $case', async ({ entry, answers, asked, said }) => {
  const done = await tlsplay(questions(entry), ['run', '--output', 'json'], answers)
  expect(done.asked).toEqual(asked)
  const results = done.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly type: string; readonly result?: { readonly detail: readonly string[] } })
  expect(results.flatMap(({ type, result }) => (type === 'task_finished' ? (result?.detail ?? []) : []))).toEqual([said])
  expect(done.code).toBe(0)
})

test('what is typed in private is a secret, and is not shown', async () => {
  const { code, out, err, asked } = await tlsplay(questions('name: word'), ['run'], ['correct horse'])
  expect({ code, asked }).toEqual({ code: 0, asked: ['word: '] })
  expect(out).toContain('(secret)')
  expect(out + err).not.toContain('correct horse')
})

test('a variable of -e is not asked for, and the answer of another play is its own', async () => {
  const second = questions('{name: word, private: false}').replace('- hosts: h1', '- hosts: h2')
  const both = await tlsplay(`${questions('{name: word, private: false}')}${second}`, ['run'], ['one', 'two'])
  expect(both.asked).toHaveLength(2)
  expect(both.out).toMatch(/one[^]*two/)
  const given = await tlsplay(questions('{name: word, private: false}'), ['run', '-e', 'word=given'], [])
  expect(given).toMatchObject({ code: 0, asked: [] })
  expect(given.out).toContain('given')
})

test('the answer stands above variables of the play and below those of its files', async () => {
  writeFileSync(join(cwd, 'vars.yml'), 'other: of the file\n')
  const playbook = `- hosts: h1
  vars: {word: of the play, other: of the play}
  vars_files: [vars.yml]
  vars_prompt: [{name: word, private: false}, {name: other, private: false}]
  tasks: [{debug: {msg: "{{ word }}, {{ other }}"}}]
`
  expect((await tlsplay(playbook, ['run'], ['typed', 'typed'])).out).toContain('typed, of the file')
})

test('the answer may say on which hosts a play runs', async () => {
  const playbook = questions('{name: target, private: false}', '{name: word, private: false}').replace(
    '- hosts: h1',
    '- hosts: "{{ target }}"',
  )
  expect((await tlsplay(playbook, ['run'], ['h2', 'x'])).out).toContain('ok: [h2] tell: x')
  const hidden = await tlsplay(playbook.replace('{name: target, private: false}', 'name: target'), ['run'], ['h2', 'x'])
  expect(hidden).toMatchObject({ code: 1 })
  expect(hidden.err).toContain('private: false')
})

test('without a terminal a default counts with a warning, and a question without one is told with what to do', async () => {
  const quiet = await tlsplay(questions('{name: word, default: here}'), ['run'])
  expect(quiet.code).toBe(0)
  expect(quiet.out + quiet.err).toContain('there is no terminal to ask for word: its default counts')
  expect(quiet.out).toContain('here')
  const refused = await tlsplay(questions('{name: word}', '{name: other}'), ['run'])
  expect(refused.code).toBe(1)
  expect(refused.err).toContain('site.yml:3:14: error OPTION_INVALID: cannot ask for word: there is no terminal')
  expect(refused.err).toContain('give it with -e other=VALUE')
})

test('whoever only looks is not asked, and what the answer would be is not known', async () => {
  for (const words of [
    ['plan', '--syntax-check'],
    ['plan', '--list-tasks'],
  ])
    expect(await tlsplay(questions('name: word'), words, []), words.join(' ')).toMatchObject({ code: 0, asked: [] })
  const io = fakeIo(['explain', 'var', 'word', '--host', 'h1', '-p', 'site.yml', '-i', 'hosts.yml'], { cwd })
  expect(await runProgram(io)).toBe(0)
  expect(io.out()).toMatch(/= known when hosts have been asked or tasks have run\n {2}> vars_prompt +site.yml:3:13/)
})

test('a saved plan is applied with the answers that it was made with', async () => {
  const playbook = questions('{name: word, private: false}')
  expect(await tlsplay(playbook, ['plan', '-o', 'kept'], ['one'])).toMatchObject({ code: 0, asked: ['word: '] })
  const apply = async (answer: string) => {
    const io = fakeIo(['apply', 'kept'], { cwd, env: { HOME: cwd, PATH: process.env['PATH'] } })
    const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined })
    io.stderr.on('data', (chunk: Buffer) => chunk.toString().endsWith(': ') && stdin.write(`${answer}\r`))
    return { code: await runProgram({ ...io, stdin }), err: io.err() }
  }
  const other = await apply('two')
  expect(other.code).toBe(1)
  expect(other.err).toContain('answers to vars_prompt')
  expect((await apply('one')).code).toBe(0)
})
