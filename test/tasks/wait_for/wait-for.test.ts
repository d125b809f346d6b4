import { expect, test } from 'vitest'
import { absent, type Answer, type FileFact, type ListenerFact } from '../../../src/model/fact.ts'
import { Unknown } from '../../../src/model/value.ts'
import type { AskStep } from '../../../src/model/step.ts'
import { waitFor } from '../../../src/tasks/wait_for/index.ts'
import type { WaitForParams } from '../../../src/tasks/wait_for/schema.ts'
import type { Told } from '../../fakes/view.ts'
import { contextOf, deedOf, fileFact, questionsOf, there } from '../host.ts'

const listener = (state: ListenerFact['state'], error?: string): ListenerFact => ({
  state,
  chain: [],
  ...(error === undefined ? {} : { error }),
})
const target = { from: 'host', address: '127.0.0.1', port: 9090, serverName: '', probeWeakness: false } as const
const heard = (fact: Answer<ListenerFact>): Told => ['listener', target, fact]
const port: WaitForParams = { port: 9090, timeout: 7 }
const path: WaitForParams = { path: '/run/app.sock' }

test.each<{ case: string; params: WaitForParams; fact: Told; settled: boolean }>([
  { case: 'a plain port', params: port, fact: heard(listener('plain')), settled: true },
  { case: 'a TLS port', params: port, fact: heard(listener('tls')), settled: true },
  { case: 'a closed port', params: port, fact: heard(listener('closed')), settled: false },
  { case: 'a port that gives no answer', params: port, fact: heard(listener('failed')), settled: false },
  { case: 'an unknown port', params: port, fact: heard(new Unknown('?')), settled: false },
  { case: 'stopped: a closed port', params: { ...port, state: 'stopped' }, fact: heard(listener('closed')), settled: true },
  { case: 'stopped: a TLS port', params: { ...port, state: 'stopped' }, fact: heard(listener('tls')), settled: false },
  { case: 'stopped: a port that gives no answer', params: { ...port, state: 'stopped' }, fact: heard(listener('failed')), settled: false },
  { case: 'a path', params: path, fact: there('/run/app.sock', fileFact({ type: 'other' })), settled: true },
  { case: 'a missing path', params: path, fact: there('/run/app.sock', absent), settled: false },
  { case: 'a path that may not be seen', params: path, fact: there('/run/app.sock', new Unknown('permission denied')), settled: false },
  { case: 'absent: a missing path', params: { ...path, state: 'absent' }, fact: there('/run/app.sock', absent), settled: true },
  { case: 'absent: a path', params: { ...path, state: 'absent' }, fact: there('/run/app.sock', fileFact()), settled: false },
])('$case', ({ params, fact, settled }) => {
  const decision = waitFor.plan(params, contextOf([fact]))
  expect(decision.changes.map(({ action }) => action)).toEqual(settled ? [] : ['check'])
  const later = waitFor.plan(params, contextOf([], { dirty: true })).changes[0]
  if (later === undefined) throw new Error('after a change it must be asked again')
  const { steps, result } = deedOf(waitFor, later, [{ ok: settled, rc: 0, stdout: '', stderr: '', facts: [fact[2] as FileFact] }])
  const ask = steps[0] as AskStep
  expect(ask.settled([fact[2]])).toBe(settled)
  expect(ask.settled([])).toBe(false)
  expect(result?.changed).toBe(false)
  expect(result?.failed === undefined).toBe(settled)
})

test('how long it waits, and what it says when that was not enough', () => {
  const change = waitFor.plan(port, contextOf([heard(listener('closed'))])).changes[0]
  expect(change?.summary).toBe('wait until port 9090 of 127.0.0.1 is started, at most 7 s')
  const { steps, result } =
    change === undefined
      ? { steps: [], result: undefined }
      : deedOf(waitFor, change, [{ facts: [listener('closed', 'connection refused')] }])
  expect(steps).toMatchObject([{ kind: 'ask', deadlineSeconds: 7 }])
  expect(result?.failed).toBe('port 9090 of 127.0.0.1 was not started within 7 s: connection refused')
  expect(waitFor.plan(path, contextOf([], { dirty: true })).changes[0]?.data.seconds).toBe(300)
})

test.each<{ params: WaitForParams; words: string }>([
  { params: {}, words: 'got neither' },
  { params: { port: 1, path: '/x' }, words: 'got both' },
  { params: { port: 1, state: 'absent' }, words: 'a port is started or stopped' },
  { params: { path: '/x', state: 'started' }, words: 'a path is present or absent' },
])('refused: $words', ({ params, words }) => {
  expect(waitFor.plan(params, contextOf([])).problems).toMatchObject([{ code: 'VALUE_INVALID', message: expect.stringContaining(words) }])
  expect(questionsOf(waitFor, params, [])).toEqual([])
})
