import { describe, expect, test } from 'vitest'
import { type CommandAnswer, MemoryHost } from '../fakes/memory-host.ts'
import { hostsNamed, plannedOutcomes, play } from '../fakes/play.ts'

const answers = (...rcs: readonly number[]): CommandAnswer[] => rcs.map((rc) => ({ rc, stdout: `rc ${rc}` }))

function hostWith(commands: Readonly<Record<string, CommandAnswer[]>>): MemoryHost {
  const host = new MemoryHost()
  for (const [line, list] of Object.entries(commands)) host.commands.set(line, [...list])
  return host
}

const tell = '{name: tell, debug: {msg: "{{ r.attempts }} {{ r.failed }} {{ r.changed }}"}}'

describe('until', () => {
  test.each<{
    case: string
    task: string
    rcs: readonly number[]
    runs: number
    waits: readonly number[]
    says: string | undefined
    exitCode: number
  }>([
    {
      case: 'that holds at once runs the task once',
      task: 'until: r.rc == 0',
      rcs: [0],
      runs: 1,
      waits: [],
      says: '1 false true',
      exitCode: 0,
    },
    {
      case: 'that holds the third time waits twice, 5 seconds each',
      task: 'until: r.rc == 0',
      rcs: [1, 1, 0],
      runs: 3,
      waits: [5000, 5000],
      says: '3 false true',
      exitCode: 0,
    },
    {
      case: 'that never holds runs it retries + 1 times and counts the retries',
      task: 'until: r.rc == 7, retries: 3, delay: 2, ignore_errors: true',
      rcs: [0],
      runs: 4,
      waits: [2000, 2000, 2000],
      says: '3 true true',
      exitCode: 0,
    },
    {
      case: 'that never holds fails the host',
      task: 'until: r.rc == 7, retries: 1, delay: 0',
      rcs: [0],
      runs: 2,
      waits: [0],
      says: undefined,
      exitCode: 2,
    },
    {
      case: 'with retries: 0 runs once',
      task: 'until: r.rc == 7, retries: 0',
      rcs: [0],
      runs: 1,
      waits: [],
      says: undefined,
      exitCode: 2,
    },
    {
      case: 'retries alone go on until it does not fail',
      task: 'retries: 5, delay: 1.5',
      rcs: [1, 0],
      runs: 2,
      waits: [1500],
      says: '2 false true',
      exitCode: 0,
    },
    {
      case: 'reads what failed_when and changed_when said of the attempt',
      task: 'until: "!r.failed && !r.changed", failed_when: r.rc == 1, changed_when: r.rc == 2',
      rcs: [1, 2, 3],
      runs: 3,
      waits: [5000, 5000],
      says: '3 false false',
      exitCode: 0,
    },
    {
      case: 'that holds leaves a failure that failed_when sees',
      task: 'until: r.rc == 2, failed_when: r.rc == 2, ignore_errors: true',
      rcs: [0, 2],
      runs: 2,
      waits: [5000],
      says: '2 true true',
      exitCode: 0,
    },
    {
      case: 'may read the number of the attempt',
      task: 'until: r.attempts == 2',
      rcs: [0],
      runs: 2,
      waits: [5000],
      says: '2 false true',
      exitCode: 0,
    },
    {
      case: 'retries and delay may be templates',
      task: 'until: r.rc == 7, retries: "{{ n }}", delay: "{{ n }}", ignore_errors: true, vars: {n: 2}',
      rcs: [0],
      runs: 3,
      waits: [2000, 2000],
      says: '2 true true',
      exitCode: 0,
    },
  ])('$case', async ({ task, rcs, runs, waits, says, exitCode }) => {
    const host = hostWith({ try: answers(...rcs) })
    const { plan, events, pauses, report } = await play(
      `- {hosts: all, tasks: [{name: try, command: try, register: r, ${task}}, ${tell}]}\n`,
      new Map([['h1', host]]),
    )
    expect(plannedOutcomes(plan)).toEqual(['h1 try change', 'h1 tell later'])
    expect(host.deeds).toEqual(Array.from({ length: runs }, () => 'run try'))
    expect(pauses).toEqual(waits)
    const told = events.flatMap((event) => (event.type === 'task_finished' && event.result.label === 'tell' ? event.result.detail : []))
    expect(told).toEqual(says === undefined ? [] : [says])
    expect(report.exitCode).toBe(exitCode)
  })

  test('says how often it was tried and what did not hold', async () => {
    const host = hostWith({ try: answers(0) })
    const { problems } = await play(
      '- {hosts: all, tasks: [{name: try, command: try, register: r, until: r.rc == 7, retries: 2, delay: 0}]}\n',
      new Map([['h1', host]]),
    )
    expect(problems).toMatchObject([{ code: 'TASK_FAILED', message: 'tried 3 times, and until: r.rc == 7 does not hold' }])
  })

  test('of a task that asks is decided in the plan when the first answer is enough', async () => {
    const host = hostWith({ 'look now': answers(0) })
    const tasks = `[{name: look, command: {cmd: look now, reads: true}, register: r, until: r.rc == 0}, ${tell}]`
    const { plan, results, pauses } = await play(`- {hosts: all, tasks: ${tasks}}\n`, new Map([['h1', host]]))
    expect(plannedOutcomes(plan)).toEqual(['h1 look ok', 'h1 tell ok'])
    expect(plan.plays[0]?.hosts[0]?.tasks[1]?.reason).toBe('1 false false')
    expect({ results, pauses }).toEqual({ results: ['h1 look ok', 'h1 tell ok'], pauses: [] })
  })

  test('of a task that asks is known after apply else, and asks again each time', async () => {
    const host = hostWith({ 'look now': answers(1, 1, 0) })
    const tasks = `[{name: look, command: {cmd: look now, reads: true}, register: r, until: r.rc == 0}, ${tell}]`
    const { plan, results, pauses, report } = await play(`- {hosts: all, tasks: ${tasks}}\n`, new Map([['h1', host]]))
    expect(plannedOutcomes(plan)).toEqual(['h1 look later', 'h1 tell later'])
    expect(plan.plays[0]?.hosts[0]?.tasks[0]?.reason).toBe('asked again until it holds: r.rc == 0')
    expect(results).toEqual(['h1 look ok', 'h1 tell ok'])
    expect({ pauses, exitCode: report.exitCode }).toEqual({ pauses: [5000, 5000], exitCode: 0 })
  })

  test('what stands before it acts first, and facts set before it are there', async () => {
    const host = hostWith({ 'try x': answers(1, 0) })
    const tasks =
      '[{set_fact: {word: x}}, {command: before}, {set_fact: {end: 0}}, {command: "try {{ word }}", register: r, until: r.rc == end, delay: 0}, {command: after}]'
    await play(`- {hosts: all, tasks: ${tasks}}\n`, new Map([['h1', host]]))
    expect(host.deeds).toEqual(['run before', 'run try x', 'run try x', 'run after'])
  })

  test('reads facts of the host that nobody asked for before', async () => {
    const host = hostWith({ try: answers(1, 0) })
    const tasks = '[{command: try, register: r, until: "r.rc == 0 ? facts.uid == 0 : false", delay: 0}]'
    const { report } = await play(`- {hosts: all, tasks: ${tasks}}\n`, new Map([['h1', host]]))
    expect({ deeds: host.deeds, exitCode: report.exitCode }).toEqual({ deeds: ['run try', 'run try'], exitCode: 0 })
  })

  test('of a loop is per item: all attempts of one before the next', async () => {
    const host = hostWith({ 'try a': answers(1, 0), 'try b': answers(0), 'try c': answers(1, 1, 0) })
    const said = '{{#each r.results}}{{ this.attempts }} {{/each}}'
    const tasks = `[{command: "try {{ item }}", loop: [a, b, c], register: r, until: r.rc == 0, delay: 0}, {debug: {msg: "${said}"}}]`
    const { events } = await play(`- {hosts: all, tasks: ${tasks}}\n`, new Map([['h1', host]]))
    expect(host.deeds).toEqual(['run try a', 'run try a', 'run try b', 'run try c', 'run try c', 'run try c'])
    const told = events.flatMap((event) => (event.type === 'task_finished' && event.result.label === 'debug' ? event.result.detail : []))
    expect(told).toEqual(['2 1 3 '])
  })

  test('in a block leads to its rescue when the attempts are used up', async () => {
    const host = hostWith({ try: answers(1) })
    const block = '{block: [{name: try, command: try, retries: 1, delay: 0}], rescue: [{command: "mend {{ failed_result.attempts }}"}]}'
    const { report } = await play(`- {hosts: all, tasks: [${block}]}\n`, new Map([['h1', host]]))
    expect({ deeds: host.deeds, exitCode: report.exitCode }).toEqual({ deeds: ['run try', 'run try', 'run mend 1'], exitCode: 0 })
  })

  test('of a handler holds for it as well', async () => {
    const host = hostWith({ told: answers(1, 0) })
    const handlers = '[{name: told, command: told, retries: 2, delay: 0}]'
    await play(`- {hosts: all, tasks: [{command: change, notify: told}], handlers: ${handlers}}\n`, new Map([['h1', host]]))
    expect(host.deeds).toEqual(['run change', 'run told', 'run told'])
  })

  test('does nothing twice that a first attempt has done', async () => {
    const host = new MemoryHost()
    const tasks = '[{copy: {dest: /etc/app/a, content: x}, register: r, until: "!r.changed", delay: 0}]'
    const { results, report } = await play(`- {hosts: all, tasks: ${tasks}}\n`, new Map([['h1', host]]))
    expect({ deeds: host.deeds, results, exitCode: report.exitCode }).toEqual({
      deeds: ['write /etc/app/a'],
      results: ['h1 copy ok'],
      exitCode: 0,
    })
  })

  test('ends at once when the host is lost', async () => {
    const host = hostWith({ try: answers(1) })
    const { report, pauses } = await play('- {hosts: all, tasks: [{command: try, retries: 9, register: r}]}\n', new Map([['h1', host]]), {
      on: (event) => {
        if (event.type === 'phase_started' && event.phase === 'apply') host.lost = true
      },
    })
    expect({ pauses, exitCode: report.exitCode, recap: report.recap[0]?.unreachable }).toEqual({ pauses: [], exitCode: 4, recap: 1 })
  })
})

