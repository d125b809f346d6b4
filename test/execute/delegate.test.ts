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
})

describe('a host of the run that others delegate to', () => {
  const told = ({ problems }: Awaited<ReturnType<typeof play>>['report']) => problems.map(({ host, code }) => `${host} ${code}`)
  const on = (host: string, task: string) => `{${task}, when: inventory_hostname == "${host}"}`
  const there = 'copy: {dest: "/etc/app/for-{{ inventory_hostname }}", content: x}, delegate_to: h2'
  const own = 'copy: {dest: /etc/app/own, content: x}'
  const all = (...tasks: readonly string[]) => `- {hosts: all, tasks: [${tasks.join(', ')}]}\n`
  const failing = (hosts: ReadonlyMap<string, MemoryHost>, name: string) => {
    hosts.get(name)?.commands.set('last', { rc: 1, stdout: '' })
    return hosts
  }
  const filesOf = (host: MemoryHost | undefined) => [...(host?.files.keys() ?? [])].filter((path) => path.startsWith('/etc/app/'))

  test('is reached over its own connection, and its own transaction holds what is done there for others', async () => {
    const hosts = hostsNamed('h1', 'h2', 'h3')
    const { report } = await play(all(`{${there}}`, `{${own}}`), hosts)
    expect(report).toMatchObject({ exitCode: 0, problems: [] })
    expect(report.recap.map(({ changed, converged }) => [changed, converged])).toEqual([
      [2, true],
      [2, true],
      [2, true],
    ])
    expect([...hosts.values()].map(({ connections, commits, before }) => [connections, commits, before])).toEqual([
      [1, 1, undefined],
      [1, 1, undefined],
      [1, 1, undefined],
    ])
    expect(filesOf(hosts.get('h2'))).toEqual(['/etc/app/for-h1', '/etc/app/for-h2', '/etc/app/for-h3', '/etc/app/own'])
  })

  test('goes back when a host fails that something was done there for, and who else needed it is told', async () => {
    const hosts = failing(hostsNamed('h1', 'h2', 'h3'), 'h1')
    const { report } = await play(all(`{${own}}`, `{${there}}`, on('h1', 'command: last')), hosts)
    expect(filesOf(hosts.get('h2'))).toEqual([])
    expect(hosts.get('h2')).toMatchObject({ before: undefined, commits: 0 })
    expect(told(report)).toEqual(['h1 TASK_FAILED', 'h1 ROLLED_BACK', 'h2 ROLLED_BACK', 'h3 ROLLED_BACK'])
    expect(report.problems[3]?.message).toBe('what was done on h2 for h3 was taken back with what was done there for h1')
    expect(report.exitCode).toBe(2)
  })

  test('takes back what was done there for others when it fails itself', async () => {
    const hosts = failing(hostsNamed('h1', 'h2', 'h3'), 'h2')
    const { report } = await play(all(on('h1', there), `{${own}}`, `{command: last}`), hosts)
    expect(filesOf(hosts.get('h2'))).toEqual([])
    expect(told(report)).toEqual(['h1 ROLLED_BACK', 'h2 TASK_FAILED', 'h2 ROLLED_BACK'])
    expect(report.problems[0]?.message).toBe('what was done on h2 for h1 was taken back, for h2 has failed')
    expect(filesOf(hosts.get('h3'))).toEqual(['/etc/app/own'])
  })

  test('the twin: one that nobody used keeps its own when another one fails', async () => {
    const hosts = failing(hostsNamed('h1', 'h2', 'h3'), 'h1')
    const { report } = await play(all(`{${own}}`, on('h3', there), on('h1', 'command: last')), hosts)
    expect(filesOf(hosts.get('h2'))).toEqual(['/etc/app/own', '/etc/app/for-h3'])
    expect(told(report)).toEqual(['h1 TASK_FAILED', 'h1 ROLLED_BACK'])
  })

  test('that had gone back before anybody used it is used all the same, and that counts', async () => {
    const hosts = failing(hostsNamed('h1', 'h2'), 'h2')
    const { report } = await play(all(`{${own}}`, on('h2', 'command: last'), on('h1', there)), hosts)
    expect(filesOf(hosts.get('h2'))).toEqual(['/etc/app/for-h1'])
    expect(told(report)).toEqual(['h2 TASK_FAILED', 'h2 ROLLED_BACK'])
    expect(hosts.get('h2')).toMatchObject({ before: undefined, commits: 1 })
  })

  test('in a play of which it is no host: it goes back with the host that it was used for, and takes part in the plays behind', async () => {
    const hosts = failing(hostsNamed('h1', 'h2', 'h3'), 'h1')
    const { report } = await play(
      `- {hosts: "h1,h3", tasks: [${on('h1', there)}, ${on('h1', 'command: last')}]}\n- {hosts: h2, tasks: [{${own}}]}\n`,
      hosts,
    )
    expect(filesOf(hosts.get('h2'))).toEqual(['/etc/app/own'])
    const keeps = hostsNamed('h1', 'h2')
    expect((await play(`- {hosts: h1, tasks: [{${there}}]}\n- {hosts: h2, tasks: [{${own}}]}\n`, keeps)).report.exitCode).toBe(0)
    expect(keeps.get('h2')).toMatchObject({ connections: 1, commits: 2, before: undefined })
    expect(told(report)).toEqual(['h1 TASK_FAILED', 'h2 ROLLED_BACK'])
  })

  test('who is lost takes along whom it shares a host with, one after another', async () => {
    const hosts = failing(hostsNamed('h1', 'h2', 'h3'), 'h1')
    const { report } = await play(
      all(
        on('h1', 'copy: {dest: /etc/app/a, content: x}, delegate_to: h2'),
        on('h2', 'copy: {dest: /etc/app/b, content: x}, delegate_to: h3'),
        on('h1', 'command: last'),
      ),
      hosts,
    )
    expect([...hosts.values()].flatMap(filesOf)).toEqual([])
    expect(told(report)).toEqual(['h1 TASK_FAILED', 'h2 ROLLED_BACK', 'h2 ROLLED_BACK', 'h3 ROLLED_BACK'])
    expect(report.problems[2]?.message).toBe('what was done on h3 for h2 was taken back with what was done for h1')
    expect(report.recap.map(({ failed }) => failed)).toEqual([1, 1, 1])
  })

  test('what another host left there otherwise than its own tasks say has not converged', async () => {
    const hosts = hostsNamed('h1', 'h2')
    const { report } = await play(
      all(on('h2', 'copy: {dest: /etc/app/x, content: mine}'), on('h1', 'copy: {dest: /etc/app/x, content: yours}, delegate_to: h2')),
      hosts,
    )
    expect(hosts.get('h2')?.files.get('/etc/app/x')?.content).toBe('yours')
    expect(told(report)).toEqual(['h2 NOT_CONVERGED'])
  })

  test('also where it had nothing to do itself', async () => {
    const hosts = hostsNamed('h1', 'h2')
    hosts.get('h2')?.put('/etc/app/x', 'mine')
    const { report } = await play(
      all(
        on('h2', 'copy: {dest: /etc/app/x, content: mine, mode: "0644"}'),
        on('h1', 'copy: {dest: /etc/app/x, content: yours}, delegate_to: h2'),
      ),
      hosts,
    )
    expect(told(report)).toEqual(['h2 NOT_CONVERGED'])
  })

  test('is reached a second time where others act there as somebody else, and goes back there as well', async () => {
    const hosts = failing(hostsNamed('h1', 'h2'), 'h1')
    const other = `${there}, become: true, become_user: app`
    const { report } = await play(all(on('h2', 'command: mine'), on('h1', other), on('h1', 'command: last')), hosts)
    expect(hosts.get('h2')?.connections).toBe(2)
    expect(filesOf(hosts.get('h2'))).toEqual([])
    expect(told(report)).toEqual(['h1 TASK_FAILED', 'h2 ROLLED_BACK'])
  })
})
