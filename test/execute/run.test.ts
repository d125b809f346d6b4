import { describe, expect, test } from 'vitest'
import { MemoryHost } from '../fakes/memory-host.ts'
import { hostsNamed, plannedOutcomes, play } from '../fakes/play.ts'

const oneHost = (): { hosts: ReadonlyMap<string, MemoryHost>; host: MemoryHost } => {
  const host = new MemoryHost()
  return { host, hosts: new Map([['h1', host]]) }
}

const twoFiles = `
- hosts: all
  tasks:
    - {name: folder, file: {path: /etc/app/tls, state: directory, mode: '0750'}}
    - {name: one, copy: {dest: /etc/app/tls/one, content: "1\\n", mode: '0640'}}
    - {name: two, copy: {dest: /etc/app/tls/two, content: "2\\n", owner: app}}
`

describe('a run', () => {
  test('plans over what earlier tasks predict, does what the plan said, and finds nothing afterwards', async () => {
    const { host, hosts } = oneHost()
    const first = await play(twoFiles, hosts)
    expect(plannedOutcomes(first.plan)).toEqual(['h1 folder change', 'h1 one change', 'h1 two change'])
    expect(first.results).toEqual(['h1 folder changed', 'h1 one changed', 'h1 two changed'])
    expect(host.deeds).toEqual(['directory /etc/app/tls', 'write /etc/app/tls/one', 'write /etc/app/tls/two'])
    expect(first.report).toMatchObject({ exitCode: 0, recap: [{ host: 'h1', ok: 3, changed: 3, failed: 0, converged: true }] })

    host.deeds.length = 0
    const second = await play(twoFiles, hosts)
    expect(plannedOutcomes(second.plan)).toEqual(['h1 folder ok', 'h1 one ok', 'h1 two ok'])
    expect(host.deeds).toEqual([])
    expect(second.report.recap).toMatchObject([{ ok: 3, changed: 0 }])
  })

  test('a plan reads and never acts', async () => {
    const { host, hosts } = oneHost()
    const { plan, report } = await play(twoFiles, hosts, { mode: 'plan' })
    expect(plan.summary).toEqual({ hosts: 1, hostsChanging: 1, changes: 3, later: 0 })
    expect(host.deeds).toEqual([])
    expect(report.exitCode).toBe(0)
  })

  test.each([10, 100])('with nothing to do costs the same exchanges for %i tasks', async (count) => {
    const { host, hosts } = oneHost()
    const tasks = Array.from({ length: count }, (_, at) => `    - copy: {dest: /etc/app/f${at}, content: "x${at}"}`).join('\n')
    const playbook = `- hosts: all\n  tasks:\n${tasks}\n`
    await play(playbook, hosts)
    const { report } = await play(playbook, hosts)
    expect(report.stats).toMatchObject([{ exchanges: 1 }])
    expect(host.deeds).toHaveLength(count)
  })

  test('what a config file holds is asked while its settings still wait for another answer', async () => {
    const hosts = hostsNamed('h1')
    hosts.get('h1')?.put('/etc/app/settings.yml', 'there: false\n')
    const tasks =
      '[{stat: {path: /etc/app/none}, register: r}, {config: {path: /etc/app/settings.yml, set: {there: "{{ r.stat.exists }}"}}}]'
    const { report, plan } = await play(`- {hosts: all, tasks: ${tasks}}\n`, hosts)
    expect(plannedOutcomes(plan)).toEqual(['h1 stat ok', 'h1 config ok'])
    expect(report.stats).toMatchObject([{ exchanges: 1 }])
  })

  test('room beside what is read is asked along once room is asked', async () => {
    const hosts = hostsNamed('h1')
    hosts.get('h1')?.put('/etc/app/settings.yml', 'there: false\n')
    const link = { type: 'link', link: 'settings.yml', content: 'settings.yml', owner: 'root', group: 'root', mode: 0o777 } as const
    hosts.get('h1')?.files.set('/etc/app/link.yml', link)
    const tasks = '[{copy: {dest: /usr/new, content: x}}, {config: {path: /etc/app/link.yml, set: {there: true}}}]'
    const { report, plan } = await play(`- {hosts: all, tasks: ${tasks}}\n`, hosts, { mode: 'plan' })
    expect(plan.summary).toMatchObject({ changes: 2 })
    expect(report.stats).toMatchObject([{ exchanges: 2 }])
  })

  test('with nothing to do costs the same exchanges for many plays as for one', async () => {
    const { hosts } = oneHost()
    const playbook = Array.from(
      { length: 5 },
      (_, at) => `- hosts: all\n  tasks:\n    - copy: {dest: /etc/app/f${at}, content: "x${at}"}\n`,
    ).join('')
    await play(playbook, hosts)
    expect((await play(playbook, hosts)).report.stats).toMatchObject([{ exchanges: 1 }])
  })

  test('stages everything before the first visible change: what cannot be staged leaves the host as it was', async () => {
    const { host, hosts } = oneHost()
    host.full.add('/etc/app/tls/two')
    const { report, problems, results } = await play(twoFiles, hosts)
    expect(host.deeds).toEqual([])
    expect(results).toEqual(['h1 folder skipped', 'h1 one skipped', 'h1 two failed'])
    expect(report.exitCode).toBe(2)
    expect(problems).toMatchObject([
      { host: 'h1', task: 'two', message: 'staging: No space left on device', hint: 'nothing on the host was changed' },
    ])
  })

  test('a host without a tool that is needed refuses the run before the first change, on every other host too', async () => {
    const [sound, bare] = [new MemoryHost(), new MemoryHost()]
    bare.lacks = 'openssl'
    const { report, problems } = await play(
      twoFiles,
      new Map([
        ['h1', sound],
        ['h2', bare],
      ]),
    )
    expect({ exitCode: report.exitCode, deeds: sound.deeds }).toEqual({ exitCode: 1, deeds: [] })
    expect(problems).toMatchObject([{ code: 'TOOL_MISSING', host: 'h2' }])
  })

  test('a refusal is not followed by complaints of tasks that only lack what the refused one would have made', async () => {
    const { host, hosts } = oneHost()
    host.fixed.add('/etc/app')
    const tasks = `
    - {name: conf, copy: {dest: /etc/app/conf, content: a = 1}}
    - {name: line, lineinfile: {path: /etc/app/conf, line: b = 2}}
`
    const { problems } = await play(`- hosts: all\n  tasks:${tasks}`, hosts)
    expect(problems.map(({ code, task }) => `${code} ${task}`)).toEqual(['PATH_REFUSED conf', 'PATH_REFUSED line'])
    expect(problems.map(({ message }) => message).filter((message) => message.includes('does not exist'))).toEqual([])
  })

  test('what is made of an answer that is known only after apply is known only after apply, and then right', async () => {
    const { host, hosts } = oneHost()
    host.commands.set('cat /etc/app/conf', { rc: 0, stdout: 'level debug\n' })
    const tasks = `
    - {name: conf, copy: {dest: /etc/app/conf, content: level debug}}
    - {name: asked, command: {cmd: cat /etc/app/conf, reads: [/etc/app/conf]}, register: asked}
    - {name: kept, set_fact: {said: "{{ asked.stdout }}"}}
    - {name: meant, assert: {that: ["said == 'level debug'"]}}
    - {name: copied, copy: {dest: /etc/app/copy, content: x}, when: said == 'level debug'}
    - {name: each, command: {cmd: cat /etc/app/conf, reads: [/etc/app/conf]}, loop: [1], register: each}
    - {name: told, debug: {msg: "{{ each.results.0.stdout }}"}}
`
    const { plan, results, problems } = await play(`- hosts: all\n  tasks:${tasks}`, hosts)
    expect(problems).toEqual([])
    expect(plannedOutcomes(plan)).toEqual([
      'h1 conf change',
      ...['asked', 'kept', 'meant', 'copied', 'each(1)', 'told'].map((label) => `h1 ${label} later`),
    ])
    expect(results).toEqual([
      'h1 conf changed',
      'h1 asked ok',
      'h1 kept ok',
      'h1 meant ok',
      'h1 copied changed',
      'h1 each(1) ok',
      'h1 told ok',
    ])
  })

  test.each<{ case: string; task: string; rc: number; deeds: readonly string[]; results: readonly string[]; problems: readonly string[] }>([
    {
      case: 'a command that fails',
      task: 'command: try it',
      rc: 1,
      deeds: ['run try it'],
      results: ['failed'],
      problems: ['try ended with 1'],
    },
    {
      case: 'a failure that failed_when excuses',
      task: 'command: try it, register: r, failed_when: r.rc > 1',
      rc: 1,
      deeds: ['run try it', 'write /etc/app/after'],
      results: ['changed', 'changed'],
      problems: [],
    },
    {
      case: 'a failure that only failed_when sees',
      task: 'command: try it, register: r, failed_when: r.rc == 0',
      rc: 0,
      deeds: ['run try it'],
      results: ['failed'],
      problems: ['failed_when holds: r.rc == 0'],
    },
    {
      case: 'a failure that is ignored',
      task: 'command: try it, ignore_errors: true',
      rc: 1,
      deeds: ['run try it', 'write /etc/app/after'],
      results: ['ignored', 'changed'],
      problems: [],
    },
    {
      case: 'a success',
      task: 'command: try it',
      rc: 0,
      deeds: ['run try it', 'write /etc/app/after'],
      results: ['changed', 'changed'],
      problems: [],
    },
  ])('what comes after $case', async ({ task, rc, deeds, results, problems }) => {
    const { host, hosts } = oneHost()
    host.commands.set('try it', { rc, stdout: '' })
    const told = await play(`- hosts: all\n  tasks:\n    - {${task}}\n    - {copy: {dest: /etc/app/after, content: x}}\n`, hosts)
    expect(host.deeds).toEqual(deeds)
    expect(told.results.map((line) => line.split(' ').at(-1))).toEqual(results)
    expect(told.report.problems.map(({ message }) => message)).toEqual(problems)
    expect(told.report.exitCode).toBe(problems.length === 0 ? 0 : 2)
  })

  test('a file that changed since the plan is not overwritten', async () => {
    const { host, hosts } = oneHost()
    host.put('/etc/app/conf', 'old')
    const { report, problems } = await play(`- hosts: all\n  tasks:\n    - copy: {dest: /etc/app/conf, content: new}\n`, hosts, {
      on: (event) => event.type === 'plan_ready' && host.put('/etc/app/conf', 'somebody else'),
    })
    expect(host.files.get('/etc/app/conf')?.content).toBe('somebody else')
    expect(report.exitCode).toBe(2)
    expect(problems[0]?.message).toContain('changed since it was planned')
  })

  test('that leaves something to change has not converged', async () => {
    const { host, hosts } = oneHost()
    const { report, problems } = await play(twoFiles, hosts, {
      on: (event) => event.type === 'phase_started' && event.phase === 'converge' && host.put('/etc/app/tls/one', 'reverted by a cron job'),
    })
    expect(report).toMatchObject({ exitCode: 2, recap: [{ converged: false }] })
    expect(problems).toMatchObject([{ code: 'NOT_CONVERGED', task: 'one' }])
  })

  test('a refusal on one host stops the run before the first change of any', async () => {
    const hosts = hostsNamed('h1', 'h2')
    hosts
      .get('h2')
      ?.files.set('/etc/app/tls', { type: 'link', content: '', owner: 'root', group: 'root', mode: 0o777, link: '/etc/app/tls' })
    const { report } = await play(twoFiles, hosts)
    expect(report.exitCode).toBe(1)
    expect([...hosts.values()].flatMap((host) => host.deeds)).toEqual([])
  })

  test('an unreachable host is counted and the others go on', async () => {
    const hosts = hostsNamed('h1', 'h2')
    const lost = hosts.get('h1')
    if (lost !== undefined) lost.unreachable = true
    const { report } = await play(twoFiles, hosts)
    expect(report.exitCode).toBe(4)
    expect(report.recap).toMatchObject([
      { host: 'h1', unreachable: 1, changed: 0 },
      { host: 'h2', unreachable: 0, changed: 3 },
    ])
  })
})

