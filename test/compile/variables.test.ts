import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type HostRuntime, hostScope, type Scope } from '../../src/compile/variables.ts'
import type { FactReader } from '../../src/compile/facts.ts'
import type { MapSource } from '../../src/model/source.ts'
import { TlsplayError } from '../../src/model/problem.ts'
import { Unknown, type Value, type ValueMap } from '../../src/model/value.ts'
import { codes, type CompiledWorld, compileWorld, type World } from './compiled.ts'

interface At {
  readonly host?: string
  readonly runtime?: Partial<HostRuntime>
  readonly fact?: FactReader
  readonly task?: number
  readonly loop?: ValueMap
  readonly runtimeOf?: (host: string) => HostRuntime | undefined
}

function scopeAt({ run }: CompiledWorld, { host = 'h1', runtime = {}, fact, task = 0, loop, runtimeOf }: At = {}): Scope {
  const play = run.plays[0]
  const node = play?.nodes.filter((each) => each.kind === 'task')[task]
  return hostScope({
    run,
    play,
    host,
    runtime: { facts: {}, registered: {}, includeVars: [], ...runtime },
    role: node?.role,
    task: node?.task,
    loop,
    fact,
    ...(runtimeOf === undefined ? {} : { runtimeOf }),
  })
}

const task = '- debug: {msg: "x"}\n'

/** One text for each layer, low to high; `v` is the variable. A layer is taken out by leaving its text away. */
const layers = [
  'role default',
  'inventory file group',
  'inventory group_vars/all',
  'playbook group_vars/all',
  'inventory group_vars',
  'playbook group_vars',
  'inventory file host',
  'inventory host_vars',
  'playbook host_vars',
  'play vars',
  'vars_files',
  'role vars',
  'task vars',
  'include_vars',
  'set_fact',
  'role input',
  'extra vars',
] as const

function layeredWorld(present: ReadonlySet<string>): World {
  const v = (layer: (typeof layers)[number]): string => (present.has(layer) ? `v: "${layer}"` : 'other: 1')
  const inventory = `[web]\nh1 ${present.has('inventory file host') ? 'v="inventory file host"' : ''}\n[web:vars]\n${present.has('inventory file group') ? 'v=inventory file group' : 'other=1'}\n`
  return {
    inventories: ['inv/hosts'],
    extraVars: present.has('extra vars') ? ['v="extra vars"'] : [],
    files: {
      'inv/hosts': inventory,
      'inv/group_vars/all.yml': v('inventory group_vars/all'),
      'group_vars/all.yml': v('playbook group_vars/all'),
      'inv/group_vars/web.yml': v('inventory group_vars'),
      'group_vars/web.yml': v('playbook group_vars'),
      'inv/host_vars/h1.yml': v('inventory host_vars'),
      'host_vars/h1.yml': v('playbook host_vars'),
      'vars.yml': v('vars_files'),
      'roles/r/role.yml':
        `summary: s\nversion: 1.0.0\ninputs:\n  v: {type: string, description: the value, ${present.has('role default') ? 'default: role default' : 'x-none: 1'}}\nvars: {${v('role vars')}}\n`.replace(
          ', x-none: 1',
          '',
        ),
      'roles/r/tasks/main.yml': `- debug: {msg: x}\n  vars: {${v('task vars')}}\n`,
      'site.yml': `- hosts: web\n  vars: {${v('play vars')}}\n  vars_files: [vars.yml]\n  roles:\n    - role: r\n      inputs: {${present.has('role input') ? 'v: role input' : ''}}\n`,
    },
  }
}

const varsOf = (value: string): MapSource => {
  const at = { file: 'v.yml', line: 1, column: 1 }
  return { kind: 'map', at, entries: [{ key: 'v', keyAt: at, value: { kind: 'scalar', value, at } }] }
}

describe('the layers of A.1, the highest taken away one at a time', () => {
  test.each(layers.map((layer, index) => [layer, index] as const))('%s wins over all below it', async (layer, index) => {
    const present = new Set<string>(layers.slice(0, index + 1))
    const world = await compileWorld(layeredWorld(present))
    expect(world.loadProblems).toEqual([])
    const runtime = {
      includeVars: present.has('include_vars') ? [varsOf('include_vars')] : [],
      facts: present.has('set_fact') ? { v: 'set_fact' } : {},
    }
    const scope = scopeAt(world, { runtime })
    expect(scope.lookup('v')).toBe(layer)
    if (!['include_vars', 'set_fact'].includes(layer)) expect(scope.origin('v')?.layer).toBe(layer)
  })
  test('nothing is left when all are gone', async () => {
    const scope = scopeAt(await compileWorld(layeredWorld(new Set())))
    expect([scope.lookup('v'), scope.has('v')]).toEqual([undefined, false])
  })
  test('a loop variable is above all of them, and magic names cannot be set', async () => {
    const world = await compileWorld({ ...layeredWorld(new Set(layers)), extraVars: ['v=1 inventory_hostname=zz facts=1'] })
    const scope = scopeAt(world, { loop: { v: 'item' }, fact: () => 'f' })
    expect([scope.lookup('v'), scope.lookup('inventory_hostname')]).toEqual(['item', 'h1'])
    expect((scope.lookup('facts') as ValueMap)['hostname']).toBe('f')
  })
})

