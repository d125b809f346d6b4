import { describe, expect, test } from 'vitest'
import { batchesOf } from '../../src/compile/batches.ts'
import { roleInputValues } from '../../src/compile/check.ts'
import type { TaskNode } from '../../src/compile/compiled-run.ts'
import { taskTypes } from '../../src/tasks/index.ts'
import { codes, type CompiledWorld, compileWorld, somewhere, type World } from './compiled.ts'

const inventory = 'all:\n  hosts: {h1: {}, h2: {}, h3: {}, h4: {}}\n  children: {web: {hosts: {h1: {}, h2: {}, h3: {}}}}\n'
const world = (site: string, files: Readonly<Record<string, string>> = {}, more: Partial<World> = {}): Promise<CompiledWorld> =>
  compileWorld({ ...more, files: { 'inventory.yml': inventory, 'site.yml': site, ...files } })
const role = (name: string, { inputs = '{}', tasks = '- debug: {msg: x}\n', handlers = '', more = '' } = {}): Record<string, string> => ({
  [`roles/${name}/role.yml`]: `summary: s\nversion: 1.0.0\ninputs: ${inputs}\n${more}`,
  [`roles/${name}/tasks/main.yml`]: tasks,
  ...(handlers === '' ? {} : { [`roles/${name}/handlers/main.yml`]: handlers }),
})
const shape = ({ run }: CompiledWorld): readonly string[] =>
  run.plays.flatMap((play) => play.nodes.map((node) => (node.kind === 'task' ? node.label : node.kind)))
const tasks = ({ run }: CompiledWorld): readonly TaskNode[] =>
  run.plays.flatMap((play) => [...play.nodes.flatMap((node) => (node.kind === 'task' ? [node] : [])), ...play.handlers])
const sound = (compiled: CompiledWorld): void => expect([...compiled.loadProblems, ...compiled.problems]).toEqual([])

const task = (name: string, more = ''): string => `    - {name: ${name}, debug: {msg: x}${more}}\n`

test('tasks stand in the order of A.3, dependencies before the role that has them, a role once', async () => {
  const compiled = await world(
    `- hosts: web\n  post_tasks:\n${task('post')}  tasks:\n${task('main')}  roles: [b, a, {role: a, inputs: {n: 1}}, {role: a, inputs: {n: 1}}]\n  pre_tasks:\n${task('pre')}`,
    { ...role('a', { inputs: '{n: {type: integer, description: d, default: 0}}' }), ...role('b', { more: 'dependencies: [a]\n' }) },
  )
  sound(compiled)
  expect(shape(compiled)).toEqual(['pre', 'flush', 'a : debug', 'b : debug', 'a : debug', 'main', 'flush', 'post', 'flush'])
  expect(tasks(compiled).map(({ id }) => id)).toEqual([
    '0:pre_tasks:0',
    '0:roles:0',
    '0:roles:1',
    '0:roles:2',
    '0:tasks:0',
    '0:post_tasks:0',
  ])
})

test('the same role from two roles runs twice when what it gets is made of theirs', async () => {
  const user = (name: string): Record<string, string> =>
    role(name, { inputs: '{n: {type: integer, description: d}}', more: 'dependencies:\n  - role: a\n    inputs: {n: "{{ n }}"}\n' })
  const compiled = await world('- hosts: web\n  roles:\n    - {role: x, inputs: {n: 1}}\n    - {role: y, inputs: {n: 2}}\n', {
    ...role('a', { inputs: '{n: {type: integer, description: d}}' }),
    ...user('x'),
    ...user('y'),
  })
  sound(compiled)
  expect(shape(compiled).filter((label) => label === 'a : debug')).toHaveLength(2)
  expect(
    roleInputValues(compiled.run, taskTypes)
      .calls.filter(({ host }) => host === 'h1')
      .map(({ context, values }) => [context.id, values]),
  ).toEqual([
    ['a', { n: 1 }],
    ['x', { n: 1 }],
    ['a (2)', { n: 2 }],
    ['y', { n: 2 }],
  ])
})

