import { expect, test } from 'vitest'
import { Secret, Unknown } from '../../src/model/value.ts'
import { assert } from '../../src/tasks/assert/index.ts'
import { debug } from '../../src/tasks/debug/index.ts'
import { fail } from '../../src/tasks/fail/index.ts'
import { setFact } from '../../src/tasks/set_fact/index.ts'
import { contextOf, questionsOf } from './host.ts'

const context = contextOf([])
const holds = { text: 'a == 1', result: true }
const broken = { text: 'b == 2', result: false }

test.each([
  { case: 'one condition', params: { that: holds }, failed: undefined, reason: 'holds: a == 1' },
  { case: 'all hold', params: { that: [holds, holds] }, failed: undefined, reason: 'all 2 conditions hold' },
  { case: 'all hold, own words', params: { that: [holds], success_msg: 'good' }, failed: undefined, reason: 'good' },
  { case: 'one does not', params: { that: [holds, broken] }, failed: 'assertion failed: b == 2', reason: 'assertion failed: b == 2' },
  {
    case: 'one does not, own words',
    params: { that: [broken], fail_msg: 'bad' },
    failed: 'bad (assertion failed: b == 2)',
    reason: 'bad (assertion failed: b == 2)',
  },
])('assert: $case', ({ params, failed, reason }) => {
  const decision = assert.plan(params, context)
  expect(decision).toMatchObject({ changes: [], predicts: [], reason })
  expect(decision.failed).toBe(failed)
})

test.each([
  { case: 'a text', params: { msg: 'hello' }, reason: 'hello' },
  { case: 'nothing', params: {}, reason: 'Hello world!' },
  { case: 'a map', params: { msg: { a: [1, null] } }, reason: '{\n  "a": [\n    1,\n    null\n  ]\n}' },
  { case: 'an expression', params: { var: { text: 'r.rc', result: 0 } }, reason: 'r.rc: 0' },
  { case: 'a secret', params: { msg: Secret.join(['pw: ', Secret.of('s3cret')]) }, reason: 'pw: (secret)' },
  { case: 'a secret inside', params: { var: { text: 'x', result: { pw: Secret.of('s3cret') } } }, reason: 'x: {\n  "pw": "(secret)"\n}' },
  { case: 'something not known yet', params: { msg: [new Unknown('later')] }, reason: '[\n  "(known after apply)"\n]' },
])('debug shows $case', ({ params, reason }) => {
  const decision = debug.plan(params, context)
  expect(decision.reason).toBe(reason)
  expect(decision).toMatchObject({ changes: [], predicts: [] })
})

test('debug of both is refused', () => {
  expect(debug.plan({ msg: 'a', var: { text: 'b', result: 1 } }, context).problems).toMatchObject([{ code: 'VALUE_INVALID' }])
})

test.each([
  { case: 'its message', params: { msg: 'no room' }, failed: 'no room' },
  { case: 'without one', params: {}, failed: 'Failed as requested from task' },
  { case: 'a secret, hidden', params: { msg: Secret.join(['pw: ', Secret.of('s3cret')]) }, failed: 'pw: (secret)' },
])('fail says $case', ({ params, failed }) => {
  expect(fail.plan(params, context)).toMatchObject({ changes: [], predicts: [], reason: failed, failed })
})

test('set_fact sets values as they are', () => {
  const secret = Secret.of('s3cret')
  const decision = setFact.plan({ a: 1, b: secret, c: [true] }, context)
  expect(decision.sets).toEqual({ a: 1, b: secret, c: [true] })
  expect(decision.reason).toBe('sets a, b, c')
})

test('none of them asks or does anything', () => {
  expect([
    questionsOf(assert, { that: holds }, []),
    questionsOf(debug, {}, []),
    questionsOf(fail, {}, []),
    questionsOf(setFact, {}, []),
  ]).toEqual([[], [], [], []])
  const nothing = { action: 'run', target: '', summary: '', diffs: [], reason: '' } as const
  for (const type of [assert, debug, fail, setFact])
    expect(type.apply(nothing as never).next()).toEqual({ done: true, value: { changed: false } })
})
