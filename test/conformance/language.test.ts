import { afterAll, describe, test } from 'vitest'
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

/** The cases that the language was designed by; those of one subject that have a ring of their own stand there. */
const cases: Readonly<Record<string, Case>> = {
  'a folder of variables hides the file of the same name': {
    ...play([tell('both', ['a', 'b'])]),
    files: { 'group_vars/web/one.yml': { a: 'folder' }, 'group_vars/web.yml': { a: 'file', b: 'file' } },
  },
  'variables of a section are text, those of a host line are values': {
    hosts: 'h1 x=1 z=True ansible_connection=local\n[web]\nh1\n[web:vars]\ny=1\n',
    ...play([tell('both', ['x', 'y', 'z'])]),
  },
  'handlers run as they are defined, once each': play(
    [act('one', { ...changed, notify: ['B', 'A'] }), act('two', { ...changed, notify: ['A', 'B'] })],
    { handlers },
  ),
  'a host that fails loses its handlers': play([act('one', { ...changed, notify: 'A' }), act('two', { failed_when: on('h1') })], {
    handlers,
  }),
  'force_handlers keeps them': play([act('one', { ...changed, notify: 'A' }), act('two', { failed_when: on('h1') })], {
    handlers,
    force_handlers: true,
  }),
  'an ignored failure notifies nobody': play([act('one', { ...changed, failed_when: on('h1'), ignore_errors: true, notify: 'A' })], {
    handlers,
  }),
  'handlers of pre_tasks run before the roles': {
    files: role,
    playbook: { hosts: 'all', pre_tasks: [act('one', { ...changed, notify: 'A' })], roles: ['r'], tasks: [act('two')], handlers },
  },
  'a skipped item keeps its place': play([
    act('loop', { loop: [1, 2, 3], when: 'item != 2', register: 'r' }),
    tell('result', ['r.skipped', 'r.changed', 'r.results.1.skipped']),
  ]),
  'a loop of skipped items is skipped': play([
    act('loop', { loop: [1, 2, 3], when: 'item > 3', register: 'r' }),
    tell('result', ['r.skipped', 'r.changed']),
  ]),
  'a list that nobody defined, behind a condition that is false': play([
    act('loop', { loop: '{{ nowhere }}', when: condition('defined("nowhere")', 'nowhere is defined'), register: 'r' }),
  ]),
  'a task that is skipped overwrites what another registered': play([
    act('one', { ...changed, register: 'r' }),
    act('two', { when: false, register: 'r' }),
    tell('result', ['r.skipped', 'r.changed']),
  ]),
  'until that never holds': play([
    act('one', { until: 'inventory_hostname == "nobody"', retries: 3, delay: 0, register: 'r', ignore_errors: true }),
    tell('result', ['r.attempts', 'r.failed']),
  ]),
  'until that holds at once': play([
    act('one', { until: on('h1', 'h2', 'h3', 'h4'), retries: 3, delay: 0, register: 'r' }),
    tell('result', ['r.attempts', 'r.failed']),
  ]),
  'a rescue that succeeds': play([{ block: [act('one', { failed_when: true })], rescue: [act('two')] }, act('three')]),
  'a rescue that fails': play([
    { block: [act('one', { failed_when: on('h1') })], rescue: [act('two', { failed_when: on('h1') })], always: [act('last')] },
    act('three'),
  ]),
  'batches of one, then of half': play([act('one')], { serial: [1, '50%'] }),
  'half of a batch may fail': play([act('one', { failed_when: on('h1') }), act('two')], { serial: 2, max_fail_percentage: 50 }),
  'more than 49 percent may not': play([act('one', { failed_when: on('h1') }), act('two')], { serial: 2, max_fail_percentage: 49 }),
  'a batch that is lost ends the run': play([act('one', { failed_when: on('h1', 'h2') }), act('two')], { serial: 2 }),
  'run_once with a condition that is false on the first host': play([act('one', { run_once: true, when: on('h2') }), act('two')]),
  'run_once registers on every host': play([
    act('one', { run_once: true, ...changed, register: 'r' }),
    tell('result', ['r.changed', 'inventory_hostname']),
  ]),
  'run_once that fails': play([act('one', { run_once: true, failed_when: true }), act('two')]),
  'delegate_to keeps the name and the registered value of its host': play([
    act('one', { delegate_to: 'localhost', ...changed, register: 'r' }),
    tell('result', ['r.changed', 'inventory_hostname']),
  ]),
  'delegate_to another host of the inventory': play([act('one', { delegate_to: 'h4', register: 'r' }), tell('result', ['r.changed'])]),
  'import_tasks tests its condition before each task': {
    ...play([{ import_tasks: 'more.yml', when: condition('!defined("x")', 'x is not defined') }, act('behind')]),
    files: { 'more.yml': [{ name: 'set', set_fact: { x: 1 } }, act('second')] },
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
