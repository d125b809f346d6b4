import { describe, expect, test } from 'vitest'
import { MemoryHost } from '../fakes/memory-host.ts'
import { hostsNamed, plannedOutcomes, play } from '../fakes/play.ts'

type Texts = Readonly<Record<string, string>>
const below = (files: Texts): Texts => Object.fromEntries(Object.entries(files).map(([path, text]) => [`/p/${path}`, text]))
const answering = (stdout: string): MemoryHost => {
  const host = new MemoryHost()
  host.commands.set('list', { rc: 0, stdout })
  return host
}
const ran = (host: MemoryHost | undefined): readonly string[] => (host?.deeds ?? []).map((deed) => deed.replace(/^run /, ''))

describe('a list of an include that is known only after an act', () => {
  const files = below({
    'item.yml': '- {name: mine, command: "one {{ item }}"}\n- {name: once, command: "two {{ item }}", run_once: true}\n',
  })
  const playbook =
    '- hosts: all\n  tasks: [{command: list, register: r}, {include_tasks: item.yml, loop: "{{ r.stdout_lines }}"}, {command: last}]\n'

  test('is gone through when it is reached', async () => {
    const host = answering('a\nb\nc')
    const { report, plan } = await play(playbook, new Map([['h1', host]]), { files })
    expect(report.exitCode).toBe(0)
    expect(ran(host)).toEqual(['list', 'one a', 'two a', 'one b', 'two b', 'one c', 'two c', 'last'])
    // in the plan one item stands for all
    expect(plannedOutcomes(plan)).toEqual([
      'h1 command change',
      'h1 include_tasks later',
      'h1 mine later',
      'h1 once later',
      'h1 command change',
    ])
  })

  test('may be empty, and another one on each host', async () => {
    const hosts = new Map([
      ['h1', answering('')],
      ['h2', answering('x\ny')],
    ])
    const { report } = await play(playbook.replace('- {name: once', '#'), hosts, {
      files: below({ 'item.yml': '- command: "one {{ item }}"\n' }),
    })
    expect(report.exitCode).toBe(0)
    expect([...hosts.values()].map(ran)).toEqual([
      ['list', 'last'],
      ['list', 'one x', 'one y', 'last'],
    ])
  })

  test('may hold 100 items, and one more is told', async () => {
    const lines = (count: number): string => Array.from({ length: count }, (_, at) => `n${at}`).join('\n')
    const some = below({ 'item.yml': '- command: "one {{ item }}"\n' })
    const full = answering(lines(100))
    expect((await play(playbook, new Map([['h1', full]]), { files: some })).report.exitCode).toBe(0)
    expect(ran(full)).toHaveLength(102)
    const { report, problems } = await play(playbook, new Map([['h1', answering(lines(101))]]), { files: some })
    expect(report.exitCode).toBe(2)
    expect(problems[0]?.message).toBe('the list of this include has more than 100 items')
  })

  test('may stand in an include of such a list, and call a role with its item', async () => {
    const host = answering('a\nb')
    const more = below({
      'outer.yml':
        '- {include_role: {name: r, inputs: {what: "{{ item }}{{ inner }}"}}, loop: "{{ r.stdout_lines }}", loop_control: {loop_var: inner}}\n',
      'roles/r/role.yml': "summary: a role\nversion: '1'\ninputs: {what: {type: string, description: w}}\n",
      'roles/r/tasks/main.yml': '- command: "role {{ what }}"\n',
    })
    const { report } = await play(playbook.replace('item.yml', 'outer.yml'), new Map([['h1', host]]), { files: more })
    expect(report.exitCode).toBe(0)
    expect(ran(host)).toEqual(['list', 'role aa', 'role ab', 'role ba', 'role bb', 'last'])
  })
})

