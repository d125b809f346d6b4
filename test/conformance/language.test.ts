import { afterAll, describe, expect, test } from 'vitest'
import { type Case, comparison } from './both.ts'
import { act, condition, spelled, tell } from './spelling.ts'

const compare = comparison()
afterAll(() => compare.stop())

const on = (...hosts: readonly string[]): string => `inventory_hostname in ${JSON.stringify(hosts)}`
const play = (tasks: readonly unknown[], more: object = {}): Case => ({ playbook: { hosts: 'all', tasks, ...more } })
const handlers = [act('A'), act('B')]
const changed = { changed_when: true }
const role = {
  'roles/r/role.yml': spelled({ summary: 'one task', version: '1.0.0' }, {}),
  'roles/r/tasks/main.yml': [act('of the role')],
}

/** Nobody listens on port 1 of this machine. */
const oneAway = 'h1 ansible_host=127.0.0.1 ansible_port=1\nh2 ansible_connection=local\nh3 ansible_connection=local\n'
/** A task that needs its host on both sides. */
const run = (name: string, keywords: object = {}) => ({ name, command: { argv: ['true'] }, changed_when: false, ...keywords })

/** The cases that the language was designed by; a number is that of design/language.md A.13. */
const layered = ['a', 'b', 'c', 'd', 'e', 'f', 'g']

