import { describe, expect, test } from 'vitest'
import { MemoryHost } from '../fakes/memory-host.ts'
import { hostsNamed, plannedOutcomes, play } from '../fakes/play.ts'

type Texts = Readonly<Record<string, string>>
const below = (files: Texts): Texts => Object.fromEntries(Object.entries(files).map(([path, text]) => [`/p/${path}`, text]))
const role = (inputs = '{}'): string => `summary: a role\nversion: '1'\ninputs: ${inputs}\n`

const deedsOf = async (tasks: string, files: Texts, tags: readonly string[] = []): Promise<readonly string[]> => {
  const host = new MemoryHost()
  const playbook = `- hosts: all\n  vars: {family: debian, things: [x, y]}\n  tasks: ${tasks}\n`
  await play(playbook, new Map([['h1', host]]), { files: below(files), tags })
  return host.deeds.map((deed) => deed.replace(/^run /, ''))
}

test.each([
  { loop: '[a, b, c]', when: 'true', counts: { ok: 3, skipped: 0 } },
  { loop: '[a, b, c]', when: 'item != "a"', counts: { ok: 2, skipped: 0 } },
  { loop: '[a, b, c]', when: 'item != "b"', counts: { ok: 2, skipped: 0 } },
  { loop: '[a, b, c]', when: 'false', counts: { ok: 0, skipped: 1 } },
])('the recap counts each item of an include that is taken: $loop when $when', async ({ loop, when, counts }) => {
  const playbook = `- {hosts: all, tasks: [{include_tasks: none.yml, loop: ${loop}, when: '${when}'}]}\n`
  const { report } = await play(playbook, hostsNamed('h1'), { files: below({ 'none.yml': '[]\n' }) })
  expect(report.recap[0]).toMatchObject(counts)
})

