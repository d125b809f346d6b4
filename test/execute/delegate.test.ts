import { describe, expect, test } from 'vitest'
import { MemoryHost } from '../fakes/memory-host.ts'
import { hostsNamed, plannedOutcomes, play } from '../fakes/play.ts'

const deedsOf = (hosts: ReadonlyMap<string, MemoryHost>) => Object.fromEntries([...hosts].map(([name, host]) => [name, host.deeds]))

describe('delegate_to', () => {
  test('another host of the play: it acts there, with the variables and the results of the host it is for', async () => {
    const hosts = hostsNamed('h1', 'h2')
    const tasks =
      '[{name: there, command: "tell {{ inventory_hostname }}", delegate_to: h2, when: inventory_hostname == "h1", register: r}, {name: back, command: "got {{ r.rc }}", when: inventory_hostname == "h1"}]'
    const { results, report } = await play(`- {hosts: all, tasks: ${tasks}}\n`, hosts)
    expect(deedsOf(hosts)).toEqual({ h1: ['run got 0'], h2: ['run tell h1'] })
    expect(results).toContain('h1 there changed')
    expect(report.recap).toMatchObject([
      { host: 'h1', changed: 2 },
      { host: 'h2', changed: 0 },
    ])
  })

  test('a host of the inventory that is not of the play', async () => {
    const hosts = hostsNamed('h1', 'h2')
    await play('- {hosts: h1, tasks: [{command: there, delegate_to: h2}]}\n', hosts)
    expect(deedsOf(hosts)).toEqual({ h1: [], h2: ['run there'] })
  })

  test('a host outside of the limit', async () => {
    const hosts = hostsNamed('h1', 'h2')
    await play('- {hosts: all, tasks: [{command: there, delegate_to: h2}]}\n', hosts, { limit: 'h1' })
    expect(deedsOf(hosts)).toEqual({ h1: [], h2: ['run there'] })
  })

  test('a name outside of the inventory', async () => {
    const hosts = hostsNamed('h1')
    const other = new MemoryHost()
    await play('- {hosts: all, tasks: [{command: there, delegate_to: other.example.net}]}\n', hosts, {
      elsewhere: new Map([['other.example.net', other]]),
    })
    expect({ ...deedsOf(hosts), other: other.deeds }).toEqual({ h1: [], other: ['run there'] })
  })

  test('per item of a loop, and its own name is the host itself', async () => {
    const hosts = hostsNamed('h1', 'h2', 'h3')
    await play('- {hosts: h1, tasks: [{command: "do {{ item }}", delegate_to: "{{ item }}", loop: [h3, h1, h2, localhost]}]}\n', hosts)
    expect(deedsOf(hosts)).toEqual({ h1: ['run do h1'], h2: ['run do h2'], h3: ['run do h3'] })
    expect(hosts.get('h1')?.connections).toBe(1)
  })

  test.each(['localhost', 'h3'])(
    'hosts that edit one file on %s come in the order of the inventory, and each finds what the others left',
    async (delegate) => {
      const hosts = new Map([...hostsNamed('h1', 'h2', 'h3'), ['localhost', new MemoryHost()]])
      const there = hosts.get(delegate)
      there?.put('/etc/app/list', 'begin\n')
      const tasks = `[{lineinfile: {path: /etc/app/list, line: "{{ inventory_hostname }}"}, delegate_to: ${delegate}}]`
      const { plan, report } = await play(`- {hosts: "h1,h2,h3", tasks: ${tasks}}\n`, hosts)
      expect(plannedOutcomes(plan)).toEqual(['h1 lineinfile change', 'h2 lineinfile change', 'h3 lineinfile change'])
      expect(there?.files.get('/etc/app/list')?.content).toBe('begin\nh1\nh2\nh3\n')
      expect(report).toMatchObject({ exitCode: 0, problems: [], recap: [{ changed: 1 }, { changed: 1 }, { changed: 1 }] })
    },
  )

  test('what one host does for all is planned once: the others find it done', async () => {
    const hosts = new Map([...hostsNamed('h1', 'h2'), ['localhost', new MemoryHost()]])
    const { plan, report } = await play(
      '- {hosts: "h1,h2", tasks: [{copy: {dest: /etc/app/x, content: same}, delegate_to: localhost}]}\n',
      hosts,
    )
    expect(plannedOutcomes(plan)).toEqual(['h1 copy change', 'h2 copy ok'])
    expect(report).toMatchObject({ exitCode: 0, recap: [{ changed: 1 }, { changed: 0, ok: 1 }] })
  })

  test('a task of a host that was acted on by another one is planned over that, and finds it', async () => {
    const hosts = hostsNamed('h1', 'h2')
    const tasks = `
    - {copy: {dest: /etc/app/x, content: same}, delegate_to: h2, when: inventory_hostname == "h1"}
    - {name: own, copy: {dest: /etc/app/x, content: same}, when: inventory_hostname == "h2"}
`
    const { plan, report } = await play(`- hosts: all\n  tasks:${tasks}`, hosts)
    expect(plannedOutcomes(plan)).toEqual(['h1 copy change', 'h1 own skipped', 'h2 copy skipped', 'h2 own ok'])
    expect(deedsOf(hosts)).toEqual({ h1: [], h2: ['write /etc/app/x'] })
    expect(report).toMatchObject({ exitCode: 0, problems: [] })
  })

  test('facts are those of the host it is for', async () => {
    const hosts = hostsNamed('h1', 'h2')
    await play('- {hosts: h1, tasks: [{command: "on {{ facts.hostname }}", delegate_to: h2}]}\n', hosts)
    expect(deedsOf(hosts)).toEqual({ h1: [], h2: ['run on h'] })
    expect(hosts.get('h1')?.exchanges).toBeGreaterThan(0)
  })

  test('a delegate that cannot be reached leaves the host it was for unreachable', async () => {
    const hosts = hostsNamed('h1', 'h2', 'h3')
    const gone = hosts.get('h3')
    if (gone !== undefined) gone.unreachable = true
    const tasks = '[{copy: {dest: /etc/app/x, content: x}, delegate_to: h3, when: inventory_hostname == "h1"}, {command: own}]'
    const { report } = await play(`- {hosts: "h1,h2", tasks: ${tasks}}\n`, hosts)
    expect(report.recap).toMatchObject([{ unreachable: 1 }, { unreachable: 0, changed: 1 }])
    expect(report.exitCode).toBe(4)
  })
})

