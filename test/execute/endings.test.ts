import { describe, expect, test } from 'vitest'
import type { MemoryHost } from '../fakes/memory-host.ts'
import { hostsNamed, plannedOutcomes, play } from '../fakes/play.ts'

const deedsOf = (hosts: ReadonlyMap<string, MemoryHost>) => Object.fromEntries([...hosts].map(([name, host]) => [name, host.deeds]))
const on = (host: string): string => `when: inventory_hostname == '${host}'`

describe('meta', () => {
  test.each<{ case: string; tasks: string; deeds: Readonly<Record<string, readonly string[]>> }>([
    {
      case: 'end_host ends the play for the host it says',
      tasks: `[{command: a}, {meta: end_host, ${on('h2')}}, {command: b}]`,
      deeds: { h1: ['run a', 'run b'], h2: ['run a'], h3: ['run a', 'run b'] },
    },
    {
      case: 'end_host without a condition ends it for all',
      tasks: '[{command: a}, {meta: end_host}, {command: b}]',
      deeds: { h1: ['run a'], h2: ['run a'], h3: ['run a'] },
    },
    {
      case: 'end_host knows what the tasks before it really did',
      tasks: `[{command: a, register: r}, {meta: end_host, when: "r.rc == 0 && inventory_hostname != 'h1'"}, {command: b}]`,
      deeds: { h1: ['run a', 'run b'], h2: ['run a'], h3: ['run a'] },
    },
    {
      case: 'end_play asks the first host only',
      tasks: `[{command: a}, {meta: end_play, ${on('h2')}}, {command: b}]`,
      deeds: { h1: ['run a', 'run b'], h2: ['run a', 'run b'], h3: ['run a', 'run b'] },
    },
    {
      case: 'end_play ends it for all hosts',
      tasks: `[{command: a, register: r}, {meta: end_play, when: r.rc == 0}, {command: b}]`,
      deeds: { h1: ['run a'], h2: ['run a'], h3: ['run a'] },
    },
    {
      case: 'an end in a block leaves its always out',
      tasks: '[{block: [{command: a}, {meta: end_host}, {command: b}], always: [{command: c}]}]',
      deeds: { h1: ['run a'], h2: ['run a'], h3: ['run a'] },
    },
    {
      case: 'noop and clear_facts change nothing',
      tasks: '[{command: a}, {meta: noop}, {meta: clear_facts}, {command: b}]',
      deeds: { h1: ['run a', 'run b'], h2: ['run a', 'run b'], h3: ['run a', 'run b'] },
    },
  ])('$case', async ({ tasks, deeds }) => {
    const hosts = hostsNamed('h1', 'h2', 'h3')
    const { report } = await play(`- {hosts: all, tasks: ${tasks}}\n`, hosts)
    expect(deedsOf(hosts)).toEqual(deeds)
    expect(report).toMatchObject({ exitCode: 0, problems: [] })
  })

  test('end_host leaves the next play to the host, and drops handlers of its own', async () => {
    const hosts = hostsNamed('h1')
    const first = '{hosts: all, tasks: [{command: a, notify: told}, {meta: end_host}], handlers: [{name: told, command: told}]}'
    await play(`- ${first}\n- {hosts: all, tasks: [{command: next}]}\n`, hosts)
    expect(deedsOf(hosts)).toEqual({ h1: ['run a', 'run next'] })
  })

  test('what an end leaves out is left out of the plan and of the proof', async () => {
    const tasks =
      '[{copy: {dest: /etc/app/a, content: x}, register: r}, {meta: end_host, when: r.changed}, {copy: {dest: /etc/app/b, content: x}}]'
    const hosts = hostsNamed('h1')
    const { plan, report } = await play(`- {hosts: all, tasks: ${tasks}}\n`, hosts)
    expect(plannedOutcomes(plan)).toEqual(['h1 copy change'])
    expect(deedsOf(hosts)).toEqual({ h1: ['write /etc/app/a'] })
    expect(report).toMatchObject({ exitCode: 0, problems: [], recap: [{ converged: true }] })
  })

  test.each([
    ['end_batch', { h1: ['run a'], h2: ['run a'], h3: ['run a', 'run b'] }],
    ['end_play', { h1: ['run a'], h2: ['run a'], h3: [] }],
  ])('%s with serial', async (meta, deeds) => {
    const hosts = hostsNamed('h1', 'h2', 'h3')
    await play(`- {hosts: all, serial: 2, tasks: [{command: a}, {meta: ${meta}, ${on('h1')}}, {command: b}]}\n`, hosts)
    expect(deedsOf(hosts)).toEqual(deeds)
  })

  test('end_role ends the role, and neither what depends on it nor its handlers', async () => {
    const files = {
      '/p/roles/r/role.yml': 'summary: s\nversion: 1.0.0\n',
      '/p/roles/r/tasks/main.yml': '- {command: one, notify: told}\n- {meta: end_role}\n- {command: two}\n',
      '/p/roles/r/handlers/main.yml': '- {name: told, command: told}\n',
      '/p/roles/s/role.yml': 'summary: s\nversion: 1.0.0\ndependencies: [{role: r}]\n',
      '/p/roles/s/tasks/main.yml': '- {command: three}\n',
    }
    const hosts = hostsNamed('h1')
    await play('- {hosts: all, roles: [s], tasks: [{command: four}]}\n', hosts, { files })
    expect(deedsOf(hosts)).toEqual({ h1: ['run one', 'run three', 'run four', 'run told'] })
  })
})

describe('a host that cannot be reached', () => {
  const lost = (): ReadonlyMap<string, MemoryHost> => {
    const hosts = hostsNamed('h1', 'h2', 'h3', 'h4')
    const gone = hosts.get('h2')
    if (gone !== undefined) gone.unreachable = true
    return hosts
  }

  test.each<{ keywords: string; ran: readonly string[]; exitCode: number }>([
    { keywords: '', ran: ['h1', 'h3', 'h4'], exitCode: 4 },
    { keywords: 'any_errors_fatal: true,', ran: [], exitCode: 2 },
    { keywords: 'max_fail_percentage: 24,', ran: [], exitCode: 2 },
    { keywords: 'max_fail_percentage: 25,', ran: ['h1', 'h3', 'h4'], exitCode: 4 },
  ])('counts: with "$keywords" the tasks run on $ran', async ({ keywords, ran, exitCode }) => {
    const hosts = lost()
    const tasks = '[{copy: {dest: /etc/app/a, content: x}}, {command: next}]'
    const { report } = await play(`- {hosts: all, ${keywords} tasks: ${tasks}}\n`, hosts)
    expect([...hosts].filter(([, host]) => host.deeds.includes('run next')).map(([name]) => name)).toEqual(ran)
    expect(report.exitCode).toBe(exitCode)
  })
})
