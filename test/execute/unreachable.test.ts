import { describe, expect, test } from 'vitest'
import type { MemoryHost } from '../fakes/memory-host.ts'
import { hostsNamed, play } from '../fakes/play.ts'

test.each([
  { gone: ['h1', 'h2'], applies: false },
  { gone: ['h1'], applies: true },
])('with $gone gone, that hosts are applied to is told: $applies', async ({ gone, applies }) => {
  const hosts = hostsNamed('h1', 'h2')
  for (const [name, host] of hosts) host.unreachable = gone.includes(name)
  const { events, report } = await play('- {hosts: all, tasks: [{copy: {dest: /etc/app/a, content: x}}]}\n', hosts)
  expect(events.some((event) => 'phase' in event && event.phase === 'apply')).toBe(applies)
  expect(report.exitCode).not.toBe(0)
})

describe('ignore_unreachable', () => {
  const lost = (): ReadonlyMap<string, MemoryHost> => {
    const hosts = hostsNamed('h1', 'h2')
    const gone = hosts.get('h2')
    if (gone !== undefined) gone.unreachable = true
    return hosts
  }
  const tell = '{name: tell, debug: {msg: "{{ default r.unreachable false }} {{ r.changed }} {{ r.failed }}"}}'

  test.each<{ case: string; task: string }>([
    { case: 'a task that asks', task: 'copy: {dest: /etc/app/a, content: x}' },
    { case: 'a task that is only named', task: 'command: go' },
    { case: 'a task that reads a fact', task: 'debug: {msg: "{{ facts.hostname }}"}' },
    { case: 'a task whose condition reads a fact', task: 'command: go, when: facts.uid == 0' },
    { case: 'a loop', task: 'command: "go {{ item }}", loop: [a, b]' },
  ])('lets the host go on behind $case', async ({ task }) => {
    const hosts = lost()
    const tasks = `[{name: try, ${task}, ignore_unreachable: true}, {name: more, set_fact: {x: 1}}, {name: here, command: here, delegate_to: h1}]`
    const { results, report } = await play(`- {hosts: h2, tasks: ${tasks}}\n`, hosts)
    expect(results.filter((line) => /more|here/.test(line))).toEqual(['h2 more ok', 'h2 here changed'])
    expect(results.filter((line) => line.includes('try')).every((line) => line.endsWith('ignored'))).toBe(true)
    expect(hosts.get('h1')?.deeds).toEqual(['run here'])
    expect(report).toMatchObject({ exitCode: 0, problems: [], recap: [{ unreachable: 0, failed: 0, ignored: 1, ok: 3 }] })
  })

  test('is registered as unreachable, not as failed', async () => {
    const { events } = await play(`- {hosts: h2, tasks: [{command: go, ignore_unreachable: true, register: r}, ${tell}]}\n`, lost())
    const told = events.flatMap((event) => (event.type === 'task_finished' && event.result.label === 'tell' ? event.result.detail : []))
    expect(told).toEqual(['true false false'])
  })

  test('of one task leaves the next one that needs the host to end it', async () => {
    const { results, report } = await play(
      '- {hosts: all, tasks: [{name: try, command: go, ignore_unreachable: true}, {name: next, command: next}, {name: no, set_fact: {x: 1}}]}\n',
      lost(),
    )
    expect(results.filter((line) => line.startsWith('h2'))).toEqual(['h2 try ignored'])
    expect(report).toMatchObject({
      exitCode: 4,
      recap: [
        { unreachable: 0, changed: 2 },
        { unreachable: 1, ignored: 1 },
      ],
    })
  })

  test('of a block holds for its tasks, and a rescue has nothing to do', async () => {
    const block = '{ignore_unreachable: true, block: [{name: a, command: a}, {name: b, command: b}], rescue: [{name: mend, command: mend}]}'
    const { results, report } = await play(`- {hosts: h2, tasks: [${block}]}\n`, lost())
    expect(results).toEqual(['h2 a ignored', 'h2 b ignored'])
    expect(report.exitCode).toBe(0)
  })

  test.each([
    {
      case: 'a play',
      play: 'tasks: [{name: a, command: a}, {name: b, command: b}]',
      results: ['h2 a ignored', 'h2 b ignored'],
      exitCode: 0,
    },
    { case: 'a play with a role', play: 'roles: [r]', results: ['h2 r : in ignored'], exitCode: 0 },
    {
      case: 'a play, of which one task takes it back,',
      play: 'tasks: [{name: a, command: a}, {name: b, command: b, ignore_unreachable: false}]',
      results: ['h2 a ignored'],
      exitCode: 4,
    },
    {
      case: 'a play, of which one block takes it back,',
      play: 'tasks: [{ignore_unreachable: false, block: [{name: a, command: a}]}]',
      results: [],
      exitCode: 4,
    },
  ])('of $case holds for its tasks', async ({ play: text, results: expected, exitCode }) => {
    const files = { '/p/roles/r/role.yml': "summary: a role\nversion: '1'\n", '/p/roles/r/tasks/main.yml': '- {name: in, command: in}\n' }
    const { results, report } = await play(`- {hosts: h2, ignore_unreachable: true, ${text}}\n`, lost(), { files })
    expect(results).toEqual(expected)
    expect(report.exitCode).toBe(exitCode)
  })

  test('holds for a delegate that cannot be reached', async () => {
    const hosts = lost()
    const tasks = '[{name: there, command: there, delegate_to: h2, ignore_unreachable: true}, {name: own, command: own}]'
    const { results, report } = await play(`- {hosts: h1, tasks: ${tasks}}\n`, hosts)
    expect(results).toEqual(['h1 there ignored', 'h1 own changed'])
    expect({ deeds: hosts.get('h1')?.deeds, exitCode: report.exitCode }).toEqual({ deeds: ['run own'], exitCode: 0 })
  })

  test('without it the host is left out, whatever the tasks', async () => {
    const { results, report } = await play('- {hosts: all, tasks: [{name: try, command: go}, {name: more, set_fact: {x: 1}}]}\n', lost())
    expect(results.filter((line) => line.startsWith('h2'))).toEqual([])
    expect(report).toMatchObject({ exitCode: 4, recap: [{ unreachable: 0 }, { unreachable: 1 }] })
  })
})