describe('include_tasks among handlers', () => {
  const run = async (tasks: string, handlers: string, files: Texts) => {
    const hosts = hostsNamed('h1')
    const { report, plan } = await play(`- hosts: all\n  tasks: ${tasks}\n  handlers: ${handlers}\n`, hosts, { files: below(files) })
    expect(report.exitCode).toBe(0)
    return { deeds: ran(hosts.get('h1')), plan: plannedOutcomes(plan) }
  }
  const files = {
    'h.yml': '- {name: inner, command: "in {{ who | default(\'h\') }}"}\n- {command: second, when: "inventory_hostname == \'h1\'"}\n',
    'item.yml': '- command: "with {{ item }}"\n',
    'tells.yml': '- {command: tells, notify: later}\n',
  }
  const notifies = '{command: a, notify: bring}'
  test.each<{ case: string; tasks: string; handlers: string; deeds: readonly string[] }>([
    {
      case: 'run all their tasks when the include is notified',
      tasks: `[${notifies}]`,
      handlers: '[{name: bring, include_tasks: h.yml}]',
      deeds: ['a', 'in h', 'second'],
    },
    { case: 'do not run when it is not', tasks: '[{command: a}]', handlers: '[{name: bring, include_tasks: h.yml}]', deeds: ['a'] },
    {
      case: 'do not run when its condition does not hold',
      tasks: `[${notifies}]`,
      handlers: '[{name: bring, include_tasks: h.yml, when: false}]',
      deeds: ['a'],
    },
    {
      case: 'run at each flush before which it was notified, and at no other',
      tasks: `[${notifies}, {meta: flush_handlers}, {command: b, notify: other}, {meta: flush_handlers}, {command: c, notify: bring}]`,
      handlers: '[{name: bring, include_tasks: h.yml}, {name: other, command: other}]',
      deeds: ['a', 'in h', 'second', 'b', 'other', 'c', 'in h', 'second'],
    },
    {
      case: 'come in for each item, with variables',
      tasks: `[${notifies}]`,
      handlers: '[{name: bring, include_tasks: item.yml, loop: [x, y]}]',
      deeds: ['a', 'with x', 'with y'],
    },
    {
      case: 'listen, and have variables',
      tasks: '[{command: a, notify: topic}]',
      handlers: '[{listen: topic, include_tasks: h.yml, vars: {who: me}}]',
      deeds: ['a', 'in me', 'second'],
    },
    {
      case: 'notify a handler behind them',
      tasks: `[${notifies}]`,
      handlers: '[{name: bring, include_tasks: tells.yml}, {name: later, command: later}]',
      deeds: ['a', 'tells', 'later'],
    },
    {
      case: 'may be notified by a result that is known only after apply',
      tasks: '[{command: a, changed_when: true, register: r}, {command: b, notify: bring, when: r.rc == 0}]',
      handlers: '[{name: bring, include_tasks: h.yml}]',
      deeds: ['a', 'b', 'in h', 'second'],
    },
  ])('$case', async ({ tasks, handlers, deeds }) => {
    expect((await run(tasks, handlers, files)).deeds).toEqual(deeds)
  })

  test('stand in the plan', async () => {
    const { plan } = await run(`[${notifies}]`, '[{name: bring, include_tasks: h.yml}]', files)
    expect(plan).toEqual(['h1 command change', 'h1 bring ok', 'h1 inner change', 'h1 command change'])
  })

  test('are not notified by their own names', async () => {
    const playbook = '- hosts: all\n  tasks: [{command: a, notify: inner}]\n  handlers: [{name: bring, include_tasks: h.yml}]\n'
    await expect(play(playbook, hostsNamed('h1'), { files: below(files) })).rejects.toThrow('no handler is called "inner"')
  })
})

describe('public of include_role', () => {
  const files = below({
    'roles/r/role.yml':
      "summary: a role\nversion: '1.2'\nvars: {fixed: of the role}\ninputs: {port: {type: integer, description: p, default: 1}}\n",
    'roles/r/tasks/main.yml': '- command: "role {{ port }}"\n',
  })
  const says = `{command: "{{ fixed | default('none') }} {{ port | default('none') }}"}`
  test.each<{ case: string; tasks: string; deeds: readonly string[] }>([
    {
      case: 'shares what the role has with the tasks behind it',
      tasks: `[${says}, {include_role: {name: r, public: true}}, ${says}]`,
      deeds: ['none none', 'role 1', 'of the role 1'],
    },
    {
      case: 'does not unless it is said',
      tasks: `[{include_role: {name: r}}, {include_role: {name: r, public: false}}, ${says}]`,
      deeds: ['role 1', 'role 1', 'none none'],
    },
    {
      case: 'does not where the role was left out',
      tasks: `[{include_role: {name: r, public: true}, when: false}, ${says}]`,
      deeds: ['none none'],
    },
    {
      case: 'waits where it is known only after apply',
      tasks: `[{command: list, register: r}, {include_role: {name: r, public: true}, when: r.rc == 0}, ${says}]`,
      deeds: ['list', 'role 1', 'of the role 1'],
    },
  ])('$case', async ({ tasks, deeds }) => {
    const hosts = hostsNamed('h1')
    const { report } = await play(`- hosts: all\n  tasks: ${tasks}\n- hosts: all\n  tasks: [${says}]\n`, hosts, { files })
    expect(report.exitCode).toBe(0)
    expect(ran(hosts.get('h1'))).toEqual([...deeds, 'none none'])
  })
})
