import { describe, expect, test } from 'vitest'
import { type ProblemCode, problemCodes } from '../../src/model/problem-codes.ts'
import { taskTypes } from '../../src/tasks/index.ts'
import { attempt } from './attempt.ts'
import type { BadCase } from './bad-case.ts'
import { corpus } from './cases/index.ts'
import { complaints, stackTrace, styleFaults } from './verdict.ts'

const all = [...corpus.values()].flat()

describe.each([...corpus])('%s', (_, cases) => {
  test.each(cases)('$name', async (one: BadCase) => {
    expect(complaints(one.expect, await attempt(one))).toEqual([])
  })
})

test('a selected tag that no task has is a warning, as nothing is wrong with the playbook', async () => {
  const { problems, warnings } = await attempt({
    files: { 'site.yml': '- hosts: all\n  tasks:\n    - {debug: {msg: x}, tags: certificates}\n' },
    args: ['-t', 'certificate', '--skip-tags', 'nope'],
  })
  expect(problems).toEqual([])
  expect(warnings).toMatchObject([
    { code: 'TAG_UNKNOWN', hint: 'did you mean "certificates"?' },
    { code: 'TAG_UNKNOWN', message: 'no task has the tag nope of --skip-tags' },
  ])
})

test.each([
  ['item', 'vars: {item: 1}', '', 'site.yml:6:13', 'loop_var'],
  ['n', 'vars: {n: 1}', ', index_var: n', 'site.yml:6:13', 'index_var'],
])('a loop that hides the variable %s is a warning', async (name, vars, control, at, hint) => {
  const file = `- hosts: all\n  ${vars}\n  tasks:\n    - debug: {msg: x}\n      loop_control: {pause: 0${control}}\n      loop: [1]\n`
  const { problems, warnings } = await attempt({ files: { 'site.yml': file } })
  expect(problems).toEqual([])
  expect(warnings.map(({ code, at, message, hint }) => [code, `${at?.file}:${at?.line}:${at?.column}`, message, hint])).toEqual([
    ['LOOP_VAR_HIDES', at, `the loop hides the variable ${name}, which is defined already`, expect.stringContaining(hint)],
  ])
})

describe('the corpus', () => {
  test('has 200 cases and more, no two alike', () => {
    expect(all.length).toBeGreaterThanOrEqual(200)
    expect(new Set(all.map(({ files, links, args, env }) => JSON.stringify([files, links, args, env]))).size).toBe(all.length)
    for (const cases of corpus.values()) expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length)
  })

  test('meets every code that loading and compiling can give', () => {
    const codes = Object.keys(problemCodes) as readonly ProblemCode[]
    const reachable = codes
      .slice(0, codes.indexOf('HOST_UNREACHABLE'))
      .filter((code) => code !== 'TAG_UNKNOWN' && code !== 'LOOP_VAR_HIDES')
    const met = new Set(all.map((one) => one.expect.code))
    expect(reachable.filter((code) => !met.has(code))).toEqual([])
  })

  test('has wrong parameters of every task type', () => {
    const types = [...taskTypes.keys()]
    const met = new Set(['parameters', 'plan'].flatMap((theme) => corpus.get(theme) ?? []).map(({ name }) => name.split(':')[0] ?? ''))
    expect(types.filter((type) => !met.has(type))).toEqual([])
  })

  test('points at a place wherever there is a text to point into', () => {
    const withoutPlace = all.filter((one) => one.expect.at === undefined)
    expect(withoutPlace.map((one) => one.name)).toEqual([
      'an inventory that is not there',
      'a folder of inventories that is empty',
      'a user to log in as that cannot be one',
      'a user to become that cannot be one',
    ])
  })
})

describe('the checks can fail', () => {
  const [first] = corpus.get('tasks') ?? []
  if (first === undefined) throw new Error('the corpus is empty')

  test('on a good playbook nothing is found, which a case would not accept', async () => {
    const good = await attempt({})
    expect(good.problems).toEqual([])
    expect(complaints(first.expect, good)).toEqual(['nothing was found to be wrong'])
  })

  test.each([
    { case: 'code', wrong: { code: 'KEY_UNKNOWN' } as const },
    { case: 'place', wrong: { at: 'site.yml:3:8' } },
    { case: 'message', wrong: { message: 'something else' } },
    { case: 'hint', wrong: { hint: 'something else' } },
    { case: 'secret', wrong: { hides: 'a task must be a map' } },
  ])('a wrong $case is caught', async ({ wrong }) => {
    const answer = await attempt(first)
    expect(complaints(first.expect, answer)).toEqual([])
    expect(complaints({ ...first.expect, ...wrong }, answer)).not.toEqual([])
  })

  test('a problem without a place, or with one that is not there, is caught', async () => {
    const { texts } = await attempt({})
    const bare = { code: 'KEY_UNKNOWN', message: 'x' } as const
    const expected = { code: 'KEY_UNKNOWN', at: 'site.yml:1:1', message: 'x' } as const
    expect(complaints(expected, { texts, warnings: [], problems: [bare] })).toContain('"x" has no place')
    expect(
      complaints(expected, { texts, warnings: [], problems: [{ ...bare, at: { file: 'site.yml', line: 9, column: 1 } }] }).join(),
    ).toContain('which is not there')
  })

  test.each(['ends in a period.', 'Starts with a capital', 'two\nlines', 'got [object Object]', 'got undefined', ''])(
    'style: %j is caught',
    (message) => {
      expect(styleFaults({ code: 'KEY_UNKNOWN', message })).toHaveLength(1)
    },
  )

  test('a stack trace is known when it is seen', () => {
    expect(stackTrace.test(new Error('x').stack ?? '')).toBe(true)
    expect(stackTrace.test('site.yml:3:7: error KEY_UNKNOWN: "x"\n  at the end')).toBe(false)
  })
})