test('keywords are inherited: the innermost become, all tags and conditions, the environment merged', async () => {
  const compiled = await world(
    `- hosts: web\n  become: true\n  become_user: root\n  tags: [p]\n  environment: {A: play, B: play}\n  roles:\n    - {role: r, tags: [q], when: "true", become_user: app, environment: {B: role}}\n`,
    role('r', { tasks: '- debug: {msg: x}\n  tags: t\n  when: ["1 == 1", true]\n  become: false\n  environment: {C: task}\n' }),
  )
  sound(compiled)
  expect(tasks(compiled)).toMatchObject([
    {
      tags: ['p', 'q', 't'],
      become: { enabled: { value: false }, user: { value: 'app' } },
      conditions: [{ value: 'true' }, { value: '1 == 1' }, { value: true }],
    },
  ])
  expect(tasks(compiled)[0]?.environment?.entries.map(({ key, value }) => [key, value.kind === 'scalar' ? value.value : ''])).toEqual([
    ['A', 'play'],
    ['B', 'role'],
    ['C', 'task'],
  ])
})

describe('tags', () => {
  const site = `- hosts: web\n  tasks:\n${task('plain')}${task('a', ', tags: a')}${task('dbg', ', tags: [never, dbg]')}${task('kept', ', tags: [always, x]')}`
  test.each<[string, object, readonly string[]]>([
    ['none', {}, ['plain', 'a', 'kept']],
    ['named', { tags: ['a'] }, ['a', 'kept']],
    ['never named', { tags: ['dbg'] }, ['dbg', 'kept']],
    ['skipped', { skipTags: ['x'] }, ['plain', 'a']],
  ])('%s', async (_, options, labels) => {
    const compiled = await world(site, {}, { options })
    expect(shape(compiled).filter((label) => label !== 'flush')).toEqual(labels)
    expect(compiled.warnings).toEqual([])
  })
  test('ids do not depend on them, unknown ones are a warning', async () => {
    const compiled = await world(site, {}, { options: { tags: ['a', 'zz'] } })
    expect(tasks(compiled).map(({ id }) => id)).toEqual(['0:tasks:1', '0:tasks:3'])
    expect(codes(compiled.warnings)).toEqual(['TAG_UNKNOWN'])
  })
})

describe('handlers', () => {
  const handler = (name: string, more = ''): string => `- {name: ${name}, debug: {msg: x}${more}}\n`
  test('by name, by role : name, by topic; roles before the play, unaffected by tags', async () => {
    const compiled = await world(
      `- hosts: web\n  tasks:\n${task('one', ', notify: [own, "r : shared", topic], tags: a')}  roles: [r]\n  handlers:\n    ${handler('own')}    ${handler('late', ', listen: topic')}`,
      role('r', { tasks: '- debug: {msg: x}\n  notify: shared\n', handlers: handler('shared', ', listen: topic') }),
      { options: { tags: ['a'] } },
    )
    sound(compiled)
    const [play] = compiled.run.plays
    expect(play?.handlers.map(({ id, label }) => [id, label])).toEqual([
      ['0:handlers:0', 'r : shared'],
      ['0:handlers:1', 'own'],
      ['0:handlers:2', 'late'],
    ])
    expect(tasks(compiled)[0]?.notifies).toEqual(['0:handlers:1', '0:handlers:0', '0:handlers:2'])
  })
  test('a handler of the play shadows one of a role, each use of a role means its own', async () => {
    const two = role('r', {
      inputs: '{n: {type: integer, description: d}}',
      tasks: '- debug: {msg: x}\n  notify: go\n',
      handlers: handler('go'),
    })
    const site = '- hosts: web\n  roles:\n    - {role: r, inputs: {n: 1}}\n    - {role: r, inputs: {n: 2}}\n'
    expect(tasks(await world(site, two)).map(({ notifies }) => notifies)).toEqual([['0:handlers:0'], ['0:handlers:1'], [], []])
    expect(tasks(await world(`${site}  handlers:\n    ${handler('go')}`, two)).map(({ notifies }) => notifies)).toEqual([
      ['0:handlers:2'],
      ['0:handlers:2'],
      [],
      [],
      [],
    ])
  })
  test.each<[string, string, string?]>([
    ['restrt', 'HANDLER_UNKNOWN', 'did you mean "restart"?'],
    ['"{{ x }}"', 'NOT_SUPPORTED'],
  ])('notify: %s is %s', async (notify, code, hint) => {
    const compiled = await world(`- hosts: web\n  tasks:\n${task('t', `, notify: ${notify}`)}  handlers:\n    ${handler('restart')}`)
    expect(compiled.problems).toMatchObject([{ code, at: { file: 'site.yml', line: 3 }, ...(hint === undefined ? {} : { hint }) }])
  })
})

