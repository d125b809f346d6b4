import { describe, expect, test } from 'vitest'
import { start } from '../../src/execute/actor.ts'
import type { AskStep } from '../../src/model/step.ts'
import type { AnyTaskType, Change } from '../../src/model/task-type.ts'
import type { Entry } from '../../src/plan/entry.ts'
import { MemoryHost } from '../fakes/memory-host.ts'
import { hostsNamed, plannedOutcomes, play } from '../fakes/play.ts'

describe('environment and timeout', () => {
  const asked = '{name: look, command: {cmd: look now, reads: true}'
  test.each([
    [`${asked}}`, 'look now'],
    [`${asked}, environment: {A: "1", B: x y}}`, 'env A=1 B=x y look now'],
    [`${asked}, timeout: 5}`, 'timeout 5 look now'],
    [`${asked}, environment: {A: "1"}, timeout: 5}`, 'timeout 5 env A=1 look now'],
    ['{name: look, command: {cmd: go, unless: look now}, environment: {A: "1"}}', 'env A=1 look now'],
  ])('%s asks %s', async (task, line) => {
    const host = new MemoryHost()
    host.commands.set(line, { rc: 7, stdout: '' })
    const { plan } = await play(
      `- {hosts: all, tasks: [${task.replace(/\}$/, ', failed_when: false, register: r}')}]}\n`,
      new Map([['h1', host]]),
      {
        mode: 'plan',
      },
    )
    expect(plannedOutcomes(plan)).toEqual([`h1 look ${task.includes('unless') ? 'change' : 'ok'}`])
    host.commands.set(line, { rc: 0, stdout: '' })
    const again = await play(`- {hosts: all, tasks: [${task}]}\n`, new Map([['h1', host]]), { mode: 'plan' })
    expect(plannedOutcomes(again.plan)).toEqual(['h1 look ok'])
  })

  test.each([
    ['command: go', ', timeout: 5', 124, 'timed out after 5 s: go ended with 124'],
    ['command: go', ', timeout: 1.5', 143, 'timed out after 1.5 s: go ended with 143'],
    ['command: {cmd: go, timeout: 7}', '', 124, 'timed out after 7 s: go ended with 124'],
    ['command: {cmd: go, timeout: 7}', ', timeout: 5', 124, 'timed out after 7 s: go ended with 124'],
    ['command: go', ', timeout: 5', 1, 'go ended with 1'],
    ['command: go', '', 124, 'go ended with 124'],
  ])('%s%s that ends with %i fails as: %s', async (task, keywords, rc, message) => {
    const host = new MemoryHost()
    host.commands.set('go', { rc, stdout: '' })
    const { report } = await play(`- {hosts: all, tasks: [{${task}${keywords}}]}\n`, new Map([['h1', host]]))
    const hint = message.startsWith('timed out') ? 'raise its timeout, or see on the host what it waits for' : undefined
    expect(report.problems).toMatchObject([{ code: 'TASK_FAILED', message, ...(hint === undefined ? {} : { hint }) }])
    expect(report.problems[0]?.hint).toBe(hint)
  })

  test('a program that is only asked says so in the plan', async () => {
    const host = new MemoryHost()
    host.commands.set('timeout 5 look now', { rc: 124, stdout: '' })
    const { report } = await play(`- {hosts: all, tasks: [${asked}, timeout: 5}]}\n`, new Map([['h1', host]]))
    expect(report.problems).toMatchObject([{ message: 'timed out after 5 s: look ended with 124' }])
  })

  test.each([
    [undefined, 30],
    [5, 5],
    [60, 30],
  ])('with timeout %s a task asks for %s of its 30 seconds', (timeout, seconds) => {
    const step: AskStep = { kind: 'ask', probes: [], settled: () => true, deadlineSeconds: 30 }
    const type = {
      *apply() {
        yield [step]
        return { changed: false }
      },
    } as unknown as AnyTaskType
    const entry = { environment: {}, node: { type: 'verify', task: { timeout } } } as unknown as Entry
    expect(start(entry, {} as Change, new Map([['verify', type]])).wants).toEqual([{ ...step, deadlineSeconds: seconds }])
  })
})

test('check_mode: true is planned and shown, told as a change, and never done', async () => {
  const hosts = hostsNamed('h1')
  const tasks = '[{copy: {dest: /etc/app/a, content: x}, check_mode: true, register: r}, {debug: {msg: "{{ r.changed }}"}}]'
  const { plan, report } = await play(`- {hosts: all, tasks: ${tasks}}\n`, hosts)
  expect(plannedOutcomes(plan)).toEqual(['h1 copy change', 'h1 debug ok'])
  expect(plan.plays[0]?.hosts[0]?.tasks[1]?.reason).toBe('true')
  expect({ deeds: hosts.get('h1')?.deeds, exitCode: report.exitCode }).toEqual({ deeds: [], exitCode: 0 })
})

test.each([
  { case: 'a task', play: 'tasks: [{command: go, throttle: 2}]', most: 2 },
  { case: 'a play', play: 'throttle: 2, tasks: [{command: go}]', most: 2 },
  { case: 'a block in a play', play: 'throttle: 1, tasks: [{throttle: 2, block: [{command: go}]}]', most: 2 },
  { case: 'a task in a play', play: 'throttle: 3, tasks: [{command: go, throttle: 1}]', most: 1 },
  { case: 'nothing', play: 'tasks: [{command: go}]', most: 4 },
])('throttle of $case lets $most hosts act at the same time', async ({ play: text, most: expected }) => {
  const hosts = hostsNamed('h1', 'h2', 'h3', 'h4')
  let working = 0
  let most = 0
  for (const host of hosts.values()) {
    const session = host.session.bind(host)
    host.session = (exclusive) => {
      const own = session(exclusive)
      const act = own.act.bind(own)
      return Object.assign(own, {
        act: async (groups: Parameters<typeof act>[0]) => {
          working += 1
          most = Math.max(most, working)
          // Hosts start one turn of the event loop after another.
          for (let turn = 0; turn < 2 * hosts.size; turn++) await new Promise((resolve) => setImmediate(resolve))
          working -= 1
          return act(groups)
        },
      })
    }
  }
  await play(`- {hosts: all, ${text}}\n`, hosts)
  expect(most).toBe(expected)
})

test('no_log hides what a loop goes through, and what its items say, but not what is registered', async () => {
  const quiet = '{name: quiet, debug: {msg: "word {{ item }}"}, loop: [hunter2, x], no_log: true, register: r}'
  const tell = `{name: tell, assert: {that: "r.results[0].item != 'x'"}}`
  const { plan, events, report } = await play(`- {hosts: all, tasks: [${quiet}, ${tell}]}\n`, hostsNamed('h1'))
  expect(JSON.stringify([plan, events, report])).not.toContain('hunter2')
  expect(report.exitCode).toBe(0)
})

test.each([
  ['', undefined, 2],
  [', diff: true', true, 2],
  [', diff: false', undefined, 0],
  [', diff: true, no_log: true', undefined, 0],
])('diff: the plan of a task with "%s" says %s and holds %i differences', async (keywords, says, count) => {
  const { plan } = await play(`- {hosts: all, tasks: [{copy: {dest: /etc/app/a, content: x}${keywords}}]}\n`, hostsNamed('h1'))
  const [task] = plan.plays[0]?.hosts[0]?.tasks ?? []
  expect({ diff: task?.diff, count: task?.changes.flatMap(({ diffs }) => diffs).length }).toEqual({ diff: says, count })
})