describe('include_tasks', () => {
  const files = {
    't.yml': `- command: "in {{ who | default('t') }}"\n`,
    'sets.yml': '- {command: first}\n- set_fact: {done: true}\n- command: second\n',
    'item.yml': '- command: "one {{ item }}"\n- command: "two {{ item }}"\n',
    'inner.yml': '- include_tasks: pair.yml\n  loop: [1, 2]\n  loop_control: {loop_var: n, index_var: at}\n',
    'pair.yml': '- command: "{{ item }}{{ n }}{{ at }}"\n',
    'os/setup-debian.yml': '- command: debian\n',
    'os/setup-redhat.yml': '- command: redhat\n',
    'os/readme.txt': 'no tasks\n',
    'mixed/debian.yml': '- {command: debian}\n',
    'mixed/empty.yml': '# none yet\n',
    'mixed/other.yml': '- {hosts: all, tasks: [{command: other}]}\n',
    'mixed/all.yml': '- ansible.builtin.import_playbook: other.yml\n',
    'mixed/hosts.yml': 'all: {hosts: {h1: {}}}\n',
    'mixed/vars.yml': 'port: 9100\n',
    'tagged.yml': '- {command: plain}\n- {command: mine, tags: t}\n',
    'whoami.yml': '- {command: a, register: r}\n- {command: "rc {{ r.rc }}"}\n',
    'fails.yml': '- assert: {that: false}\n- command: behind\n',
  }
  test.each<{ case: string; tasks: string; deeds: readonly string[]; tags?: readonly string[] }>([
    { case: 'runs the tasks in its place', tasks: '[{command: a}, {include_tasks: t.yml}, {command: b}]', deeds: ['a', 'in t', 'b'] },
    { case: 'has the full name and the long form', tasks: '[{ansible.builtin.include_tasks: {file: t.yml}}]', deeds: ['in t'] },
    { case: 'leaves them out when its condition does not hold', tasks: '[{include_tasks: t.yml, when: false}]', deeds: [] },
    { case: 'tests its condition once', tasks: '[{include_tasks: sets.yml, when: \'!defined("done")\'}]', deeds: ['first', 'second'] },
    { case: 'gives its variables', tasks: '[{include_tasks: t.yml, vars: {who: me}}]', deeds: ['in me'] },
    {
      case: 'gives them above what was set',
      tasks: '[{set_fact: {who: fact}}, {include_tasks: t.yml, vars: {who: me}}, {include_tasks: t.yml}]',
      deeds: ['in me', 'in fact'],
    },
    {
      case: 'runs once per item, all tasks of one before the next',
      tasks: '[{include_tasks: item.yml, loop: [a, b]}]',
      deeds: ['one a', 'two a', 'one b', 'two b'],
    },
    {
      case: 'loops over a variable, and over what its condition lets through',
      tasks: "[{include_tasks: item.yml, loop: '{{ things }}', when: item != 'x'}]",
      deeds: ['one y', 'two y'],
    },
    { case: 'loops inside of itself', tasks: '[{include_tasks: inner.yml, loop: [a, b]}]', deeds: ['a10', 'a21', 'b10', 'b21'] },
    { case: 'chooses the file by a template', tasks: '[{include_tasks: "os/setup-{{ family }}.yml"}]', deeds: ['debian'] },
    {
      case: 'chooses a file for each item',
      tasks: '[{include_tasks: "os/setup-{{ item }}.yml", loop: [redhat, debian]}]',
      deeds: ['redhat', 'debian'],
    },
    {
      case: 'chooses by its whole name among other playbooks, inventories and variables',
      tasks: '[{include_tasks: "mixed/{{ item }}", loop: [debian.yml, empty.yml]}]',
      deeds: ['debian'],
    },
    { case: 'keeps its tags to itself', tasks: '[{include_tasks: tagged.yml, tags: t}]', deeds: ['mine'], tags: ['t'] },
    { case: 'is not reached by a tag of its tasks', tasks: '[{include_tasks: tagged.yml}]', deeds: [], tags: ['t'] },
    {
      case: 'gives what stands under apply',
      tasks: '[{include_tasks: {file: tagged.yml, apply: {tags: t}}, tags: t}]',
      deeds: ['plain', 'mine'],
      tags: ['t'],
    },
    {
      case: 'gives options that stand under apply',
      tasks: '[{include_tasks: {file: fails.yml, apply: {ignore_errors: true, vars: {a: 1}}}}, {command: after}]',
      deeds: ['behind', 'after'],
    },
    {
      case: 'inherits from the block around it',
      tasks: '[{block: [{include_tasks: t.yml}], vars: {who: block}, tags: t}]',
      deeds: ['in block'],
      tags: ['t'],
    },
    {
      case: 'that fails is for the block around it',
      tasks: '[{block: [{include_tasks: fails.yml}], rescue: [{command: mend}]}]',
      deeds: ['mend'],
    },
    {
      case: 'keeps what its tasks register',
      tasks: '[{include_tasks: whoami.yml}, {command: "then {{ r.rc }}"}]',
      deeds: ['a', 'rc 0', 'then 0'],
    },
    {
      case: 'waits for what it reads to be known',
      tasks:
        '[{command: ask, register: r}, {include_tasks: t.yml, when: r.rc == 0}, {include_tasks: item.yml, when: r.rc == 1, loop: [a]}]',
      deeds: ['ask', 'in t'],
    },
    {
      case: 'reads the list that stands in it when it is reached',
      tasks: '[{command: ask, register: r}, {include_tasks: item.yml, loop: ["{{ r.rc }}"]}]',
      deeds: ['ask', 'one 0', 'two 0'],
    },
  ])('$case', async ({ tasks, deeds, tags }) => {
    expect(await deedsOf(tasks, files, tags)).toEqual(deeds)
  })

  test('tells in the plan which tasks are known only after apply', async () => {
    const playbook = '- hosts: all\n  tasks: [{command: ask, register: r}, {include_tasks: t.yml, when: r.rc == 0}]\n'
    const { plan, results, report } = await play(playbook, hostsNamed('h1'), {
      files: below({ 't.yml': '- {name: mine, command: in t}\n' }),
    })
    expect(plannedOutcomes(plan)).toEqual(['h1 command change', 'h1 include_tasks later', 'h1 mine later'])
    expect(results).toEqual(['h1 command changed', 'h1 include_tasks ok', 'h1 mine changed'])
    expect(report.exitCode).toBe(0)
  })

  test('decides for each host', async () => {
    const hosts = hostsNamed('h1', 'h2')
    await play("- hosts: all\n  tasks: [{include_tasks: t.yml, when: inventory_hostname == 'h2'}, {command: all}]\n", hosts, {
      files: below(files),
    })
    expect([...hosts.values()].map(({ deeds }) => deeds)).toEqual([['run all'], ['run in t', 'run all']])
  })

  test('in a plan of several hosts runs a run_once task for those that the first host leaves out too', async () => {
    const hosts = hostsNamed('h1', 'h2')
    const { report } = await play(
      "- hosts: all\n  tasks: [{include_tasks: o.yml, when: inventory_hostname == 'h2'}, {command: all}]\n",
      hosts,
      {
        files: below({ 'o.yml': '- {command: once, run_once: true}\n- command: each\n' }),
      },
    )
    expect([...hosts.values()].map(({ deeds }) => deeds)).toEqual([['run all'], ['run each', 'run all']])
    expect(report.exitCode).toBe(0)
  })
})