describe('segments', () => {
  const registered = `
- hosts: all
  tasks:
    - {name: ask, command: get-name, register: got}
    - {name: use, copy: {dest: "/etc/app/{{ got.stdout }}", content: x}}
    - {name: apart, copy: {dest: /etc/app/apart, content: y}}
`
  test('what reads a result of an act is known after apply, what does not is planned', async () => {
    const { hosts } = oneHost()
    const { plan } = await play(registered, hosts, { mode: 'plan' })
    expect(plannedOutcomes(plan)).toEqual(['h1 ask change', 'h1 use later', 'h1 apart change'])
  })

  test('is filled in when the act has run, in the order of the playbook', async () => {
    const { host, hosts } = oneHost()
    host.commands.set('get-name', { rc: 0, stdout: 'name' })
    const { report, results } = await play(registered, hosts)
    expect(host.deeds).toEqual(['run get-name', 'write /etc/app/name', 'write /etc/app/apart'])
    expect(results).toEqual(['h1 ask changed', 'h1 use changed', 'h1 apart changed'])
    expect(report).toMatchObject({ exitCode: 0, notProvable: ['h1: ask'], recap: [{ converged: true }] })
  })

  test.each([
    { keywords: '', rc: 0, unproved: ['h1: ask'] },
    { keywords: ', changed_when: false', rc: 0, unproved: [] },
    { keywords: ', changed_when: true', rc: 0, unproved: ['h1: ask'] },
    { keywords: ', register: r, changed_when: r.rc == 1, failed_when: false', rc: 0, unproved: [] },
    { keywords: ', register: r, changed_when: r.rc == 1, failed_when: false', rc: 1, unproved: ['h1: ask'] },
    { keywords: ', loop: [1, 2], changed_when: item == 2', rc: 0, unproved: ['h1: ask (2)'] },
    { keywords: ', register: r, changed_when: false, until: r.rc == 0', rc: 0, unproved: [] },
  ])('a command that ends with $rc is left to be proved unless it changed nothing$keywords', async ({ keywords, rc, unproved }) => {
    const { host, hosts } = oneHost()
    host.commands.set('ask', { rc, stdout: '' })
    const { report } = await play(`- {hosts: all, tasks: [{name: ask, command: ask${keywords}}]}\n`, hosts)
    expect(report).toMatchObject({ exitCode: 0, notProvable: unproved })
  })

  test('set_fact, assert and debug are answered while planning', async () => {
    const { hosts } = oneHost()
    const { plan } = await play(
      `
- hosts: all
  vars: {port: 9090}
  tasks:
    - set_fact: {url: "https://{{ inventory_hostname }}:{{ port }}/"}
    - assert: {that: ['url == "https://h1:9090/"', 'port > 1024']}
    - debug: {msg: "{{ url }}"}
`,
      hosts,
      { mode: 'plan' },
    )
    expect(plannedOutcomes(plan)).toEqual(['h1 set_fact ok', 'h1 assert ok', 'h1 debug ok'])
  })

  test('a false assertion is known before anything acts', async () => {
    const { host, hosts } = oneHost()
    const { report } = await play(
      `- hosts: all\n  tasks:\n    - copy: {dest: /etc/app/x, content: x}\n    - assert: {that: ['1 > 2']}\n`,
      hosts,
    )
    expect(report.exitCode).toBe(2)
    expect(host.deeds).toEqual([])
  })
})