describe('a host that is nothing but a delegate', () => {
  const book = (...tasks: readonly string[]) => `- {hosts: "h1,h2", tasks: [${tasks.join(', ')}]}\n`
  const there = '{copy: {dest: "/etc/app/{{ inventory_hostname }}", content: x}, delegate_to: h3}'
  const own = '{command: own}'
  function hostsOf(failing?: string): ReadonlyMap<string, MemoryHost> {
    const hosts = hostsNamed('h1', 'h2', 'h3')
    if (failing !== undefined) hosts.get(failing)?.commands.set('own', { rc: 1, stdout: '' })
    return hosts
  }
  const told = ({ problems }: Awaited<ReturnType<typeof play>>['report']) => problems.map(({ host, code }) => `${host} ${code}`)

  test('is reached over one connection for all, and what is done there counts when all is well', async () => {
    const hosts = hostsOf()
    const { report } = await play(book(there, own), hosts)
    expect(report).toMatchObject({ exitCode: 0, problems: [] })
    expect(hosts.get('h3')).toMatchObject({ connections: 1, before: undefined, deeds: ['write /etc/app/h1', 'write /etc/app/h2'] })
  })

  test('goes back as a whole when one that it was done for fails later, and the others are told', async () => {
    const hosts = hostsOf('h2')
    const { report } = await play(book(there, own), hosts)
    expect(hosts.get('h3')?.deeds.at(-1)).toBe('rollback')
    expect([...(hosts.get('h3')?.files.keys() ?? [])].filter((path) => path.startsWith('/etc/app/'))).toEqual([])
    expect(told(report)).toEqual(['h1 ROLLED_BACK', 'h2 TASK_FAILED', 'h3 ROLLED_BACK'])
    expect(report.problems[0]?.message).toBe('what was done on h3 for h1 was taken back with what was done there for h2')
    expect(report.exitCode).toBe(2)
  })

  test('keeps what was done for others when one fails for which nothing was done there', async () => {
    const hosts = hostsOf('h2')
    const { report } = await play(book(own, there), hosts)
    expect(hosts.get('h3')).toMatchObject({ before: undefined, deeds: ['write /etc/app/h1'] })
    expect(told(report)).toEqual(['h2 TASK_FAILED'])
  })

  test('that a run left in its midst goes back first', async () => {
    const hosts = hostsOf()
    const left = hosts.get('h3')
    if (left !== undefined) left.leftover = true
    expect((await play(book(there), hosts)).report.exitCode).toBe(0)
    expect(left?.deeds).toEqual(['rollback', 'write /etc/app/h1', 'write /etc/app/h2'])
  })

  test('a delegate that is a host of the run is kept for the run by what it does itself', async () => {
    const hosts = hostsOf('h1')
    await play(book(there.replace('h3', 'h2'), own), hosts)
    expect(hosts.get('h2')?.deeds).toEqual(['write /etc/app/h1', 'write /etc/app/h2', 'run own'])
  })
})
