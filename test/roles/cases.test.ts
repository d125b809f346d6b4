import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runProgram } from '../../src/cli/program.ts'
import { fakeIo } from '../cli/fake-io.ts'
import { Machine, roleTexts, writeTexts } from '../sources/teams.ts'

const root = join(fileURLToPath(new URL('.', import.meta.url)), '../..')

test.each(readdirSync(join(root, 'roles')))('the role %s has a case and more, and each of them holds', async (name) => {
  const io = fakeIo(['role', 'test', name], { cwd: root })
  expect({ code: await runProgram(io), err: io.err() }).toEqual({ code: 0, err: '' })
  expect(io.out()).toMatch(/^(?:\S+ \S+\.yml: as expected\n)+$/)
})

describe('a case', () => {
  let machine: Machine
  beforeEach(() => {
    machine = new Machine()
  })
  afterEach(() => machine.remove())

  /** Tries one case of a role with these tasks. */
  async function tried(one: string, tasks?: string) {
    writeTexts(machine.project, {
      ...Object.fromEntries(Object.entries(roleTexts('1.0.0')).map(([path, text]) => [`roles/note/${path}`, text])),
      'roles/note/cases/a.yml': one,
      ...(tasks === undefined ? {} : { 'roles/note/tasks/main.yml': tasks }),
    })
    return machine.run('role', 'test')
  }

  test('that holds says so', async () => {
    const { code, out } = await tried(
      'inputs: {path: /etc/note}\nexpect: {changes: [create /etc/note], shows: [version 1.0.0], later: []}\n',
    )
    expect({ code, out }).toEqual({ code: 0, out: 'note a.yml: as expected\n' })
  })

  test.each([
    {
      what: 'another change',
      one: 'expect: {changes: []}\n',
      err: 'a.yml:1:19: error ROLE_CASE: the plan changes something else',
      hint: '  - create /tmp/note',
    },
    {
      what: 'the same changes in another order',
      one: 'expect:\n  changes: [create /b, create /a]\n',
      tasks: '- copy: {dest: /a, content: x}\n- copy: {dest: /b, content: x}\n',
      err: 'a.yml:2:12: error ROLE_CASE',
      hint: '- create /a\n      - create /b',
    },
    {
      what: 'a line that is not shown',
      one: 'expect: {shows: [version 2]}\n',
      err: 'a.yml:1:17: error ROLE_CASE: the plan does not show: version 2',
      hint: 'version 1.0.0',
    },
    {
      what: 'a task that is known later',
      one: 'expect: {later: []}\n',
      tasks: '- command: {argv: [x]}\n  register: r\n- debug: {msg: "{{ r.stdout }}"}\n',
      err: 'a.yml:1:17: error ROLE_CASE: other tasks are known after apply',
      hint: 'note : debug',
    },
    {
      what: 'a refusal',
      one: 'inputs: {path: /nowhere/x}\nexpect: {changes: []}\n',
      err: 'a.yml:2:9: error ROLE_CASE: the plan refuses, which the case does not expect',
      hint: '- PATH_REFUSED',
    },
    {
      what: 'another refusal',
      one: 'inputs: {path: /nowhere/x}\nexpect: {refused: [NO_SPACE]}\n',
      err: 'a.yml:2:19: error ROLE_CASE: the plan refuses with other problems',
      hint: '- PATH_REFUSED',
    },
    { what: 'no refusal', one: 'expect: {refused: [NO_SPACE]}\n', err: 'a.yml:1:19: error ROLE_CASE', hint: 'refused: []' },
    {
      what: 'a wrong input',
      one: 'inputs: {pth: /x}\nexpect: {changes: []}\n',
      err: 'a.yml:1:9: error ROLE_INPUT: the role note has no input "pth"',
      hint: 'did you mean "path"?',
    },
    {
      what: 'a command without an answer',
      one: 'expect: {changes: []}\n',
      tasks: '- command: {argv: [x], unless: [test, -e, /y]}\n',
      err: 'error ROLE_CASE: the role asks a command whose answer the case does not give: ["test","-e","/y"]',
      hint: 'add to facts:',
    },
    { what: 'a key nobody knows', one: 'expects: {}\n', err: 'a.yml:1:1: error KEY_UNKNOWN: "expects"', hint: 'did you mean "expect"?' },
    { what: 'nothing to expect', one: 'inputs: {}\n', err: 'a.yml:1:1: error KEY_MISSING', hint: 'expect' },
    {
      what: 'a fact of two kinds',
      one: 'facts: [{user: {name: a}, group: {name: b}, is: absent}]\nexpect: {changes: []}\n',
      err: 'a.yml:1:9: error',
      hint: '',
    },
    { what: 'no YAML', one: 'a: [\n', err: 'error YAML_SYNTAX', hint: '' },
  ])('with $what is told, with what would be right', async ({ one, tasks, err, hint }) => {
    const ended = await tried(one, tasks)
    expect(ended.code).toBe(1)
    expect(ended.out).toBe('note a.yml: not as expected\n')
    expect(ended.err).toContain(err)
    expect(ended.err).toContain(hint)
  })

  test('gives files, facts, variables and files of the project; nothing beside the playbook counts', async () => {
    writeTexts(machine.project, { 'group_vars/all.yml': 'word: from the project\n' })
    const tasks = [
      '- command: {argv: [x], unless: [y]}',
      '- copy: {dest: /etc/app/from, src: given.txt, owner: app}',
      '- lineinfile: {path: /etc/app/settings, line: "word={{ word }}"}',
      '- debug: {msg: "{{ facts.os.family }} {{ facts.services.app.active_state }}"}\n',
    ].join('\n')
    const one = `
vars: {word: of the case}
project: {given.txt: hello}
files:
  /etc/app: {type: directory}
  /etc/app/settings: {content: "a=1\\n", owner: app, mode: '0600'}
facts:
  - command: {argv: [y]}
    is: {rc: 1}
  - system: {}
    is: {osFamily: RedHat}
  - unit: {name: app}
    is: {activeState: failed}
  - tool: {name: openssl}
    is: absent
expect:
  changes: [run x, create /etc/app/from, update /etc/app/settings]
  shows: ["| +hello", "| +word=of the case", RedHat failed]
`
    const { code, err } = await tried(one, tasks)
    expect({ code, err }).toEqual({ code: 0, err: '' })
  })

  test('of a role of the lock, of a folder, and of a role without one', async () => {
    const texts = roleTexts('1.0.0', { 'cases/a.yml': 'expect: {changes: [create /tmp/note]}\n' })
    writeTexts(join(machine.folder, 'shared/note'), texts)
    await machine.must('role', 'add', '../shared/note')
    expect(await machine.must('role', 'test', 'note')).toBe('note a.yml: as expected\n')
    expect(await machine.must('role', 'test', '../shared/note', '--folder', '..')).toBe('note a.yml: as expected\n')
    writeTexts(machine.project, { 'roles/bare/role.yml': "summary: s\nversion: '1'\n" })
    expect(await machine.must('role', 'test', 'bare')).toBe('bare: no case in cases/\n')
    expect((await machine.run('role', 'test', 'nope')).err).toContain('error ROLE_UNKNOWN: there is no role nope')
  })

  test('comes with a role that was begun', async () => {
    await machine.must('role', 'init', 'greeting')
    expect(await machine.must('role', 'test')).toBe('greeting first.yml: as expected\n')
  })
})