const small = (vars: string, more: Partial<World> = {}): World => ({
  files: {
    'inventory.yml':
      'all:\n  hosts: {h1: {own: 1}, h2: {own: 2}, db: {}}\n  children: {web: {hosts: {h1: {}, h2: {}}, children: {deep: {hosts: {h1: {}}}}}}\n',
    'site.yml': `- hosts: all\n  vars:\n${vars.replace(/^/gm, '    ')}\n  tasks:\n    ${task}`,
    ...more.files,
  },
  ...(more.extraVars === undefined ? {} : { extraVars: more.extraVars }),
})

test('values are rendered at use, per host, and maps replace each other whole', async () => {
  const world = await compileWorld(small('a: "{{ b }}"\nb: "{{ own }}"\nm: {x: 1}', { extraVars: ['{"m": {"y": 2}}'] }))
  expect([scopeAt(world).lookup('a'), scopeAt(world, { host: 'h2' }).lookup('a')]).toEqual([1, 2])
  expect(scopeAt(world).lookup('m')).toEqual({ y: 2 })
  expect(scopeAt(world, { runtime: { facts: { own: '{{ a }}' } } }).lookup('a')).toBe('{{ a }}')
})

test('magic names', async () => {
  const scope = scopeAt(await compileWorld(small('x: 1')))
  const read = (name: string): unknown => JSON.parse(JSON.stringify(scope.lookup(name)))
  expect(read('group_names')).toEqual(['deep', 'web'])
  expect(read('groups')).toMatchObject({ all: ['h1', 'h2', 'db'], web: ['h1', 'h2'], deep: ['h1'] })
  expect(read('ansible_play_hosts')).toEqual(['h1', 'h2', 'db'])
  expect(read('ansible_play_batch')).toEqual(['h1', 'h2', 'db'])
  expect([read('playbook_dir'), read('inventory_dir'), read('ansible_check_mode')]).toEqual(['/play', '/play', false])
  expect(scope.env('HOME')).toBe('/home/me')
  expect(scope.env('constructor')).toBeUndefined()
})

test('hostvars gives the variables of another host, and what acts have set there', async () => {
  const world = await compileWorld(small('a: "{{ own }}"\nother: "{{ hostvars.h2.a }} {{ hostvars.h2.set }}"'))
  const scope = scopeAt(world, {
    runtimeOf: (host) => (host === 'h2' ? { facts: { set: 'S' }, registered: {}, includeVars: [] } : undefined),
  })
  expect(scope.lookup('other')).toBe('2 S')
  expect(Object.keys(scope.lookup('hostvars') as ValueMap)).toEqual(['h1', 'h2', 'db'])
})

describe('circles', () => {
  const circle = (scope: Scope, name: string) => {
    try {
      return scope.lookup(name)
    } catch (error) {
      return error instanceof TlsplayError ? error.problems : error
    }
  }
  test.each<[string, string, string]>([
    ['of one', 'a: "{{ a }}"', 'a -> a'],
    ['of three', 'a: "{{ b }}"\nb: "{{ c }}"\nc: "x{{ a }}"', 'a -> b -> c -> a'],
    ['behind a start', 'a: "{{ b }}"\nb: "{{ b }}"', 'b -> b'],
    ['over hosts', 'a: "{{ hostvars.h2.b }}"\nb: "{{ hostvars.h1.a }}"', 'hostvars.h2.b -> hostvars.h1.a -> hostvars.h2.b'],
  ])('%s', async (_, vars, chain) => {
    expect(circle(scopeAt(await compileWorld(small(vars))), 'a')).toMatchObject([
      { code: 'VARIABLE_CYCLE', message: expect.stringContaining(chain), at: { file: 'site.yml' } },
    ])
  })
  test('a long way is no circle, a longer one is refused', async () => {
    const chain = (length: number): string =>
      `${Array.from({ length }, (_, at) => `v${at}: "{{ v${at + 1} }}"`).join('\n')}\nv${length}: end`
    expect(scopeAt(await compileWorld(small(chain(90)))).lookup('v0')).toBe('end')
    expect(circle(scopeAt(await compileWorld(small(chain(200)))), 'v0')).toMatchObject([{ code: 'VARIABLE_CYCLE' }])
  })
  test('using a variable twice is none', async () => {
    expect(scopeAt(await compileWorld(small('a: "{{ b }}{{ b }}{{ c }}"\nb: x\nc: "{{ b }}"'))).lookup('a')).toBe('xxx')
  })
})

