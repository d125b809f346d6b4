import { describe, expect, test } from 'vitest'
import { MemoryHost } from '../fakes/memory-host.ts'
import { hostsNamed, plannedOutcomes, play } from '../fakes/play.ts'

const broken = (command: string): MemoryHost => {
  const host = new MemoryHost()
  host.commands.set(command, { rc: 1, stdout: 'no' })
  return host
}

const recapOf = (recap: readonly { readonly failed: number; readonly rescued: number; readonly ok: number }[]) =>
  recap.map(({ ok, failed, rescued }) => ({ ok, failed, rescued }))

describe('a block', () => {
  const guarded = `
- hosts: all
  tasks:
    - block:
        - {name: first, command: first}
        - {name: try, command: try it}
        - {name: behind, command: behind}
      rescue:
        - {name: mend, command: "mend {{ failed_task.name }} {{ ansible_failed_result.rc }}"}
      always:
        - {name: clean, command: clean}
    - {name: after, command: after}
`
  test('that fails goes on with rescue and always, and the host with what follows', async () => {
    const host = broken('try it')
    const { report, results, problems } = await play(guarded, new Map([['h1', host]]))
    expect(results).toEqual(['h1 first changed', 'h1 try rescued', 'h1 mend changed', 'h1 clean changed', 'h1 after changed'])
    expect(host.deeds).toEqual(['run first', 'run try it', 'run mend try 1', 'run clean', 'run after'])
    expect(problems).toEqual([])
    expect({ exitCode: report.exitCode, recap: recapOf(report.recap) }).toEqual({ exitCode: 0, recap: [{ ok: 4, failed: 0, rescued: 1 }] })
  })

  test('that does not fail runs always and no rescue; a plan says so of both, and counts no change for the rescue', async () => {
    const { plan, results } = await play(guarded, hostsNamed('h1'))
    expect(results).toEqual(['h1 first changed', 'h1 try changed', 'h1 behind changed', 'h1 clean changed', 'h1 after changed'])
    expect(plannedOutcomes(plan)).toContain('h1 mend later')
    expect(plan.plays[0]?.hosts[0]?.tasks.find(({ label }) => label === 'mend')?.reason).toBe('only if a task of the block fails')
  })

  test('whose tasks cannot fail plans no rescue', async () => {
    const { plan } = await play(
      '- hosts: all\n  tasks:\n    - {block: [{debug: {msg: x}}], rescue: [{name: mend, command: mend}]}\n',
      hostsNamed('h1'),
    )
    expect(plannedOutcomes(plan)).toEqual(['h1 debug ok'])
  })

  test('that surely fails in the plan is rescued in the plan', async () => {
    const tasks = `
    - block: [{name: never, fail_here: 1}]
`.replace('fail_here: 1', 'assert: {that: 1 == 2}')
    const playbook = `- hosts: all\n  tasks:${tasks}      rescue: [{name: mend, command: mend}]\n`
    const { plan, results, report } = await play(playbook, hostsNamed('h1'))
    expect(plannedOutcomes(plan)).toEqual(['h1 never failed', 'h1 mend change'])
    expect(results).toEqual(['h1 never rescued', 'h1 mend changed'])
    expect(report.exitCode).toBe(0)
  })

  test.each<{ case: string; tasks: string; deeds: readonly string[]; exitCode: number }>([
    {
      case: 'a rescue that fails',
      tasks: '[{block: [{command: bad}], rescue: [{command: bad}, {command: no}], always: [{command: clean}]}, {command: no}]',
      deeds: ['run bad', 'run bad', 'run clean'],
      exitCode: 2,
    },
    {
      case: 'no rescue',
      tasks: '[{block: [{command: bad}, {command: no}], always: [{command: clean}]}, {command: no}]',
      deeds: ['run bad', 'run clean'],
      exitCode: 2,
    },
    {
      case: 'an inner block without rescue in an outer one with',
      tasks:
        '[{block: [{block: [{command: bad}], always: [{command: inner}]}, {command: no}], rescue: [{command: outer}]}, {command: after}]',
      deeds: ['run bad', 'run inner', 'run outer', 'run after'],
      exitCode: 0,
    },
    {
      case: 'an always that fails',
      tasks: '[{block: [{command: good}], rescue: [{command: no}], always: [{command: bad}, {command: no}]}, {command: no}]',
      deeds: ['run good', 'run bad'],
      exitCode: 2,
    },
    {
      case: 'an empty rescue',
      tasks: '[{block: [{command: bad}], rescue: []}, {command: no}]',
      deeds: ['run bad'],
      exitCode: 2,
    },
    {
      case: 'ignore_errors of the block',
      tasks: '[{block: [{command: bad}, {command: good}], ignore_errors: true}]',
      deeds: ['run bad', 'run good'],
      exitCode: 0,
    },
    {
      case: 'a rescue in a rescue',
      tasks: '[{block: [{command: bad}], rescue: [{block: [{command: bad}], rescue: [{command: deep}]}]}, {command: after}]',
      deeds: ['run bad', 'run bad', 'run deep', 'run after'],
      exitCode: 0,
    },
  ])('$case', async ({ tasks, deeds, exitCode }) => {
    const host = broken('bad')
    const { report } = await play(`- {hosts: all, tasks: ${tasks}}\n`, new Map([['h1', host]]))
    expect({ deeds: host.deeds, exitCode: report.exitCode }).toEqual({ deeds, exitCode })
  })

  test('what stands before a task that cannot be staged acts first when a rescue clears it', async () => {
    const host = new MemoryHost()
    host.full.add('/etc/app/two')
    const tasks = '[{copy: {dest: /etc/app/one, content: a}}, {copy: {dest: /etc/app/two, content: b}}]'
    const playbook = `- {hosts: all, tasks: [{block: ${tasks}, rescue: [{command: mend}]}]}\n`
    const { report } = await play(playbook, new Map([['h1', host]]))
    expect({ deeds: host.deeds, exitCode: report.exitCode }).toEqual({ deeds: ['write /etc/app/one', 'run mend'], exitCode: 0 })
  })

  test('gives its keywords and variables to its tasks, and a task its own over them', async () => {
    const playbook = `
- hosts: all
  tasks:
    - vars: {a: block, b: block}
      when: a == 'block'
      block:
        - {name: one, debug: {msg: "{{ a }} {{ b }}"}}
        - {name: two, debug: {msg: "{{ a }}"}, vars: {a: task}}
        - {block: [{name: three, debug: {msg: "{{ b }}"}}], vars: {b: inner}}
`
    const { plan } = await play(playbook, hostsNamed('h1'))
    expect(plan.plays[0]?.hosts[0]?.tasks.map(({ label, outcome, reason }) => [label, outcome, reason])).toEqual([
      ['one', 'ok', 'block block'],
      ['two', 'skipped', "a == 'block' does not hold"],
      ['three', 'ok', 'inner'],
    ])
  })

  test('whose fail says why tells it to its rescue', async () => {
    const block = '[{name: give up, fail: {msg: no room}}]'
    const rescue = '[{name: told, debug: {msg: "{{ failed_task.name }}: {{ failed_result.msg }}"}}]'
    const { plan, results } = await play(`- {hosts: all, tasks: [{block: ${block}, rescue: ${rescue}}]}\n`, hostsNamed('h1'))
    expect(plan.plays[0]?.hosts[0]?.tasks.map(({ reason }) => reason)).toEqual(['no room', 'give up: no room'])
    expect(results).toEqual(['h1 give up rescued', 'h1 told ok'])
  })

  test('of an unreachable host is neither rescued nor cleaned up', async () => {
    const host = new MemoryHost()
    host.unreachable = true
    const { report } = await play(guarded, new Map([['h1', host]]))
    expect({ deeds: host.deeds, exitCode: report.exitCode }).toEqual({ deeds: [], exitCode: 4 })
  })
})

