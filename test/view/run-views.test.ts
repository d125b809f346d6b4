import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import type { RunEvent, TaskOutcome } from '../../src/model/event.ts'
import { eventJson } from '../../src/view/events-json.ts'
import { eventText } from '../../src/view/events-text.ts'
import { progress } from '../../src/view/progress.ts'
import { recapText } from '../../src/view/recap.ts'
import { emptyPlan, report } from './documents.ts'

const options = { diff: false, verbosity: 0, colour: false, stats: false }
const outcome: TaskOutcome = {
  ...{
    id: 'p0/t0',
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
  { type: 'run_started', formatVersion: 1, tlsplay: '0.1.0', playbook: 'site.yml', mode: 'run', hosts: 3 },
  { type: 'phase_started', phase: 'plan', hosts: ['h1', 'h2', 'h3'] },
  { type: 'host_done', phase: 'plan', host: 'h1', ok: true },
  { type: 'phase_finished', phase: 'plan' },
  { type: 'plan_ready', plan: emptyPlan },
  { type: 'warning', message: 'no task has the tag "webb"' },
  { type: 'phase_started', phase: 'apply', play: 'Prometheus over TLS', hosts: ['h1'] },
  { type: 'task_finished', result: outcome },
  { type: 'task_finished', result: { ...outcome, status: 'ok', label: 'folder', message: 'as wanted' } },
  { type: 'task_finished', result: { ...outcome, status: 'ok', label: 'say', type: 'debug', message: '', detail: ['up: 3'] } },
  { type: 'task_finished', result: { ...outcome, status: 'skipped', label: 'only on Alpine', message: 'when said no' } },
  {
    type: 'task_finished',
    result: {
      ...outcome,
      status: 'failed',
      handler: true,
      item: 'b',
      label: 'restart',
      message: 'did not stay up\n  exit 1',
      detail: ['last line'],
    },
  },
  { type: 'problem', problem: { code: 'SERVICE_FAILED', message: 'did not stay up', host: 'h1' } },
  { type: 'run_finished', report },
]

test.each([
  { golden: 'run-text', options },
  { golden: 'run-text-verbose', options: { ...options, verbosity: 1, stats: true } },
  { golden: 'run-text-vv', options: { ...options, verbosity: 2 } },
  { golden: 'run-text-vvv', options: { ...options, verbosity: 3 } },
])('the lines of a run read well: $golden', async ({ golden, options }) => {
  const texts = events.map((event) => eventText(event, options))
  const both = [`--- stdout`, texts.map((text) => text.out).join(''), `--- stderr`, texts.map((text) => text.err).join('')].join('\n')
  await expect(both).toMatchFileSnapshot(`../golden/view/${golden}.txt`)
})

test('the recap reads well', async () => {
  await expect(recapText(report, { colour: false, stats: true })).toMatchFileSnapshot('../golden/view/recap.txt')
})

test('a plan alone ends without a recap', () => {
  expect(eventText({ type: 'run_finished', report: { ...report, mode: 'plan' } }, options).out).toBe('')
})

test('JSON output is one event per line and starts with the version of the format', () => {
  const lines = events.map(eventJson).join('').trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toEqual(events)
  expect(lines[0]).toContain('"formatVersion":1')
})

/** A terminal that keeps what was written and which width it has. */
function terminal() {
  const written: string[] = []
  const out = Object.assign(new PassThrough(), { columns: 100, rows: 24, isTTY: true })
  out.on('data', (chunk: Buffer) => written.push(chunk.toString()))
  return { out, written: () => written.join('') }
}

async function drawn(hosts: number, msPerHost: number): Promise<{ readonly text: string; readonly titles: ReadonlySet<string> }> {
  const screen = terminal()
  let now = 0
  const view = progress({ out: screen.out, now: () => now, released: () => {} })
  const names = Array.from({ length: hosts }, (_, index) => `h${index}`)
  view.handle({ type: 'phase_started', phase: 'plan', hosts: names })
  await new Promise((resolve) => setImmediate(resolve))
  for (const host of names) {
    now += msPerHost
    view.handle({ type: 'host_done', phase: 'plan', host, ok: host !== 'h1' })
  }
  view.handle({ type: 'phase_finished', phase: 'plan' })
  await view.settled()
  return { text: screen.written(), titles: new Set(screen.written().match(/planning on \d+ hosts: \d+ of/g)) }
}

test('progress counts hosts, names no host, and ends with the whole count', async () => {
  const { text } = await drawn(300, 1)
  expect(text).toContain('planning on 300 hosts: 300 of 300 done, 1 failed')
  expect(text).not.toMatch(/h\d/)
})

test('a host that is done with several plays counts once, one of another phase not at all', async () => {
  const screen = terminal()
  const view = progress({ out: screen.out, now: () => 0, released: () => {} })
  view.handle({ type: 'phase_started', phase: 'apply', hosts: ['h1', 'h2'] })
  for (const host of ['h1', 'h1', 'gone']) view.handle({ type: 'host_done', phase: 'apply', host, ok: host === 'h1' })
  view.handle({ type: 'phase_finished', phase: 'apply' })
  await view.settled()
  expect(screen.written()).toContain('applying on 2 hosts: 1 of 2 done')
  expect(screen.written()).not.toContain('failed')
})

test.each([
  { case: 'a host every millisecond', msPerHost: 1, most: 6 },
  { case: 'a host every second', msPerHost: 1000, most: 301 },
])('progress is redrawn at most ten times a second: $case', async ({ msPerHost, most }) => {
  const { titles } = await drawn(300, msPerHost)
  expect(titles.size).toBeGreaterThan(0)
  expect(titles.size).toBeLessThanOrEqual(most)
})