describe('what a task registers', () => {
  test('is there after the act as the plan knew it', async () => {
    const { host, hosts } = oneHost()
    const { report, results } = await play(
      `
- hosts: all
  tasks:
    - {copy: {dest: /etc/app/a, content: x}, register: made}
    - {copy: {dest: "{{ made.path }}.2", content: y}}
`,
      hosts,
    )
    expect(report).toMatchObject({ exitCode: 0, problems: [] })
    expect(results).toEqual(['h1 copy changed', 'h1 copy changed'])
    expect(host.deeds).toEqual(['write /etc/app/a', 'write /etc/app/a.2'])
  })

  test('and then cannot be used fails the host, with the place', async () => {
    const { host, hosts } = oneHost()
    host.commands.set('get', { rc: 0, stdout: 'no json' })
    const { report, problems } = await play(
      `- hosts: all\n  tasks:\n    - {command: get, register: got}\n    - {debug: {msg: "{{ fromJson got.stdout }}"}}\n`,
      hosts,
    )
    expect(report).toMatchObject({ exitCode: 2, recap: [{ failed: 1 }] })
    expect(problems).toMatchObject([{ code: 'TEMPLATE_VALUE', host: 'h1', at: { line: 4 } }])
  })
})

describe('handlers', () => {
  const playbook = `
- hosts: all
  tasks:
    - {name: b, copy: {dest: /etc/app/b, content: x}, notify: [second, first]}
    - {name: a, copy: {dest: /etc/app/a, content: x}, notify: second}
    - {name: later, command: after}
  handlers:
    - {name: first, command: run-first}
    - {name: second, command: run-second}
`
  test('run once each, in the order of their definition, after the tasks', async () => {
    const { host, hosts } = oneHost()
    const { plan } = await play(playbook, hosts)
    expect(host.deeds).toEqual(['write /etc/app/b', 'write /etc/app/a', 'run after', 'run run-first', 'run run-second'])
    expect(plannedOutcomes(plan).slice(-2)).toEqual(['h1 first change', 'h1 second change'])
  })

  test('do not run when nothing changed', async () => {
    const { host, hosts } = oneHost()
    await play(playbook, hosts)
    host.deeds.length = 0
    await play(playbook, hosts)
    expect(host.deeds).toEqual(['run after'])
  })

  test('are dropped for a host that fails', async () => {
    const { host, hosts } = oneHost()
    host.commands.set('after', { rc: 1, stdout: '' })
    const { report } = await play(playbook, hosts)
    expect(host.deeds).not.toContain('run run-first')
    expect(report.exitCode).toBe(2)
  })
})