describe('a failure that counts for more than its host', () => {
  const hosts = () => new Map([...hostsNamed('h1', 'h2', 'h3', 'h4'), ['h2', broken('try it')]])
  const tasks = '[{name: try, command: try it}, {name: next, command: next}]'

  test.each<{ keywords: string; ran: readonly string[] }>([
    { keywords: '', ran: ['h1', 'h3', 'h4'] },
    { keywords: 'any_errors_fatal: true,', ran: [] },
    { keywords: 'max_fail_percentage: 24,', ran: [] },
    { keywords: 'max_fail_percentage: 25,', ran: ['h1', 'h3', 'h4'] },
  ])('with "$keywords" the next task runs on $ran', async ({ keywords, ran }) => {
    const all = hosts()
    const { report } = await play(`- {hosts: all, ${keywords} tasks: ${tasks}}\n`, all)
    expect([...all].filter(([, host]) => host.deeds.includes('run next')).map(([name]) => name)).toEqual(ran)
    expect([...all].filter(([, host]) => host.deeds.includes('run try it')).map(([name]) => name)).toEqual(['h1', 'h2', 'h3', 'h4'])
    expect(report.exitCode).toBe(2)
  })

  test('a host that was lost before counts for no task behind it', async () => {
    const all = hosts()
    const clean = '{command: clean, any_errors_fatal: true}'
    const playbook = `- {hosts: all, tasks: [{block: [{command: try it}], always: [${clean}]}, {command: next}]}\n`
    const { report } = await play(playbook, all)
    expect([...all].filter(([, host]) => host.deeds.includes('run next')).map(([name]) => name)).toEqual(['h1', 'h3', 'h4'])
    expect(report.problems.map(({ host, message }) => ({ host, fatal: message.includes('any_errors_fatal') }))).toEqual([
      { host: 'h2', fatal: false },
    ])
  })

  test('any_errors_fatal leaves always to every host, and a rescue clears it', async () => {
    const always = hosts()
    await play(`- {hosts: all, any_errors_fatal: true, tasks: [{block: ${tasks}, always: [{command: clean}]}]}\n`, always)
    expect([...always.values()].map((host) => host.deeds.at(-1))).toEqual(['run clean', 'run clean', 'run clean', 'run clean'])
    const rescue = hosts()
    const { report } = await play(`- {hosts: all, any_errors_fatal: true, tasks: [{block: ${tasks}, rescue: [{command: mend}]}]}\n`, rescue)
    expect([...rescue.values()].map((host) => host.deeds.at(-1))).toEqual(['run next', 'run mend', 'run next', 'run next'])
    expect(report.exitCode).toBe(0)
  })
})

