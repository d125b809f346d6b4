import { describe, expect, test } from 'vitest'
import { hostsNamed, play } from '../fakes/play.ts'

const run = async (
  playbook: string,
  names: readonly string[] = ['h1', 'h2'],
  prepare: (hosts: ReturnType<typeof hostsNamed>) => void = () => {},
) => {
  const hosts = hostsNamed(...names)
  prepare(hosts)
  const { report } = await play(playbook, hosts)
  return {
    hosts,
    exit: report.exitCode,
    deeds: [...hosts.values()].map((host) => host.deeds.map((deed) => deed.replace(/^run /, ''))),
    recap: report.recap.map(({ host, failed, unreachable }) => ({ host, failed, unreachable })),
  }
}

describe('clear_host_errors', () => {
  const fails = (meta = '{meta: clear_host_errors}', more = ''): string => `- hosts: all
  tasks:
    - {command: a, register: r, failed_when: "inventory_hostname == 'h1'"}
    - ${meta}
    - {command: b}
${more}- hosts: all
  tasks: [{command: c}]
`
  test('lets a host that failed take part in the plays behind, not in the rest of its own', async () => {
    const { exit, deeds, recap } = await run(fails())
    expect(deeds).toEqual([
      ['a', 'c'],
      ['a', 'b', 'c'],
    ])
    expect(exit).toBe(0)
    expect(recap[0]).toEqual({ host: 'h1', failed: 1, unreachable: 0 })
  })

  test('is no word of a host that failed, and its condition is that of the first that is left', async () => {
    expect((await run(fails("{meta: clear_host_errors, when: inventory_hostname == 'h1'}"))).deeds).toEqual([['a'], ['a', 'b', 'c']])
    expect((await run(fails("{meta: clear_host_errors, when: inventory_hostname == 'h2'}"))).deeds[0]).toEqual(['a', 'c'])
    expect((await run(fails('{command: x}'))).deeds[0]).toEqual(['a'])
  })

  test('holds for what the plan knew already', async () => {
    const playbook = `- hosts: all
  tasks:
    - {fail: {msg: no}, when: inventory_hostname == 'h1'}
    - {meta: clear_host_errors}
    - {command: b}
- hosts: all
  tasks: [{command: c}]
`
    const { exit, deeds } = await run(playbook)
    expect({ exit, deeds }).toEqual({ exit: 0, deeds: [['c'], ['b', 'c']] })
  })

  test('looks again whether a host can be reached', async () => {
    const { exit, deeds, recap } = await run(
      '- hosts: all\n  tasks: [{command: a}, {meta: clear_host_errors}]\n- hosts: all\n  tasks: [{command: c}]\n',
      ['h1', 'h2'],
      (hosts) => {
        const host = hosts.get('h1')
        if (host !== undefined) host.unreachable = true
      },
    )
    expect(deeds).toEqual([[], ['a', 'c']])
    expect(exit).toBe(4)
    expect(recap[0]?.unreachable).toBeGreaterThan(0)
  })

  test('a host that is lost again stays lost', async () => {
    const { exit, deeds } = await run(
      fails().replace('{command: c}', '{command: c}, {command: d, register: r, failed_when: r.rc == 0}, {command: e}'),
    )
    expect(deeds[0]).toEqual(['a', 'c', 'd'])
    expect(exit).toBe(2)
  })
})

describe('reset_connection', () => {
  const tasks = (meta: string): string =>
    `- hosts: all\n  tasks: [{copy: {dest: /etc/app/a, content: a, mode: '0644'}}, ${meta}, {command: b}]\n`

  test('logs in anew, and what was changed until then counts', async () => {
    const { exit, deeds, hosts } = await run(tasks('{meta: reset_connection}'), ['h1'])
    expect(exit).toBe(0)
    expect(deeds[0]?.at(-1)).toBe('b')
    expect(hosts.get('h1')?.connections).toBe(2)
    const failing = await run(
      tasks('{meta: reset_connection}').replace('{command: b}', '{command: b, register: r, failed_when: r.rc == 0}'),
      ['h1'],
    )
    expect(failing.exit).toBe(2)
    expect(failing.hosts.get('h1')?.files.get('/etc/app/a')?.content).toBe('a')
  })

  test('does nothing where its condition does not hold', async () => {
    const { hosts } = await run(tasks('{meta: reset_connection, when: inventory_hostname == "h2"}').replaceAll('"', "'"), ['h1'])
    expect(hosts.get('h1')?.connections).toBe(1)
    const failing = await run(tasks('{meta: noop}').replace('{command: b}', '{command: b, register: r, failed_when: r.rc == 0}'), ['h1'])
    expect(failing.hosts.get('h1')?.files.has('/etc/app/a')).toBe(false)
  })
})