const cases: Readonly<Record<string, Case>> = {
  '2: a folder of variables hides the file of the same name': {
    ...play([tell('both', ['a', 'b'])]),
    files: { 'group_vars/web/one.yml': { a: 'folder' }, 'group_vars/web.yml': { a: 'file', b: 'file' } },
  },
  '3: variables of a section are text, those of a host line are values': {
    hosts: 'h1 x=1 z=True ansible_connection=local\n[web]\nh1\n[web:vars]\ny=1\n',
    ...play([tell('both', ['x', 'y', 'z'])]),
  },
  '4: handlers run as they are defined, once each': play(
    [act('one', { ...changed, notify: ['B', 'A'] }), act('two', { ...changed, notify: ['A', 'B'] })],
    { handlers },
  ),
  '5: a host that fails loses its handlers': play([act('one', { ...changed, notify: 'A' }), act('two', { failed_when: on('h1') })], {
    handlers,
  }),
  '5: force_handlers keeps them': play([act('one', { ...changed, notify: 'A' }), act('two', { failed_when: on('h1') })], {
    handlers,
    force_handlers: true,
  }),
  '5: a host that cannot be reached has none, force_handlers or not': {
    hosts: oneAway,
    ...play([run('one', { ...changed, notify: 'A' }), run('two')], { handlers, force_handlers: true }),
  },
  '6: an ignored failure notifies nobody': play([act('one', { ...changed, failed_when: on('h1'), ignore_errors: true, notify: 'A' })], {
    handlers,
  }),
  '7: handlers of pre_tasks run before the roles': {
    files: role,
    playbook: { hosts: 'all', pre_tasks: [act('one', { ...changed, notify: 'A' })], roles: ['r'], tasks: [act('two')], handlers },
  },
  '8: a skipped item keeps its place': play([
    act('loop', { loop: [1, 2, 3], when: 'item != 2', register: 'r' }),
    tell('result', ['r.skipped', 'r.changed', 'r.results.1.skipped']),
  ]),
  '8: a loop of skipped items is skipped': play([
    act('loop', { loop: [1, 2, 3], when: 'item > 3', register: 'r' }),
    tell('result', ['r.skipped', 'r.changed']),
  ]),
  '8: a list that nobody defined, behind a condition that is false': play([
    act('loop', { loop: '{{ nowhere }}', when: condition('defined("nowhere")', 'nowhere is defined'), register: 'r' }),
  ]),
  '9: a task that is skipped overwrites what another registered': play([
    act('one', { ...changed, register: 'r' }),
    act('two', { when: false, register: 'r' }),
    tell('result', ['r.skipped', 'r.changed']),
  ]),
  '10: until that never holds': play([
    act('one', { until: 'inventory_hostname == "nobody"', retries: 3, delay: 0, register: 'r', ignore_errors: true }),
    tell('result', ['r.attempts', 'r.failed']),
  ]),
  'until that holds at once': play([
    act('one', { until: on('h1', 'h2', 'h3', 'h4'), retries: 3, delay: 0, register: 'r' }),
    tell('result', ['r.attempts', 'r.failed']),
  ]),
  '11: a rescue that succeeds': play([{ block: [act('one', { failed_when: true })], rescue: [act('two')] }, act('three')]),
  '11: a rescue that fails': play([
    { block: [act('one', { failed_when: on('h1') })], rescue: [act('two', { failed_when: on('h1') })], always: [act('last')] },
    act('three'),
  ]),
  '11: neither rescue nor always for a host that cannot be reached': {
    hosts: oneAway,
    ...play([{ block: [run('one')], rescue: [act('rescue')], always: [act('always')] }, act('behind')]),
  },
  '12: batches of one, then of half': play([act('one')], { serial: [1, '50%'] }),
  '12: half of a batch may fail': play([act('one', { failed_when: on('h1') }), act('two')], { serial: 2, max_fail_percentage: 50 }),
  '12: more than 49 percent may not': play([act('one', { failed_when: on('h1') }), act('two')], { serial: 2, max_fail_percentage: 49 }),
  '12: a batch that is lost ends the run': play([act('one', { failed_when: on('h1', 'h2') }), act('two')], { serial: 2 }),
  '13: run_once with a condition that is false on the first host': play([act('one', { run_once: true, when: on('h2') }), act('two')]),
  '13: run_once registers on every host': play([
    act('one', { run_once: true, ...changed, register: 'r' }),
    tell('result', ['r.changed', 'inventory_hostname']),
  ]),
  'run_once that fails': play([act('one', { run_once: true, failed_when: true }), act('two')]),
  '14: delegate_to keeps the name and the registered value of its host': play([
    act('one', { delegate_to: 'localhost', ...changed, register: 'r' }),
    tell('result', ['r.changed', 'inventory_hostname']),
  ]),
  '14: facts that are set on another host belong to the own one': play([
    { name: 'set', set_fact: { x: spelled('of {{ inventory_hostname }}', 'of {{ inventory_hostname }}') }, delegate_to: 'localhost' },
    tell('fact', ['x']),
  ]),
  '15: always is no help where another tag is skipped': {
    ...play([act('one', { tags: ['always', 'x'] }), act('two')]),
    args: ['--skip-tags', 'x'],
  },
  '15: another tag wakes what never runs': { ...play([act('one', { tags: ['never', 'dbg'] }), act('two')]), args: ['--tags', 'dbg'] },
  '15: the tags of include_tasks stay on it': {
    ...play([{ name: 'include', include_tasks: 'more.yml', tags: ['t'] }]),
    files: { 'more.yml': [act('untagged'), act('tagged', { tags: ['t'] })] },
    args: ['--tags', 't'],
  },
  '15: apply gives them to the tasks': {
    ...play([{ name: 'include', include_tasks: { file: 'more.yml', apply: { tags: ['t'] } }, tags: ['t'] }]),
    files: { 'more.yml': [act('untagged'), act('other', { tags: ['u'] })] },
    args: ['--tags', 't'],
  },
  '18: --start-at-task passes over what stands before it, always or not': {
    playbook: [
      { hosts: 'web', tasks: [act('earlier play')] },
      {
        hosts: 'all',
        pre_tasks: [act('first', { tags: ['always'] })],
        tasks: [act('one'), act('two', { ...changed, notify: 'A' }), act('three')],
        handlers,
      },
      { hosts: 'db', tasks: [act('one')] },
    ],
    args: ['--start-at-task', 'two'],
  },
  '18: --start-at-task with a pattern, in a block': {
    ...play([act('one'), { block: [act('in one'), act('in two', { failed_when: on('h1') })], rescue: [act('rescue')] }, act('behind')]),
    args: ['--start-at-task', 'in t*'],
  },
  '18: --start-at-task of a role': {
    files: role,
    playbook: { hosts: 'all', pre_tasks: [act('one')], roles: ['r'], tasks: [act('two')] },
    args: ['--start-at-task', 'of the role'],
  },
  'delegate_facts gives facts to the host they are set on': play([
    { name: 'set', set_fact: { x: 'of {{ inventory_hostname }}' }, delegate_to: 'h4', delegate_facts: true, run_once: true },
    tell('fact', ['x', 'hostvars.h4.x']),
  ]),
  'delegate_to another host of the inventory': play([act('one', { delegate_to: 'h4', register: 'r' }), tell('result', ['r.changed'])]),
  '17: import_tasks tests its condition before each task': {
    ...play([{ import_tasks: 'more.yml', when: condition('!defined("x")', 'x is not defined') }, act('behind')]),
    files: { 'more.yml': [{ name: 'set', set_fact: { x: 1 } }, act('second')] },
  },
  '17: include_tasks tests its condition once': {
    ...play([
      { name: 'include', include_tasks: 'more.yml', when: condition('!defined("x")', 'x is not defined') },
      { name: 'again', include_tasks: 'more.yml', when: condition('!defined("x")', 'x is not defined') },
      act('behind'),
    ]),
    files: { 'more.yml': [{ name: 'set', set_fact: { x: 1 } }, act('second')] },
  },
  'include_tasks on some hosts, in a loop, with variables': {
    ...play([
      { name: 'include', include_tasks: 'more.yml', loop: ['a', 'b'], vars: { v: 'of {{ item }}' }, when: on('h1', 'h3') },
      act('behind'),
    ]),
    files: { 'more.yml': [tell('item', ['item', 'v'])] },
  },
  'include_tasks that fails, and a rescue around it': {
    ...play([{ block: [{ name: 'include', include_tasks: 'more.yml' }, act('not')], rescue: [act('rescue')] }, act('behind')]),
    files: { 'more.yml': [act('first', { failed_when: on('h2') }), act('second')] },
  },
  'include_vars that one host runs for all': {
    ...play([
      { name: 'read', include_vars: 'more.yml', run_once: true },
      { name: 'not', include_vars: 'other.yml', run_once: true, when: on('h2') },
      tell('both', ['a', 'b']),
    ]),
    files: { 'more.yml': { a: 'of {{ inventory_hostname }}' }, 'other.yml': { b: 'other' } },
  },
  'include_vars stands below set_fact': {
    ...play([{ name: 'set', set_fact: { a: 'set' } }, { name: 'read', include_vars: 'more.yml' }, tell('both', ['a', 'b'])]),
    files: { 'more.yml': { a: 'file', b: 'file' } },
  },
  'include_role on some hosts': {
    files: role,
    ...play([{ name: 'include', include_role: { name: 'r' }, when: on('h1') }, act('behind')]),
  },
  'import_role tests its condition before each task': {
    files: role,
    ...play([{ import_role: { name: 'r' }, when: on('h1') }, act('behind')]),
  },
  'import_playbook with a condition': {
    files: { 'other.yml': [{ hosts: 'web', gather_facts: false, tasks: [act('imported'), act('second')] }] },
    playbook: [
      { import_playbook: 'other.yml', when: on('h1') },
      { hosts: 'db', tasks: [act('own')] },
    ],
  },
  'import_playbook takes the variables beside the imported playbook for its plays, and no others': {
    files: {
      'group_vars/all.yml': { a: 'all above', b: 'all above' },
      'group_vars/web.yml': { c: 'web above', d: 'web above' },
      'host_vars/h1.yml': { e: 'h1 above', f: 'h1 above' },
      'sub/group_vars/all.yml': { a: 'all below', d: 'all below' },
      'sub/group_vars/web.yml': { c: 'web below' },
      'sub/host_vars/h1.yml': { e: 'h1 below' },
      'sub/deeper/host_vars/h2.yml': { f: 'h2 deeper' },
      'sub/other.yml': [
        { hosts: 'all', gather_facts: false, tasks: [tell('below', layered), { name: 'set', set_fact: { g: '{{ a }}' } }] },
        { import_playbook: 'deeper/last.yml' },
      ],
      'sub/deeper/last.yml': [{ hosts: 'all', gather_facts: false, tasks: [tell('deeper', layered)] }],
    },
    playbook: [
      { hosts: 'all', tasks: [tell('before', layered)] },
      { import_playbook: 'sub/other.yml' },
      { hosts: 'all', tasks: [tell('after', layered)] },
    ],
  },
  'a condition of a block is tested before each task': play([
    { when: condition('!defined("x")', 'x is not defined'), block: [{ name: 'set', set_fact: { x: 1 } }, act('second')] },
  ]),
  'set_fact lives on in the next play': {
    playbook: [
      { hosts: 'all', vars: { y: 1 }, tasks: [{ name: 'set', set_fact: { x: 1 } }] },
      { hosts: 'all', tasks: [tell('both', ['x', 'y'])] },
    ],
  },
  'a host that failed is out of later plays': {
    playbook: [
      { hosts: 'all', tasks: [act('one', { failed_when: on('h2') })] },
      { hosts: 'all', tasks: [act('two')] },
    ],
  },
  'any_errors_fatal ends the run': play([act('one', { failed_when: on('h2') }), act('two')], { any_errors_fatal: true }),
  'meta end_host': play([{ meta: 'end_host', when: on('h1') }, act('two')]),
  'meta end_play': play([act('one'), { meta: 'end_play' }, act('two')]),
  'meta end_batch': play([{ meta: 'end_batch', when: on('h1') }, act('two')], { serial: 2 }),
  'a handler may notify a later one': play([act('one', { ...changed, notify: 'A' })], {
    handlers: [act('A', { ...changed, notify: 'B' }), act('B')],
  }),
  'the order of hosts: reversed': play([act('one')], { order: 'reverse_inventory', serial: 1 }),
  'the order of hosts: sorted backwards': play([act('one')], { order: 'reverse_sorted', serial: 3 }),
  'a loop with an index and a name of its own': play([
    act('loop', { loop: ['a', 'b'], loop_control: { loop_var: 'word', index_var: 'n' }, register: 'r', changed_when: 'n == 1' }),
    tell('result', ['r.changed', 'r.results.0.changed', 'r.results.1.word']),
  ]),
  'a loop in which one item fails': play([
    act('loop', { loop: ['a', 'b', 'c'], failed_when: 'item == "b"', ignore_errors: true, register: 'r' }),
    tell('result', ['r.failed', 'r.results.1.failed']),
  ]),
  break_when: play([
    act('loop', { loop: [1, 2, 3], loop_control: { break_when: 'item == 2' }, register: 'r' }),
    tell('result', ['r.changed']),
  ]),
}

describe('a case of the design', () => {
  test.each(Object.entries(cases))('%s', async (_name, given) => {
    await compare.equal(given)
  })
})

test('no case of the list is left out', () => {
  // one: precedence.test.ts, sixteen: patterns.test.ts
  const elsewhere = [1, 16]
  const numbers = Object.keys(cases).flatMap((name) => /^(\d+): /.exec(name)?.[1] ?? [])
  const all = [...elsewhere, ...numbers.map(Number)]
  expect([...new Set(all)].toSorted((one, other) => one - other)).toEqual(Array.from({ length: 18 }, (_, at) => at + 1))
})
