import { expect, test, vi } from 'vitest'
import { runView } from '../../src/cli/run-view.ts'
import type { RunEvent, TaskOutcome } from '../../src/model/event.ts'
import { emptyPlan, report } from '../view/documents.ts'
import { fakeIo } from './fake-io.ts'

const result: TaskOutcome = {
  ...{
    id: 'a',
    play: 'p',
    host: 'h1',
    label: 'web config',
    type: 'template',
    handler: false,
    at: { file: 'site.yml', line: 7, column: 5 },
  },
  ...{ status: 'changed', message: 'wrote 2 lines', detail: [] },
}
const events: readonly RunEvent[] = [
  { type: 'run_started', formatVersion: 1, tlsplay: '0.1.0', playbook: 'site.yml', mode: 'run', hosts: 2 },
  { type: 'phase_started', phase: 'plan', hosts: ['h1', 'h2'] },
  { type: 'host_done', phase: 'plan', host: 'h1', ok: true },
  { type: 'host_done', phase: 'plan', host: 'h2', ok: true },
  { type: 'phase_finished', phase: 'plan' },
  { type: 'plan_ready', plan: emptyPlan },
  { type: 'phase_started', phase: 'apply', hosts: ['h1'] },
  { type: 'task_finished', result },
  { type: 'phase_finished', phase: 'apply' },
  { type: 'run_finished', report },
]
const quiet = { diff: false, stats: false, verbosity: 0 }

async function shown(output: 'text' | 'json', terminal: boolean) {
  const io = fakeIo([])
  const both: string[] = []
  io.stdout.on('data', (chunk: Buffer) => both.push(chunk.toString()))
  io.stderr.on('data', (chunk: Buffer) => both.push(chunk.toString()))
  Object.assign(io.stderr, { isTTY: terminal, columns: 100, rows: 24 })
  const view = await runView({ ...quiet, output }, io)
  for (const event of events) view.emit(event)
  await view.settled()
  return { out: io.out(), err: io.err(), both: both.join('') }
}

test('on a pipe every line is there, results on stdout and the way there on stderr', async () => {
  const { out, err } = await shown('text', false)
  expect(out.split('\n')).toEqual(
    expect.arrayContaining(['Plan: nothing to do on 2 hosts.', 'changed: [h1] web config: wrote 2 lines', 'PLAY RECAP']),
  )
  expect(err).toBe('planning on 2 hosts\napplying on 1 host\n')
})

test('on a terminal counters are drawn on stderr and stdout has the same results', async () => {
  const { out, err, both } = await shown('text', true)
  expect(out).toBe((await shown('text', false)).out)
  expect(err).toContain('planning on 2 hosts: 2 of 2 done')
  // Results wait until the counter of their phase is done with.
  const places = ['planning on 2 hosts: 2 of 2 done', 'Plan: nothing', 'applying on 1 host', 'changed: [h1]', 'PLAY RECAP'].map((text) =>
    both.indexOf(text),
  )
  expect(places).toEqual([...places].sort((a, b) => a - b))
  expect(places).not.toContain(-1)
})

test('a phase that begins as another ends is drawn as well, and a question after it is seen', async () => {
  const io = fakeIo([])
  Object.assign(io.stderr, { isTTY: true, columns: 100, rows: 24 })
  const view = await runView({ ...quiet, output: 'text' }, io)
  const drawn = (text: string) => vi.waitFor(() => expect(io.err()).toContain(text), { interval: 5 })
  view.emit(events[1] as RunEvent)
  await drawn('planning on 2 hosts')
  for (const event of events.slice(2, 7)) view.emit(event)
  await drawn('applying on 1 host')
  await view.aside(async () => void io.stderr.write('passphrase: '))
  expect(io.err().endsWith('passphrase: ')).toBe(true)
  for (const event of events.slice(7)) view.emit(event)
  await view.settled()
  expect(io.out()).toContain('PLAY RECAP')
})

test.each([true, false])('JSON is one event per line and nothing else, terminal %s', async (terminal) => {
  const { out, err } = await shown('json', terminal)
  expect(
    out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual(events)
  expect(err).toBe('')
})

test('a question is asked while nothing is drawn, and the run goes on after it', async () => {
  const io = fakeIo([])
  Object.assign(io.stderr, { isTTY: true, columns: 100, rows: 24 })
  const view = await runView({ ...quiet, output: 'text' }, io)
  for (const event of events.slice(0, 3)) view.emit(event)
  await view.aside(async () => void io.stderr.write('passphrase: '))
  const asked = io.err()
  expect(asked.endsWith('passphrase: ')).toBe(true)
  for (const event of events.slice(3)) view.emit(event)
  await view.settled()
  expect(io.out()).toContain('PLAY RECAP')
})