describe('many hosts', () => {
  test('batches run one after another; a lost batch ends the run', async () => {
    const hosts = hostsNamed('h1', 'h2', 'h3')
    hosts.get('h1')?.commands.set('go', { rc: 1, stdout: '' })
    const { report } = await play(`- hosts: all\n  serial: [1, 2]\n  tasks:\n    - command: go\n`, hosts)
    expect([...hosts.values()].map((host) => host.deeds)).toEqual([['run go'], [], []])
    expect(report).toMatchObject({ exitCode: 2 })
  })

  test('run_once runs on the first host and answers for all', async () => {
    const hosts = hostsNamed('h1', 'h2')
    hosts.get('h1')?.commands.set('token', { rc: 0, stdout: 'T1' })
    const { problems } = await play(
      `
- hosts: all
  tasks:
    - {command: token, run_once: true, register: token}
    - {copy: {dest: /etc/app/token, content: x}}
    - {template: {src: t.hbs, dest: /etc/app/shown}}
`,
      hosts,
      { files: { '/p/templates/t.hbs': '{{ token.stdout }}\n' } },
    )
    expect(problems).toEqual([])
    expect([...hosts.values()].map((host) => [host.deeds[0], host.files.get('/etc/app/shown')?.content])).toEqual([
      ['run token', 'T1\n'],
      ['write /etc/app/token', 'T1\n'],
    ])
  })

  test('run_once with a loop answers for all with the results of every item', async () => {
    const hosts = hostsNamed('h1', 'h2')
    const { report, problems } = await play(
      `
- hosts: all
  tasks:
    - {command: "make {{ item }}", loop: [a, b], run_once: true, register: made}
    - {copy: {dest: /etc/app/x, content: y}, when: size(made.results) == 2}
`,
      hosts,
    )
    expect(problems).toEqual([])
    expect(report.exitCode).toBe(0)
    expect([...hosts.values()].map((host) => host.deeds)).toEqual([['run make a', 'run make b', 'write /etc/app/x'], ['write /etc/app/x']])
  })

  test('run_once that fails fails every host, and each is told why', async () => {
    const hosts = hostsNamed('h1', 'h2')
    hosts.get('h1')?.commands.set('go', { rc: 1, stdout: '' })
    const { report } = await play(`- hosts: all\n  tasks:\n    - {command: go, run_once: true}\n    - {command: next}\n`, hosts)
    expect(report).toMatchObject({ exitCode: 2, recap: [{ failed: 1 }, { failed: 0 }] })
    expect(report.problems.map(({ host }) => host)).toEqual(['h1', 'h2'])
  })

  test('a host whose batch was never reached is not blamed for it', async () => {
    const hosts = hostsNamed('h1', 'h2')
    hosts.get('h2')?.commands.set('go', { rc: 1, stdout: '' })
    const { report } = await play(
      `- hosts: all\n  serial: 1\n  tasks:\n    - {command: go}\n- hosts: all\n  tasks:\n    - {copy: {dest: /etc/app/x, content: y}}\n`,
      hosts,
    )
    expect(report.problems.map(({ code, host }) => `${host} ${code}`)).toEqual(['h2 TASK_FAILED'])
  })

  test('a tolerated failure is known after the act, and leaves nothing to converge', async () => {
    const { host, hosts } = oneHost()
    host.commands.set('probe it', { rc: 1, stdout: '' })
    host.full.add('/etc/app/full')
    const { report } = await play(
      `
- hosts: all
  tasks:
    - {command: probe it, register: r, ignore_errors: true}
    - {copy: {dest: /etc/app/fallback, content: x}, when: r.failed}
    - {copy: {dest: /etc/app/full, content: x}, ignore_errors: true}
`,
      hosts,
    )
    expect(host.deeds).toEqual(['run probe it', 'write /etc/app/fallback'])
    expect(report).toMatchObject({ exitCode: 0, problems: [], recap: [{ ignored: 2, failed: 0 }] })
  })

  test('no_log hides what a task says, and says so', async () => {
    const { host, hosts } = oneHost()
    host.commands.set('login hunter2', { rc: 1, stdout: '' })
    const told = await play(`- hosts: all\n  tasks:\n    - {name: log in, command: login hunter2, no_log: true}\n`, hosts)
    expect(JSON.stringify([told.plan, told.events, told.report])).not.toContain('hunter2')
    expect(told.problems).toMatchObject([{ task: 'log in', message: '(hidden by no_log)' }])
  })

  test('no_log hides what fails while planning, and what does not converge', async () => {
    const { host, hosts } = oneHost()
    const asserted = await play(`- hosts: all\n  tasks:\n    - {assert: {that: ['1 > 2'], fail_msg: hunter2}, no_log: true}\n`, hosts)
    const fought = await play(
      `- hosts: all\n  tasks:\n    - {lineinfile: {path: /etc/app/f, line: hunter3, create: true}, no_log: true}\n`,
      hosts,
      {
        on: (event) => event.type === 'phase_started' && event.phase === 'converge' && host.put('/etc/app/f', 'undone'),
      },
    )
    expect([...asserted.problems, ...fought.problems]).toMatchObject([{ code: 'TASK_FAILED' }, { code: 'NOT_CONVERGED' }])
    expect(JSON.stringify([asserted.events, fought.events])).not.toMatch(/hunter|line 1/)
  })

  test('delegate_to localhost acts here, once for each host', async () => {
    const hosts = new Map([...hostsNamed('h1', 'h2'), ['localhost', new MemoryHost()]])
    await play(
      `- hosts: all:!localhost\n  tasks:\n    - {copy: {dest: "/etc/app/{{ inventory_hostname }}", content: x}, delegate_to: localhost}\n`,
      hosts,
    )
    expect(hosts.get('localhost')?.deeds.toSorted()).toEqual(['write /etc/app/h1', 'write /etc/app/h2'])
    expect(hosts.get('h1')?.deeds).toEqual([])
  })

  test('ignore_errors goes on, and counts', async () => {
    const { host, hosts } = oneHost()
    host.commands.set('bad', { rc: 1, stdout: '' })
    const { report, results } = await play(
      `- hosts: all\n  tasks:\n    - {command: bad, ignore_errors: true}\n    - {command: good}\n`,
      hosts,
    )
    expect(results).toEqual(['h1 command ignored', 'h1 command changed'])
    expect(report).toMatchObject({ exitCode: 0, recap: [{ ok: 2, changed: 2, failed: 0, ignored: 1 }] })
  })

  test('a loop is one task with a result for each item', async () => {
    const { host, hosts } = oneHost()
    const { results, plan } = await play(
      `
- hosts: all
  tasks:
    - {name: files, copy: {dest: "/etc/app/{{ item }}", content: x}, loop: [a, b, c], when: 'item != "b"', register: made}
    - {name: seen, assert: {that: ['size(made.results) == 3', 'made.results[1].skipped', 'made.changed', '!made.skipped']}}
`,
      hosts,
    )
    expect(plannedOutcomes(plan)).toEqual(['h1 files(a) change', 'h1 files(b) skipped', 'h1 files(c) change', 'h1 seen ok'])
    expect(results).toEqual(['h1 files(a) changed', 'h1 files(b) skipped', 'h1 files(c) changed', 'h1 seen ok'])
    expect(host.deeds).toEqual(['write /etc/app/a', 'write /etc/app/c'])
  })
})
