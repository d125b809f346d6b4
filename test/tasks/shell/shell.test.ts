import { describe, expect, test } from 'vitest'
import { absent, type CommandFact } from '../../../src/model/fact.ts'
import { Secret, Unknown } from '../../../src/model/value.ts'
import { shell } from '../../../src/tasks/shell/index.ts'
import type { ShellParams } from '../../../src/tasks/shell/schema.ts'
import type { Told } from '../../fakes/view.ts'
import { contextOf, deedOf, questionsOf, there } from '../host.ts'

const said = (rc: number, stdout = ''): CommandFact => ({ rc, stdout, stderr: '' })
const asked = (line: string, answer: CommandFact, sh = '/bin/sh'): Told => ['command', { argv: [sh, '-c', line] }, answer]

describe('in a plan it is only named', () => {
  const decision = shell.plan({ cmd: 'a | b > "$c"', chdir: '/srv', env: { c: 'd' } }, contextOf([], { user: 'app' }))
  test('with its line, and a result that is known after apply', () => {
    expect(decision.changes).toMatchObject([{ action: 'run', summary: 'run a | b > "$c"', reason: 'runs each time' }])
    expect(decision.result).toMatchObject({ cmd: 'a | b > "$c"', rc: expect.any(Unknown) })
    expect(decision.warnings).toEqual([])
  })
  test('its step hands the line to the shell as one word', () => {
    const [change] = decision.changes
    if (change === undefined) throw new Error('nothing to run')
    const { steps, result } = deedOf(shell, change, [{ ok: true, rc: 3, stdout: 'x\n', stderr: 'no\n' }])
    expect(steps).toEqual([
      { kind: 'run', command: { argv: ['/bin/sh', '-c', 'a | b > "$c"'] }, env: { c: 'd' }, as: 'app', chdir: '/srv', mayFail: true },
    ])
    expect(result).toMatchObject({ failed: 'the line for /bin/sh ended with 3: no', values: { cmd: 'a | b > "$c"', stdout: 'x', rc: 3 } })
  })
})

test.each<{ case: string; params: ShellParams; facts: readonly Told[]; runs: boolean; reason: string }>([
  { case: 'creates, there', params: { cmd: 'x', creates: '/a' }, facts: [there('/a')], runs: false, reason: '/a exists' },
  { case: 'removes, there', params: { cmd: 'x', removes: '/a' }, facts: [there('/a')], runs: true, reason: '/a exists' },
  { case: 'removes, missing', params: { cmd: 'x', removes: '/a' }, facts: [there('/a', absent)], runs: false, reason: '/a does not exist' },
  {
    case: 'unless is a line for the shell',
    params: { cmd: 'x', unless: 'a | b' },
    facts: [asked('a | b', said(0))],
    runs: false,
    reason: "unless: /bin/sh -c 'a | b' succeeds",
  },
  {
    case: 'onlyif in the same shell',
    params: { cmd: 'x', executable: '/bin/bash', onlyif: 'a' },
    facts: [asked('a', said(1), '/bin/bash')],
    runs: false,
    reason: 'onlyif: /bin/bash -c a ends with 1',
  },
  {
    case: 'a list is no line',
    params: { cmd: 'x', unless: ['false'] },
    facts: [['command', { argv: ['false'] }, said(1)]],
    runs: true,
    reason: 'unless fails',
  },
])('guard: $case', ({ params, facts, runs, reason }) => {
  const decision = shell.plan(params, contextOf(facts))
  expect(decision.changes).toHaveLength(runs ? 1 : 0)
  expect(decision.reason).toBe(reason)
})

test('a line that only reads answers in the plan, and waits behind a change', () => {
  const params: ShellParams = { cmd: 'a | wc -l', reads: true }
  expect(shell.plan(params, contextOf([asked('a | wc -l', said(0, '7\n'))]))).toMatchObject({ changes: [], result: { stdout: '7' } })
  expect(shell.plan(params, contextOf([], { dirty: true })).later).toContain('reads anything')
})

test.each<{ case: string; params: ShellParams; code: string; words: string }>([
  {
    case: 'a secret in the line',
    params: { cmd: Secret.join(['x ', Secret.of('p')]) },
    code: 'SECRET_EXPOSED',
    words: 'shell: cmd holds a secret',
  },
  { case: 'a secret in a guard', params: { cmd: 'x', unless: Secret.of('p') }, code: 'SECRET_EXPOSED', words: 'unless holds a secret' },
  { case: 'a secret variable', params: { cmd: 'x', env: { PW: Secret.of('p') } }, code: 'SECRET_EXPOSED', words: 'the variable PW' },
  { case: 'a blank line', params: { cmd: ' \n' }, code: 'VALUE_INVALID', words: 'empty' },
])('refused: $case', ({ params, code, words }) => {
  const decision = shell.plan(params, contextOf([]))
  expect(decision).toMatchObject({ changes: [], problems: [{ code, message: expect.stringContaining(words) }] })
})

test('paths of its guards are asked for', () => {
  expect(questionsOf(shell, { cmd: 'x', creates: '/a', reads: ['/b'] }, [there('/a'), there('/b')])).toEqual([['file /a', 'file /b']])
  expect(questionsOf(shell, { cmd: 'x' }, [])).toEqual([])
})
