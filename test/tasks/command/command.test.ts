import { describe, expect, test } from 'vitest'
import { absent, type CommandFact } from '../../../src/model/fact.ts'
import { Secret, Unknown } from '../../../src/model/value.ts'
import { command } from '../../../src/tasks/command/index.ts'
import type { CommandParams } from '../../../src/tasks/command/schema.ts'
import type { Told } from '../../fakes/view.ts'
import { contextOf, deedOf, fileFact, questionsOf, there } from '../host.ts'

const said = (rc: number, stdout = '', stderr = ''): CommandFact => ({ rc, stdout, stderr })
const asked = (argv: readonly string[], answer: CommandFact, more: object = {}): Told => ['command', { argv, ...more }, answer]
const made = '/var/lib/app/made'

describe('in a plan it is only named', () => {
  const decision = command.plan(
    { cmd: "make 'two words'", chdir: '/srv', timeout: 9, env: { A: 'b' }, stdin: Secret.of('s3cret') },
    contextOf([], { user: 'app' }),
  )

  test('with what it would run', () => {
    expect(decision.changes).toMatchObject([{ action: 'run', summary: "run make 'two words'", reason: 'runs each time' }])
  })

  test('and its result is known after apply', () => {
    expect(decision.result).toMatchObject({
      cmd: ['make', 'two words'],
      rc: expect.any(Unknown),
      stdout: expect.any(Unknown),
      stdout_lines: expect.any(Unknown),
    })
  })

  test('its step says as whom, where, with what', () => {
    const [change] = decision.changes
    const { steps, result } =
      change === undefined
        ? { steps: [], result: undefined }
        : deedOf(command, change, [{ ok: true, rc: 0, stdout: 'one\ntwo\n\n', stderr: '' }])
    expect(steps).toEqual([
      {
        kind: 'run',
        command: { argv: ['make', 'two words'] },
        env: { A: 'b' },
        as: 'app',
        chdir: '/srv',
        stdin: expect.any(Secret),
        timeoutSeconds: 9,
        mayFail: true,
      },
    ])
    expect(result).toEqual({
      changed: true,
      values: { cmd: ['make', 'two words'], rc: 0, stdout: 'one\ntwo', stderr: '', stdout_lines: ['one', 'two'], stderr_lines: [] },
    })
    expect(JSON.stringify(decision)).not.toContain('s3cret')
  })

  test('a failure says how it ended and what it said last', () => {
    const [change] = decision.changes
    expect(
      change === undefined ? undefined : deedOf(command, change, [{ ok: false, rc: 3, stdout: 'x', stderr: 'a\nb\n' }]).result,
    ).toMatchObject({ changed: true, failed: 'make ended with 3: b', values: { rc: 3, stderr_lines: ['a', 'b'] } })
  })
})

test.each<{ case: string; params: CommandParams; facts: readonly Told[]; runs: boolean; reason: string }>([
  {
    case: 'creates, missing',
    params: { cmd: 'x', creates: made },
    facts: [there(made, absent)],
    runs: true,
    reason: `${made} does not exist`,
  },
  { case: 'creates, there', params: { cmd: 'x', creates: made }, facts: [there(made)], runs: false, reason: `${made} exists` },
  { case: 'removes, there', params: { cmd: 'x', removes: made }, facts: [there(made)], runs: true, reason: `${made} exists` },
  {
    case: 'removes, missing',
    params: { cmd: 'x', removes: made },
    facts: [there(made, absent)],
    runs: false,
    reason: `${made} does not exist`,
  },
  {
    case: 'unless succeeds',
    params: { cmd: 'x', unless: 'test -f "a b"' },
    facts: [asked(['test', '-f', 'a b'], said(0))],
    runs: false,
    reason: "unless: test -f 'a b' succeeds",
  },
  { case: 'unless fails', params: { cmd: 'x', unless: ['false'] }, facts: [asked(['false'], said(1))], runs: true, reason: 'unless fails' },
  {
    case: 'onlyif succeeds',
    params: { cmd: 'x', onlyif: 'true', chdir: '/srv' },
    facts: [asked(['true'], said(0), { chdir: '/srv' })],
    runs: true,
    reason: 'onlyif succeeds',
  },
  {
    case: 'onlyif fails',
    params: { cmd: 'x', onlyif: 'grep a b' },
    facts: [asked(['grep', 'a', 'b'], said(2))],
    runs: false,
    reason: 'onlyif: grep a b ends with 2',
  },
])('guard: $case', ({ params, facts, runs, reason }) => {
  const decision = command.plan(params, contextOf(facts))
  expect(decision.changes).toHaveLength(runs ? 1 : 0)
  expect(decision.reason).toBe(reason)
  if (!runs) expect(decision.result).toMatchObject({ rc: 0, stdout: '' })
})

test('a guard is asked as the user of the task', () => {
  expect(command.plan({ cmd: 'x', unless: 'true' }, contextOf([asked(['true'], said(0), { as: 'app' })], { user: 'app' })).changes).toEqual(
    [],
  )
})

test('guards wait for earlier changes, paths do not', () => {
  expect(command.plan({ cmd: 'x', unless: 'true' }, contextOf([], { dirty: true }))).toMatchObject({
    changes: [],
    later: expect.stringContaining('unless'),
  })
  expect(command.plan({ cmd: 'x', creates: made }, contextOf([there(made)], { dirty: true }))).toMatchObject({
    changes: [],
    reason: `${made} exists`,
  })
})

