import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runProgram } from '../../src/cli/program.ts'
import { fakeIo } from './fake-io.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tlsplay-list-'))
  const write = (name: string, text: string): void => writeFileSync(join(cwd, name), text)
  write('hosts.yml', 'all: { hosts: { h1: { ansible_connection: local }, h2: { ansible_connection: local } } }\n')
  write('t.yml', '- {name: inner one, debug: {msg: c}}\n- {name: inner two, debug: {msg: d}, tags: [y]}\n')
  write(
    'site.yml',
    `- {name: before, hosts: all, tasks: [{name: zero, debug: {msg: z}}]}
- hosts: all
  tasks:
    - {name: first, debug: {msg: a}, tags: x}
    - include_tasks: t.yml
    - {name: last, debug: {msg: b}}
`,
  )
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

async function tlsplay(...words: readonly string[]) {
  const io = fakeIo([...words, '-i', 'hosts.yml'], { cwd, env: { HOME: cwd, PATH: process.env['PATH'] } })
  const code = await runProgram(io)
  return { code, out: io.out(), err: io.err() }
}

test('--list-hosts, --list-tasks and --list-tags print what is selected and do nothing', async () => {
  const { code, out } = await tlsplay('run', 'site.yml', '--list-hosts', '--list-tasks', '--list-tags', '-l', 'h2')
  expect(code).toBe(0)
  expect(out).toBe(`playbook: site.yml

  play #1 (all): before
    1 host
      h2
    1 task
      zero  site.yml:1
    tags: none

  play #2 (all): all
    1 host
      h2
    5 tasks
      first  site.yml:4  tags: x
      include_tasks  site.yml:5
        inner one  t.yml:1
        inner two  t.yml:2  tags: y
      last  site.yml:6
    tags: x, y
`)
})

test('--list-tags as JSON', async () => {
  const { code, out } = await tlsplay('plan', 'site.yml', '--list-tags', '--output', 'json')
  expect({ code, document: JSON.parse(out) as unknown }).toEqual({
    code: 0,
    document: {
      playbook: 'site.yml',
      plays: [
        { name: 'before', pattern: 'all', tags: [] },
        { name: 'all', pattern: 'all', tags: ['x', 'y'] },
      ],
    },
  })
})

test('--syntax-check reads and checks, and finds what is wrong', async () => {
  expect(await tlsplay('run', 'site.yml', '--syntax-check')).toMatchObject({ code: 0, out: 'playbook: site.yml\n' })
  writeFileSync(join(cwd, 't.yml'), '- debg: {msg: c}\n')
  expect(await tlsplay('run', 'site.yml', '--syntax-check')).toMatchObject({ code: 1, err: expect.stringContaining('TASK_TYPE_UNKNOWN') })
})

test.each([
  { name: 'last', tasks: ['last'] },
  { name: 'inner two', tasks: ['include_tasks', 'inner two', 'last'] },
  { name: 'inner*', tasks: ['include_tasks', 'inner one', 'inner two', 'last'] },
  { name: 'zero', tasks: ['zero', 'first', 'include_tasks', 'inner one', 'inner two', 'last'] },
])('--start-at-task $name passes over what stands before', async ({ name, tasks }) => {
  const { code, out } = await tlsplay('run', 'site.yml', '--start-at-task', name, '-l', 'h1', '-v')
  expect(code).toBe(0)
  expect([...out.matchAll(/^TASK \[(.*?)\]/gm)].map(([, label]) => label)).toEqual(tasks)
})

test('--start-at-task of no task is refused, with the one that was meant', async () => {
  expect(await tlsplay('plan', 'site.yml', '--start-at-task', 'inner tow')).toMatchObject({
    code: 1,
    err: expect.stringMatching(/no task has this name[^]*inner two/),
  })
})