describe('a loop', () => {
  test('goes on behind an item that fails, and then the host is lost', async () => {
    const host = hostWith({ 'do b': answers(1), 'do c': answers(1) })
    const tasks = '[{name: do, command: "do {{ item }}", loop: [a, b, c, d]}, {command: behind}]'
    const { results, report, problems } = await play(`- {hosts: all, tasks: ${tasks}}\n`, new Map([['h1', host]]))
    expect(host.deeds).toEqual(['run do a', 'run do b', 'run do c', 'run do d'])
    expect(results).toEqual(['h1 do(a) changed', 'h1 do(b) failed', 'h1 do(c) failed', 'h1 do(d) changed'])
    expect(problems.map(({ task }) => task)).toEqual(['do (b)', 'do (c)'])
    expect(report).toMatchObject({ exitCode: 2, recap: [{ ok: 0, changed: 0, failed: 1 }] })
  })

  test('goes on behind an item whose file cannot be put in place', async () => {
    const host = new MemoryHost()
    host.put('/etc/app/b', 'before')
    const { deeds } = host
    const tasks = '[{copy: {dest: "/etc/app/{{ item }}", content: x}, loop: [a, b, c]}, {command: behind}]'
    const { results } = await play(`- {hosts: all, tasks: ${tasks}}\n`, new Map([['h1', host]]), {
      on: (event) => {
        if (event.type === 'phase_started' && event.phase === 'apply') host.put('/etc/app/b', 'meanwhile')
      },
    })
    expect(deeds).toEqual(['write /etc/app/a', 'write /etc/app/c', 'rollback'])
    expect(results).toEqual(['h1 copy(a) changed', 'h1 copy(b) failed', 'h1 copy(c) changed'])
  })

  test('whose items surely fail says so of each in the plan', async () => {
    const tasks = '[{assert: {that: item > 1}, loop: [1, 2, 0]}, {command: behind}]'
    const { plan, report } = await play(`- {hosts: all, tasks: ${tasks}}\n`, hostsNamed('h1'))
    expect(plannedOutcomes(plan)).toEqual(['h1 assert(1) failed', 'h1 assert(2) ok', 'h1 assert(0) failed'])
    expect(report.exitCode).toBe(2)
  })

  test('that failed gives its rescue all of its results', async () => {
    const host = hostWith({ 'do b': answers(3) })
    const rescue = '[{name: mend, command: "mend {{ failed_result.results[1].rc }} {{ failed_result.msg }}"}]'
    const block = `{block: [{name: do, command: "do {{ item }}", loop: [a, b, c]}], rescue: ${rescue}}`
    const { results, report } = await play(`- {hosts: all, tasks: [${block}]}\n`, new Map([['h1', host]]))
    expect(host.deeds.at(-1)).toBe('run mend 3 One or more items failed')
    expect(results).toEqual(['h1 do(a) changed', 'h1 do(b) rescued', 'h1 do(c) changed', 'h1 mend changed'])
    expect(report).toMatchObject({ exitCode: 0, recap: [{ rescued: 1, failed: 0, ok: 1 }] })
  })

  test('counts as one task in the recap, whatever its items did', async () => {
    const tasks =
      '[{debug: {msg: x}, loop: [1, 2, 3]}, {copy: {dest: /etc/app/a, content: "{{ item }}"}, when: item > 1, loop: [1, 2]}, {debug: {msg: x}, loop: [], when: true}, {debug: {msg: x}, loop: [1, 2], when: item > 2}]'
    const { report } = await play(`- {hosts: all, tasks: ${tasks}}\n`, hostsNamed('h1'))
    expect(report.recap).toMatchObject([{ ok: 2, changed: 1, skipped: 2, failed: 0 }])
  })

  test('that fails, and may, counts as ok, ignored and changed', async () => {
    const host = hostWith({ 'do b': answers(1) })
    const tasks = '[{command: "do {{ item }}", loop: [a, b], ignore_errors: true}, {assert: {that: 1 == 2}, ignore_errors: true}]'
    const { report } = await play(`- {hosts: all, tasks: ${tasks}}\n`, new Map([['h1', host]]))
    expect(report).toMatchObject({ exitCode: 0, recap: [{ ok: 2, changed: 1, ignored: 2, failed: 0 }] })
  })

  test('pause waits between items that act', async () => {
    const host = new MemoryHost()
    const tasks = '[{command: before}, {command: "do {{ item }}", loop: [a, b, c], loop_control: {pause: 2.5}}, {command: after}]'
    const { pauses } = await play(`- {hosts: all, tasks: ${tasks}}\n`, new Map([['h1', host]]))
    expect(host.deeds).toEqual(['run before', 'run do a', 'run do b', 'run do c', 'run after'])
    expect(pauses).toEqual([2500, 2500])
  })

  test('break_when ends it behind the item that says so', async () => {
    const host = hostWith({ 'do b': answers(4) })
    const control = 'loop_control: {break_when: r.rc == 4}, failed_when: false'
    const tasks = `[{name: do, command: "do {{ item }}", loop: [a, b, c], register: r, ${control}}, {debug: {msg: "{{ length r.results }}"}}]`
    const { plan, results, report } = await play(`- {hosts: all, tasks: ${tasks}}\n`, new Map([['h1', host]]))
    expect(plannedOutcomes(plan)).toEqual(['h1 do(a) change', 'h1 do(b) later', 'h1 do(c) later', 'h1 debug later'])
    expect(host.deeds).toEqual(['run do a', 'run do b'])
    expect(results).toEqual(['h1 do(a) changed', 'h1 do(b) changed', 'h1 debug ok'])
    expect(report.exitCode).toBe(0)
  })

  test('break_when that a plan can tell ends it in the plan', async () => {
    const tasks = '[{name: see, debug: {msg: "{{ item }}"}, loop: [1, 2, 3], register: r, loop_control: {break_when: [r.msg == 2]}}]'
    const { plan } = await play(`- {hosts: all, tasks: ${tasks}}\n`, hostsNamed('h1'))
    expect(plannedOutcomes(plan)).toEqual(['h1 see(1) ok', 'h1 see(2) ok'])
  })

  test('break_when over changes is not undone by the proof at the end', async () => {
    const host = new MemoryHost()
    const tasks = '[{copy: {dest: "/etc/app/{{ item }}", content: x}, loop: [a, b], register: r, loop_control: {break_when: r.changed}}]'
    const { report } = await play(`- {hosts: all, tasks: ${tasks}}\n`, new Map([['h1', host]]))
    expect(host.deeds).toEqual(['write /etc/app/a'])
    expect(report).toMatchObject({ exitCode: 0, problems: [] })
  })

  test('extended tells each item its place', async () => {
    const say =
      '{{ ansible_loop.index }}/{{ ansible_loop.length }} {{ ansible_loop.first }} {{ ansible_loop.last }} {{ ansible_loop.revindex }}'
    const tasks = `[{debug: {msg: "${say} {{ join ansible_loop.allitems '' }}"}, loop: [a, b], loop_control: {extended: true}}]`
    const { plan } = await play(`- {hosts: all, tasks: ${tasks}}\n`, hostsNamed('h1'))
    expect(plan.plays[0]?.hosts[0]?.tasks.map(({ reason }) => reason)).toEqual(['1/2 true false 2 ab', '2/2 false true 1 ab'])
  })

  test.each<{ case: string; task: string; gives: unknown }>([
    {
      case: 'with items that are skipped in place',
      task: 'loop: [1, 2, 3], when: item != 2',
      gives: {
        changed: false,
        failed: false,
        skipped: false,
        msg: 'All items completed',
        results: [
          { item: 1, ansible_loop_var: 'item', skipped: false, msg: 'x' },
          { item: 2, ansible_loop_var: 'item', skipped: true },
          { item: 3, ansible_loop_var: 'item', skipped: false, msg: 'x' },
        ],
      },
    },
    {
      case: 'all skipped',
      task: 'loop: [1, 2], when: item > 2',
      gives: { skipped: true, msg: 'All items skipped', results: [{ skipped: true }, { skipped: true }] },
    },
    { case: 'an empty list', task: 'loop: []', gives: { skipped: true, changed: false, failed: false, results: [] } },
    {
      case: 'its own names',
      task: 'loop: [a], loop_control: {loop_var: one, index_var: n, extended: true}',
      gives: { results: [{ one: 'a', n: 0, ansible_loop_var: 'one', ansible_index_var: 'n', ansible_loop: { index: 1 } }] },
    },
    { case: 'a list that is missing, and a condition that says no', task: 'loop: "{{ missing }}", when: false', gives: { skipped: true } },
  ])('registers $case', async ({ task, gives }) => {
    const { events } = await play(
      `- {hosts: all, tasks: [{debug: {msg: x}, register: r, ${task}}, {name: tell, debug: {var: r}}]}\n`,
      hostsNamed('h1'),
    )
    const told = events.flatMap((event) => (event.type === 'task_finished' && event.result.label === 'tell' ? event.result.detail : []))
    expect(JSON.parse(told.join('\n'))).toMatchObject(gives as object)
  })
})