describe('a command that only reads', () => {
  const params: CommandParams = { argv: ['app', '--version'], reads: ['/usr/bin/app'] }
  const answer = asked(params.argv as string[], said(0, '1.2\n'))

  test.each([
    { case: 'nothing acts before it', facts: [answer], dirty: false, params },
    { case: 'what acts before it leaves its file alone', facts: [answer, there('/usr/bin/app', fileFact())], dirty: true, params },
    { case: 'reads anything, and nothing acts', facts: [answer], dirty: false, params: { ...params, reads: true as const } },
  ])('answers in the plan: $case', ({ facts, dirty, params: given }) => {
    expect(command.plan(given, contextOf(facts, { dirty }))).toMatchObject({ changes: [], result: { rc: 0, stdout: '1.2' } })
  })

  test.each([
    { case: 'its file is written', facts: [there('/usr/bin/app', fileFact({ mtime: Number.POSITIVE_INFINITY }))], params },
    { case: 'its file is not there', facts: [there('/usr/bin/app', absent)], params },
    { case: 'it reads a folder', facts: [there('/usr/bin/app')], params },
    { case: 'it reads anything', facts: [], params: { ...params, reads: true as const } },
  ])('waits when $case', ({ facts, params: given }) => {
    expect(command.plan(given, contextOf(facts, { dirty: true }))).toMatchObject({
      changes: [],
      later: expect.stringContaining('which earlier tasks change'),
    })
  })

  test('a failure is a failure of the task', () => {
    expect(command.plan(params, contextOf([asked(params.argv as string[], said(4, '', 'no\n'))]))).toMatchObject({
      failed: 'app ended with 4: no',
      result: { rc: 4 },
    })
  })

  test.each([
    [124, 'timed out after 5 s: app ended with 124'],
    [143, 'timed out after 5 s: app ended with 143'],
    [1, 'app ended with 1'],
  ])('with a limit that ends it with %i it fails as: %s', (rc, failed) => {
    const told = asked(['timeout', '5', ...(params.argv as string[])], said(rc))
    expect(command.plan({ ...params, timeout: 5 }, contextOf([told]))).toMatchObject({ failed })
  })

  test('without a limit 124 is a status like any other', () => {
    expect(command.plan(params, contextOf([asked(params.argv as string[], said(124))]))).toMatchObject({ failed: 'app ended with 124' })
  })

  test('variables, limit and stdin go along in the question', () => {
    const argv = ['sh', '-c', 'tls_in=$1; shift; printf %s "$tls_in" | "$@"', 'sh', 'in', 'env', 'A=b c', 'timeout', '5', 'wc']
    expect(
      command.plan({ cmd: 'wc', reads: true, stdin: 'in', env: { A: 'b c' }, timeout: 5 }, contextOf([asked(argv, said(0, '2'))])).result,
    ).toMatchObject({ stdout: '2' })
  })
})

test.each<{ case: string; params: CommandParams; code: string; words: string }>([
  { case: 'a secret word', params: { argv: ['x', Secret.of('p')] }, code: 'SECRET_EXPOSED', words: 'argv holds a secret' },
  {
    case: 'a secret in the line',
    params: { cmd: Secret.join(['x ', Secret.of('p')]) },
    code: 'SECRET_EXPOSED',
    words: 'cmd holds a secret',
  },
  { case: 'a secret variable', params: { cmd: 'x', env: { PW: Secret.of('p') } }, code: 'SECRET_EXPOSED', words: 'the variable PW' },
  { case: 'a secret in a guard', params: { cmd: 'x', unless: [Secret.of('p')] }, code: 'SECRET_EXPOSED', words: 'unless holds a secret' },
  { case: 'secret stdin of a question', params: { cmd: 'x', reads: true, stdin: Secret.of('p') }, code: 'SECRET_EXPOSED', words: 'stdin' },
  { case: 'neither', params: {}, code: 'VALUE_INVALID', words: 'got neither' },
  { case: 'both', params: { cmd: 'x', argv: ['x'] }, code: 'VALUE_INVALID', words: 'got both' },
  { case: 'an open quote', params: { cmd: "x 'y" }, code: 'VALUE_INVALID', words: 'never closed' },
  { case: 'an empty line', params: { cmd: '  ' }, code: 'VALUE_INVALID', words: 'empty line' },
])('refused: $case', ({ params, code, words }) => {
  const { problems } = command.plan(params, contextOf([]))
  expect(problems).toMatchObject([{ code, message: expect.stringContaining(words) }])
  expect(JSON.stringify(problems)).not.toContain('"p"')
  if (code === 'SECRET_EXPOSED' && params.stdin === undefined) expect(problems?.[0]?.hint).toContain('stdin:')
})

test('words of a shell are warned about, the same in quotes of argv are not', () => {
  expect(command.plan({ cmd: 'a | b' }, contextOf([])).warnings).toEqual([
    'command uses no shell: | is handed to a as it is; the task type shell has one',
  ])
  expect(command.plan({ argv: ['a', '|', 'b'] }, contextOf([])).warnings).toEqual([])
})

test('what it makes is not known until it has run', () => {
  const invalid = command.plan({ cmd: 'x', creates: made }, contextOf([there(made, absent)])).invalidates?.[0]
  const where = invalid?.where as ((target: { path: string }) => boolean) | undefined
  expect([where?.({ path: made }), where?.({ path: `${made}/below` }), where?.({ path: `${made}2` })]).toEqual([true, true, false])
})

test('paths are asked for in one round, and nothing when there are none', () => {
  expect(questionsOf(command, { cmd: 'x', creates: '/a/', reads: ['/b'] }, [there('/a'), there('/b')])).toEqual([['file /a', 'file /b']])
  expect(questionsOf(command, { cmd: 'x' }, [])).toEqual([])
})