describe('hosts', () => {
  const site = (more = ''): string => `- hosts: web\n${more}  tasks:\n${task('t')}`
  const hosts = ({ run }: CompiledWorld): readonly string[] => run.plays[0]?.hosts ?? []
  test.each<[string, string, object, readonly string[]]>([
    ['the pattern', '', {}, ['h1', 'h2', 'h3']],
    ['the limit cuts', '', { limit: 'all:!h2' }, ['h1', 'h3']],
    ['order reverse_inventory', '  order: reverse_inventory\n', {}, ['h3', 'h2', 'h1']],
    ['order reverse_sorted', '  order: reverse_sorted\n', {}, ['h3', 'h2', 'h1']],
    ['order sorted', '  order: sorted\n', {}, ['h1', 'h2', 'h3']],
    ['order shuffle by the numbers given', '  order: shuffle\n', {}, ['h1', 'h2', 'h3']],
  ])('%s', async (_, more, options, expected) => {
    const compiled = await world(site(more), {}, { options })
    sound(compiled)
    expect(hosts(compiled)).toEqual(expected)
  })
  test('a pattern may read extra vars', async () => {
    expect(hosts(await world(`- hosts: "{{ target }}"\n  tasks:\n${task('t')}`, {}, { extraVars: ['target=h4'] }))).toEqual(['h4'])
  })
  test.each<[string, string, object]>([
    ['a limit without hosts', 'web', { limit: 'nobody' }],
    ['a limit outside of the play', 'web', { limit: 'h4' }],
  ])('%s is NO_HOSTS', async (_, pattern, options) => {
    expect(codes((await world(`- hosts: ${pattern}\n  tasks:\n${task('t')}`, {}, { options })).problems)).toEqual(['NO_HOSTS'])
  })
  test('a pattern that nobody matches is told where it stands', async () => {
    expect((await world(`- hosts: nobody\n  tasks:\n${task('t')}`)).problems).toMatchObject([
      { code: 'HOST_UNKNOWN', at: { line: 1, column: 10 }, hint: expect.stringContaining('groups: ') },
    ])
  })
  test.each<[string, readonly (number | string)[], readonly (readonly string[])[]]>([
    ['none', [], [['a', 'b', 'c', 'd']]],
    ['1, 50%', [1, '50%'], [['a'], ['b', 'c'], ['d']]],
    ['3', [3], [['a', 'b', 'c'], ['d']]],
    ['10%', ['10%'], [['a'], ['b'], ['c'], ['d']]],
    [
      '"2"',
      ['2'],
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['9', [9], [['a', 'b', 'c', 'd']]],
  ])('serial %s', (_, serial, batches) => {
    expect(
      batchesOf(
        ['a', 'b', 'c', 'd'],
        serial.map((value) => ({ value, at: somewhere })),
      ),
    ).toEqual({ batches, problems: [] })
  })
  test.each([0, -1, 1.5, 'x', '0%'])('serial %j is refused', (value) => {
    expect(codes(batchesOf(['a'], [{ value, at: somewhere }]).problems)).toEqual(['VALUE_INVALID'])
  })
})

describe('everything wrong is told before any host is asked', () => {
  test('over the whole run at once, each with its place', async () => {
    const compiled = await world(
      `- hosts: web\n  vars: {bad: "{{ x is defined }}"}\n  roles: [r]\n  tasks:\n    - debug: {msg: "{{ lowr x }}"}\n      when: a and b\n      changed_when: "1 +"\n    - assert: {that: ["x =="]}\n    - debug: {var: "x +"}\n    - debug: {msg: x}\n      loop: "{{ xs | sorted }}"\n`,
      role('r', { tasks: '- debug: {msg: "{{#if}}"}\n', inputs: '{}' }),
    )
    expect(compiled.problems.map(({ code, at }) => [code, at?.file, at?.line])).toEqual([
      ['TEMPLATE_JINJA', 'site.yml', 2],
      ['TEMPLATE_SYNTAX', 'roles/r/tasks/main.yml', 1],
      ['EXPRESSION_SYNTAX', 'site.yml', 6],
      ['EXPRESSION_SYNTAX', 'site.yml', 7],
      ['HELPER_UNKNOWN', 'site.yml', 5],
      ['EXPRESSION_SYNTAX', 'site.yml', 8],
      ['EXPRESSION_SYNTAX', 'site.yml', 9],
      ['HELPER_UNKNOWN', 'site.yml', 11],
    ])
  })
  const undefinedIn = async (tasksText: string, files: Readonly<Record<string, string>> = {}): Promise<readonly unknown[]> => {
    const compiled = await world(`- hosts: web\n  tasks:\n${tasksText}`, files)
    expect(compiled.loadProblems).toEqual([])
    return compiled.problems.map(({ code, at }) => [code, at?.line, at?.column])
  }
  test.each<[string, string, readonly unknown[]]>([
    ['a name nothing defines, once for all hosts', '    - debug: {msg: "{{ missing }}"}\n', [['VARIABLE_UNDEFINED', 3, 24]]],
    ['in a condition', '    - debug: {msg: x}\n      when: missing == 1\n', [['VARIABLE_UNDEFINED', 4, 13]]],
    ['in a loop', '    - debug: {msg: x}\n      loop: "{{ missing }}"\n', [['VARIABLE_UNDEFINED', 4, 17]]],
    ['but behind a condition that says no', '    - debug: {msg: "{{ missing }}"}\n      when: defined("missing")\n', []],
    ['and a loop behind one', '    - debug: {msg: x}\n      when: false\n      loop: "{{ missing }}"\n', []],
    ['a default is none', '    - debug: {msg: "{{ missing | default(1) }}"}\n', []],
    [
      'what a task registers is there',
      '    - command: {argv: ["true"]}\n      register: r\n    - debug: {msg: "{{ r.stdout }}"}\n      when: r.rc == 0\n',
      [],
    ],
    ['what a task sets is there', '    - set_fact: {later: 1}\n    - debug: {msg: "{{ later }}"}\n', []],
    [
      'loop variables are there',
      '    - debug: {msg: "{{ item.a }}{{ i }}"}\n      loop: [{a: 1}]\n      loop_control: {index_var: i}\n',
      [],
    ],
    [
      'and have no more than they have',
      '    - debug: {msg: "{{ item.b }}"}\n      loop: [{a: 1}, {a: 2}]\n',
      [['VARIABLE_UNDEFINED', 3, 29]],
    ],
    ['task vars are there', '    - debug: {msg: "{{ mine }}"}\n      vars: {mine: 1}\n', []],
    [
      'facts are there, and no other',
      '    - debug: {msg: "{{ facts.hostname }}"}\n    - debug: {msg: "{{ facts.hostnam }}"}\n',
      [['VARIABLE_UNDEFINED', 4, 30]],
    ],
    [
      'behind an unknown condition, what no host has',
      '    - debug: {msg: "{{ missing }}"}\n      when: facts.os.family == "debian"\n',
      [['VARIABLE_UNDEFINED', 3, 24]],
    ],
    ['a set condition of no matter', '    - debug: {msg: "{{ missing }}"}\n      when: ["facts.uid == 0", "defined(\'missing\')"]\n', []],
  ])('%s', async (_, text, expected) => {
    expect(await undefinedIn(text)).toEqual(expected)
  })
  test('a name that one host lacks is told when its condition holds there, and left to the condition otherwise', async () => {
    const files = { 'host_vars/h1.yml': 'some: 1\n' }
    expect(await undefinedIn('    - debug: {msg: "{{ some }}"}\n', files)).toEqual([['VARIABLE_UNDEFINED', 3, 24]])
    expect(await undefinedIn('    - debug: {msg: "{{ some }}"}\n      when: facts.os.family == "alpine"\n', files)).toEqual([])
    expect(await undefinedIn('    - debug: {msg: "{{ some }}"}\n      when: inventory_hostname == "h1"\n', files)).toEqual([])
  })
  test('vars_files that cannot be read', async () => {
    expect(
      codes(
        (await world(`- hosts: web\n  vars_files: ["{{ kind }}.yml"]\n  tasks:\n${task('t')}`, {}, { extraVars: ['kind=zz'] })).problems,
      ),
    ).toEqual(['FILE_MISSING'])
  })
  test('vars_files named by an extra variable are read', async () => {
    sound(
      await world(
        '- hosts: web\n  vars_files: ["{{ kind }}.yml"]\n  tasks:\n    - debug: {msg: "{{ filed }}"}\n',
        { 'lab.yml': 'filed: 1\n' },
        { extraVars: ['kind=lab'] },
      ),
    )
  })
})
