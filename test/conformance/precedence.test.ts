import { afterAll, describe, expect, test } from 'vitest'
import { type Case, comparison } from './both.ts'
import { act, spelled, tell } from './spelling.ts'

const compare = comparison()
afterAll(() => compare.stop())

/** From the lowest to the highest: design and Ansible's documentation name the same order. */
const layers = [
  ...['role default', 'inventory file group', 'inventory group_vars/all', 'playbook group_vars/all', 'inventory group_vars/web'],
  ...[
    'playbook group_vars/web',
    'inventory file host',
    'inventory host_vars',
    'playbook host_vars',
    'play vars',
    'vars_prompt',
    'vars_files',
  ],
  ...['role vars', 'block vars', 'task vars', 'include_vars', 'set_fact', 'role params', 'include params', 'extra vars'],
] as const

type Layer = (typeof layers)[number]

/** A role that tells x, which every layer up to the given one sets. */
function upTo(top: number): Case {
  const has = (layer: Layer): boolean => layers.indexOf(layer) <= top
  const value = (layer: Layer) => (has(layer) ? { x: layer } : undefined)
  const file = (layer: Layer, path: string) => (has(layer) ? { [path]: { x: layer } } : {})
  // Here a role's own variable cannot be given by its caller, there it can: then it is left out here.
  const own = has('role params') ? undefined : value('role vars')
  const input = { x: { type: 'string', description: 'what is told', ...(has('role default') ? { default: 'role default' } : {}) } }
  const told = [{ block: [tell('x', ['x'], { vars: value('task vars') })], vars: value('block vars') }]
  return {
    inventory: 'inv/hosts',
    hosts: [
      ...['[web]', `h1 ansible_connection=local${has('inventory file host') ? ' x="inventory file host"' : ''}`],
      ...(has('inventory file group') ? ['[web:vars]', 'x=inventory file group'] : []),
      '',
    ].join('\n'),
    files: {
      ...file('inventory group_vars/all', 'inv/group_vars/all.yml'),
      ...file('playbook group_vars/all', 'group_vars/all.yml'),
      ...file('inventory group_vars/web', 'inv/group_vars/web.yml'),
      ...file('playbook group_vars/web', 'group_vars/web.yml'),
      ...file('inventory host_vars', 'inv/host_vars/h1.yml'),
      ...file('playbook host_vars', 'host_vars/h1.yml'),
      ...file('vars_files', 'file.yml'),
      'roles/r/role.yml': spelled({ summary: 'tells x', version: '1.0.0', ...(own === undefined ? { inputs: input } : { vars: own }) }, {}),
      'roles/r/defaults/main.yml': value('role default') ?? {},
      'roles/r/vars/main.yml': value('role vars') ?? {},
      // What an include gives stands above all that its file sees: then the same task is reached through one.
      'roles/r/tasks/main.yml': has('include params')
        ? [{ name: 'include', include_tasks: 'told.yml', vars: value('include params') }]
        : told,
      'roles/r/tasks/told.yml': told,
      ...file('include_vars', 'included.yml'),
    },
    args: has('extra vars') ? ['-e', '{"x": "extra vars"}'] : [],
    playbook: {
      hosts: 'all',
      vars: value('play vars'),
      // nobody is there to answer
      vars_prompt: has('vars_prompt') ? [{ name: 'x', private: false, default: 'vars_prompt' }] : undefined,
      vars_files: has('vars_files') ? ['file.yml'] : undefined,
      pre_tasks: [
        has('include_vars') ? { name: 'read', include_vars: 'included.yml' } : act('nothing'),
        has('set_fact') ? { name: 'set', set_fact: { x: 'set_fact' } } : act('nothing'),
      ],
      roles: [has('role params') ? spelled({ role: 'r', inputs: { x: 'role params' } }, { role: 'r', x: 'role params' }) : { role: 'r' }],
    },
  }
}

describe('the winner of all layers up to', () => {
  test.each(layers.map((layer, index) => ({ layer, index })))('$layer', async ({ layer, index }) => {
    const { theirs } = await compare.both(upTo(index))
    expect(theirs.hosts['h1']?.map(({ said }) => said)).toContainEqual({ x: layer })
    await compare.equal(upTo(index))
  })
})