describe('facts', () => {
  const world = compileWorld(
    small(
      'n: "{{ facts.hostname }}"\nu: "{{ facts.services[\'prom.service\'].user }}"\nos: "{{ ansible_os_family }}"\nansible_fqdn: mine\nwrong: "{{ facts.hostnam }}"\nall: "{{#each facts.services}}{{/each}}"',
    ),
  )
  const asked: string[] = []
  const fact: FactReader = (path) => {
    asked.push(path.join('.'))
    return path[0] === 'services' ? { user: 'prometheus' } : path.join('/')
  }
  test('are asked for by use only', async () => {
    const scope = scopeAt(await world, { fact })
    expect(asked).toEqual([])
    expect([scope.lookup('n'), scope.lookup('u'), scope.lookup('os'), scope.lookup('ansible_fqdn')]).toEqual([
      'hostname',
      'prometheus',
      'os/family',
      'mine',
    ])
    expect(asked).toEqual(['hostname', 'services.prom.service', 'os.family'])
  })
  test('that do not exist are undefined, and units cannot be listed', async () => {
    const scope = scopeAt(await world, { fact })
    expect(() => scope.lookup('wrong')).toThrow('has no hostnam')
    expect(() => scope.lookup('all')).toThrow('cannot be listed')
  })
  test('what the engine throws passes through, and is asked again', async () => {
    const signal = new Error('ask first')
    let known = false
    const scope = scopeAt(await world, {
      fact: () => {
        if (known) return 'now'
        throw signal
      },
    })
    expect(() => scope.lookup('n')).toThrow(signal)
    known = true
    expect(scope.lookup('n')).toBe('now')
  })
  test('whatever a host answers, it makes no variable and touches no prototype', async () => {
    const names = fc.constantFrom(
      'ansible_host',
      'ansible_user',
      'ansible_become',
      'ansible_connection',
      'tlsplay_host',
      '__proto__',
      'constructor',
      'toString',
      'own',
    )
    const tree = fc.letrec<{ node: Value }>((tie) => ({
      node: fc.oneof({ depthSize: 'small' }, fc.string(), fc.dictionary(names, tie('node'), { noNullPrototype: true })),
    })).node
    const loaded = await world
    fc.assert(
      fc.property(tree, names, (answer, name) => {
        const scope = scopeAt(loaded, { fact: () => answer })
        scope.lookup('n')
        expect(scope.lookup(name)).toEqual(name === 'own' ? 1 : undefined)
        expect(Object.keys(Object.prototype)).toEqual([])
      }),
    )
  })
})

test('a role sees its inputs, its caller does not; what the caller writes is read in the caller', async () => {
  const world = await compileWorld({
    files: {
      ...small('port: 1\nshared: from play').files,
      'roles/inner/role.yml':
        'summary: s\nversion: 1.0.0\ninputs:\n  port: {type: integer, description: d}\n  shared: {type: string, description: d, default: own default}\n  text: {type: string, description: d, default: "{{ port }}!"}\n',
      'roles/inner/tasks/main.yml': task,
      'roles/outer/role.yml':
        'summary: s\nversion: 1.0.0\ninputs:\n  base: {type: integer, description: d}\ndependencies:\n  - role: inner\n    inputs: {port: "{{ base }}"}\n',
      'roles/outer/tasks/main.yml': task,
      'site.yml': '- hosts: h1\n  vars: {port: 1, shared: from play}\n  roles:\n    - role: outer\n      inputs: {base: "{{ port }}"}\n',
    },
  })
  expect(world.loadProblems).toEqual([])
  const [inner, outer] = [scopeAt(world, { task: 0 }), scopeAt(world, { task: 1 })]
  expect([inner.lookup('role_name'), inner.lookup('port'), inner.lookup('shared'), inner.lookup('text'), inner.lookup('base')]).toEqual([
    'inner',
    1,
    'from play',
    '1!',
    undefined,
  ])
  expect([outer.lookup('role_name'), outer.lookup('base'), outer.lookup('text')]).toEqual(['outer', 1, undefined])
})

test('an Unknown that was registered is read like any value', async () => {
  const world = await compileWorld(small('line: "{{ r.stdout }}"'))
  expect(world.problems).toEqual([])
  const later = new Unknown('after the run')
  expect(scopeAt(world, { runtime: { registered: { r: { stdout: later, changed: true } } } }).lookup('line')).toBe(later)
  expect(codes(world.loadProblems)).toEqual([])
})