describe('include_role', () => {
  const port = '{port: {type: integer, description: p, default: 1}}'
  const files = {
    'roles/r/role.yml': role(port),
    'roles/r/tasks/main.yml': '- {command: "main {{ port }} {{ role_name }}", notify: told}\n',
    'roles/r/tasks/extra.yml': '- command: "extra {{ port }}"\n',
    'roles/r/tasks/own.yml': '- include_tasks: extra.yml\n- {command: "{{ item }} {{ port }}", loop: [z]}\n',
    'roles/r/handlers/main.yml': '- {name: told, command: "told {{ port }}"}\n',
  }
  test.each<{ case: string; tasks: string; deeds: readonly string[] }>([
    { case: 'calls the role', tasks: '[{include_role: {name: r}}]', deeds: ['main 1 r', 'told 1'] },
    { case: 'calls one file of it', tasks: '[{include_role: {name: r, tasks_from: extra}, vars: {port: 2}}]', deeds: ['extra 2'] },
    { case: 'leaves it out', tasks: '[{include_role: {name: r}, when: false}]', deeds: [] },
    {
      case: 'calls it for each item, with inputs made of the item',
      tasks: '[{include_role: {name: r, tasks_from: own.yml, inputs: {port: "{{ item }}"}}, loop: [5, 6]}]',
      deeds: ['extra 5', 'z 5', 'extra 6', 'z 6'],
    },
  ])('$case', async ({ tasks, deeds }) => {
    expect(await deedsOf(tasks, files)).toEqual(deeds)
  })
})

describe('include_vars', () => {
  const files = {
    'vars/a.yml': 'x: a\ny: "{{ x }}!"\n',
    'b-debian.yml': 'x: debian\n',
    'b-redhat.yml': 'x: redhat\n',
    'lone/v.yml': 'x: lone\n',
    'lone/t.yml': '- command: no variable\n',
    'more/1.yml': 'x: one\n',
    'more/2.yml': 'x: two\n',
    'roles/r/role.yml': role(),
    'roles/r/vars/own.yml': 'x: own\n',
    'roles/r/tasks/main.yml': '- include_vars: own.yml\n- command: "{{ x }}"\n',
  }
  test.each<{ case: string; tasks: string; deeds: readonly string[] }>([
    { case: 'reads a file beside the playbook', tasks: '[{include_vars: a.yml}, {command: "{{ x }} {{ y }}"}]', deeds: ['a a!'] },
    { case: 'chooses it by a template', tasks: '[{include_vars: "b-{{ family }}.yml"}, {command: "{{ x }}"}]', deeds: ['debian'] },
    {
      case: 'chooses it by a template alone, beside a file of tasks',
      tasks: '[{include_vars: "lone/{{ item }}", loop: [v.yml]}, {command: "{{ x }}"}]',
      deeds: ['lone'],
    },
    { case: 'reads a folder in order', tasks: '[{include_vars: {dir: more}}, {command: "{{ x }}"}]', deeds: ['two'] },
    { case: 'makes one map of it', tasks: '[{include_vars: {file: b-redhat.yml, name: m}}, {command: "{{ m.x }}"}]', deeds: ['redhat'] },
    { case: 'stands below what is set', tasks: '[{set_fact: {x: fact}}, {include_vars: a.yml}, {command: "{{ x }}"}]', deeds: ['fact'] },
    { case: 'stands above variables of tasks', tasks: '[{include_vars: a.yml}, {command: "{{ x }}", vars: {x: task}}]', deeds: ['a'] },
    {
      case: 'skipped reads nothing',
      tasks: `[{include_vars: a.yml, when: false}, {command: "{{ x | default('none') }}"}]`,
      deeds: ['none'],
    },
    { case: 'reads vars/ of a role', tasks: '[{import_role: {name: r}}]', deeds: ['own'] },
  ])('$case', async ({ tasks, deeds }) => {
    expect(await deedsOf(tasks, files)).toEqual(deeds)
  })
})
