import { afterAll, describe, test } from 'vitest'
import { type Case, comparison } from './both.ts'
import { act, condition, spelled, tell } from './spelling.ts'

const compare = comparison()
afterAll(() => compare.stop())

const changed = { changed_when: true }
const play = (tasks: readonly unknown[], more: object = {}): Case => ({ playbook: { hosts: 'all', tasks, ...more } })
const role = (name: string, tasks: readonly unknown[], more: object = {}, dependencies: readonly unknown[] = []) => ({
  [`roles/${name}/role.yml`]: spelled({ summary: 's', version: '1.0.0', dependencies, ...more }, {}),
  [`roles/${name}/meta/main.yml`]: spelled('', { dependencies }),
  [`roles/${name}/tasks/main.yml`]: tasks,
})

/** Nobody listens on port 1 of this machine. */
const oneAway = 'h1 ansible_host=127.0.0.1 ansible_port=1\nh2 ansible_connection=local\nh3 ansible_connection=local\n'
const run = (name: string, keywords: object = {}) => ({ name, command: { argv: ['true'] }, changed_when: false, ...keywords })
const one = 'h1 ansible_connection=local\n'

/** A word of plays and tasks each, which no other file of this folder gives to both sides. */
const cases: Readonly<Record<string, Case>> = {
  'throttle of a task and of a play': play([act('one', { throttle: 1, ...changed }), act('two')], { throttle: 2 }),
  'ignore_unreachable of a task': {
    hosts: oneAway,
    ...play([run('one', { ignore_unreachable: true }), run('two', { ignore_unreachable: true })]),
  },
  'timeout that is not reached': { hosts: one, ...play([run('one', { timeout: 30 })]) },
  'timeout that is reached': {
    hosts: one,
    ...play([
      { name: 'one', command: { argv: ['sleep', '20'] }, changed_when: false, timeout: 1, ignore_errors: true, register: 'r' },
      tell('result', ['r.failed', 'r.changed']),
    ]),
  },
  'check_mode of a task keeps it from acting': {
    hosts: one,
    ...play([
      { name: 'write', copy: { dest: '{{ playbook_dir }}/left', content: 'x' }, check_mode: true, register: 'r' },
      tell('result', ['r.changed', 'ansible_check_mode']),
    ]),
    reads: ['left'],
  },
  'diff shows, and does nothing else': {
    hosts: one,
    ...play([{ name: 'write', copy: { dest: '{{ playbook_dir }}/left', content: 'x' }, diff: true }, act('two', { diff: false })]),
    reads: ['left'],
  },
  'no_log keeps what is registered': {
    hosts: one,
    ...play([
      { name: 'one', command: { argv: ['echo', 'hidden'] }, register: 'r', no_log: true, changed_when: false },
      { name: 'two', assert: { that: ['r.stdout == "hidden"'] } },
    ]),
  },
  'is version, with every operator': play(
    ['3.0.19', '3.0.2', '3.1', '3.0.2a', '10.0'].flatMap((version) =>
      ['==', '!=', '<', 'le', '>', '>='].map((operator) =>
        act(`${version} ${operator}`, {
          when: condition(`isVersion("${version}", "3.0.2", "${operator}")`, `'${version}' is version('3.0.2', '${operator}')`),
        }),
      ),
    ),
  ),
  'pause between items': play([act('loop', { loop: [1, 2], loop_control: { pause: 0.01 } })]),
  'a role that others depend on runs before them, once': {
    files: {
      ...role('base', [act('base')]),
      ...role('left', [act('left')], {}, ['base']),
      ...role('right', [act('right')], {}, ['base', 'left']),
    },
    playbook: { hosts: 'all', roles: ['right', 'left', 'base'] },
  },
  'a handler that is named with its role': {
    files: { ...role('r', [act('one', { ...changed, notify: 'r : A' })]), 'roles/r/handlers/main.yml': [act('A'), act('B')] },
    playbook: { hosts: 'all', roles: ['r'], tasks: [act('two', { ...changed, notify: 'r : B' })] },
  },
  'meta end_role': {
    files: role('r', [act('one'), { meta: 'end_role', when: 'inventory_hostname == "h1"' }, act('two')]),
    playbook: { hosts: 'all', roles: ['r'], tasks: [act('behind')] },
  },
  'meta noop and clear_facts': play([act('one'), { meta: 'noop' }, { meta: 'clear_facts' }, act('two')]),
  'tags of a play, a role and a block': {
    files: role('r', [act('of the role', { tags: ['own'] })]),
    playbook: [
      { hosts: 'web', tags: ['play'], tasks: [act('one'), act('two', { tags: ['never'] })] },
      { hosts: 'all', roles: [{ role: 'r', tags: ['r'] }], tasks: [{ tags: ['b'], block: [act('three')] }, act('four')] },
    ],
    args: ['--tags', 'play,r,b'],
  },
  'names that are always there': {
    hosts: 'w1.lab.test\nh2\n[web]\nw1.lab.test\n[site:children]\nweb\n[all:vars]\nansible_connection=local\n',
    ...play([
      tell('names', [
        'inventory_hostname',
        'inventory_hostname_short',
        'group_names',
        'groups.web',
        'ansible_play_hosts',
        'ansible_check_mode',
      ]),
    ]),
  },
  'hosts of a play and of a batch': play([tell('hosts', ['ansible_play_hosts', 'ansible_play_hosts_all', 'ansible_play_batch'])], {
    serial: 3,
  }),
  'the name of a role in it': { files: role('r', [tell('name', ['role_name'])]), playbook: { hosts: 'all', roles: ['r'] } },
  'variables of a play, a block and a task': play(
    [tell('play', ['x']), { vars: { x: 'block' }, block: [tell('block', ['x']), tell('task', ['x'], { vars: { x: 'task' } })] }],
    { vars: { x: 'play' } },
  ),
  'environment of a play, a block and a task': {
    hosts: one,
    ...play(
      [
        {
          environment: { B: 'block', C: 'block' },
          block: [
            {
              name: 'one',
              shell: { cmd: 'echo "$A $B $C"' },
              environment: { C: 'task' },
              register: 'r',
              changed_when: false,
            },
          ],
        },
        tell('environment', ['r.stdout']),
      ],
      { environment: { A: 'play', B: 'play' } },
    ),
  },
  'changed_when and failed_when with several conditions': play([
    act('one', { changed_when: ['inventory_hostname != "h1"', 'inventory_hostname != "h2"'] }),
    act('two', { failed_when: ['inventory_hostname != "h1"', 'inventory_hostname != "h2"'], ignore_errors: true }),
  ]),
  'retries without until': {
    hosts: one,
    ...play([
      { name: 'one', command: { argv: ['false'] }, retries: 2, delay: 0, register: 'r', ignore_errors: true },
      tell('result', ['r.attempts', 'r.failed']),
    ]),
  },
  'force_handlers, and a handler that fails': play([act('one', { ...changed, notify: ['A', 'B'] }), act('two', { failed_when: true })], {
    handlers: [act('A', { failed_when: 'inventory_hostname == "h1"' }), act('B')],
    force_handlers: true,
  }),
  'vars_files, the first of several that is there': {
    files: { 'b.yml': { x: 'b' }, 'c.yml': { y: 'c' } },
    ...play([tell('both', ['x', 'y'])], { vars_files: [['a.yml', 'b.yml'], 'c.yml'] }),
  },
  'import_role with variables and a file of tasks': {
    files: {
      ...role('r', [act('main')], { inputs: { x: { type: 'string', default: 'own', description: 'x' } } }),
      'roles/r/defaults/main.yml': spelled('', { x: 'own' }),
      'roles/r/tasks/other.yml': [tell('x', ['x'])],
    },
    ...play([
      { import_role: { name: 'r', tasks_from: 'other' }, vars: { x: 'given' } },
      {
        name: 'include',
        include_role: { name: 'r', tasks_from: 'other.yml' },
        when: condition('inventory_hostname == "h1"', 'inventory_hostname == "h1"'),
      },
    ]),
  },
}

describe('a word of plays and tasks', () => {
  test.each(Object.entries(cases))('%s', async (_name, given) => {
    await compare.equal(given)
  })
})