test.each([
  ['', []],
  ['force_handlers: true,', ['run told']],
])('after a failure, with "%s" the handlers that run are %j', async (keyword, told) => {
  const host = broken('bad')
  const playbook = `- {hosts: all, ${keyword} tasks: [{command: change, notify: told}, {command: bad}], handlers: [{name: told, command: told}]}\n`
  const { report } = await play(playbook, new Map([['h1', host]]))
  expect({ deeds: host.deeds.slice(2), exitCode: report.exitCode }).toEqual({ deeds: told, exitCode: 2 })
})

test('import_tasks puts the tasks in place, with its keywords on each', async () => {
  const playbook = '- {hosts: all, tasks: [{import_tasks: more/tasks.yml, when: not defined("done"), vars: {who: world}}]}\n'.replace(
    'not defined("done")',
    '\'!defined("done")\'',
  )
  const files = { '/p/more/tasks.yml': '- {name: set, set_fact: {done: "{{ who }}"}}\n- {name: skipped, debug: {msg: x}}\n' }
  const { plan } = await play(playbook, hostsNamed('h1'), { files })
  expect(plannedOutcomes(plan)).toEqual(['h1 set ok', 'h1 skipped skipped'])
})

test.each([
  ['', ['run change', 'run told', 'run next']],
  ["when: inventory_hostname == 'h2'", ['run change', 'run next', 'run told']],
  ['when: r.rc == 0', ['run change', 'run told', 'run next']],
  ['when: r.rc == 1', ['run change', 'run next', 'run told']],
])('meta: flush_handlers %s runs what is due in its place', async (keyword, deeds) => {
  const playbook = `
- hosts: all
  tasks:
    - {command: change, notify: told, register: r}
    - meta: flush_handlers
      ${keyword}
    - {command: next}
  handlers: [{name: told, command: told}]
`
  const host = new MemoryHost()
  const { report } = await play(playbook, new Map([['h1', host]]))
  expect({ deeds: host.deeds, exitCode: report.exitCode }).toEqual({ deeds, exitCode: 0 })
})

test('a handler that fails at a flush inside of a block leads to its rescue', async () => {
  const host = broken('told')
  const block = '[{block: [{command: change, notify: told}, {meta: flush_handlers}, {command: no}], rescue: [{command: mend}]}]'
  const playbook = `- {hosts: all, tasks: ${block}, handlers: [{name: told, command: told}]}\n`
  const { report } = await play(playbook, new Map([['h1', host]]))
  expect({ deeds: host.deeds, exitCode: report.exitCode }).toEqual({ deeds: ['run change', 'run told', 'run mend'], exitCode: 0 })
})
