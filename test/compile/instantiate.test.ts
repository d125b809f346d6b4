import { describe, expect, test } from 'vitest'
import type { TaskNode } from '../../src/compile/compiled-run.ts'
import { type Instance, instantiate } from '../../src/compile/instantiate.ts'
import type { JudgedOutcome } from '../../src/compile/judgement.ts'
import { renderAsset } from '../../src/compile/render-asset.ts'
import { valuesScope } from '../../src/compile/scope.ts'
import type { HostRuntime } from '../../src/compile/variables.ts'
import { Secret, Unknown, type ValueMap } from '../../src/model/value.ts'
import { taskTypes } from '../../src/tasks/index.ts'
import { compileWorld } from './compiled.ts'

interface Options {
  readonly runtime?: Partial<HostRuntime>
  readonly vars?: string
  readonly play?: string
}

async function instances(task: string, { runtime = {}, vars = 'n: 3', play = '' }: Options = {}): Promise<readonly Instance[]> {
  const site = `- hosts: h1\n${play}  vars: {${vars}}\n  tasks:\n${task.replace(/^/gm, '    ')}\n`
  const { run } = await compileWorld({ files: { 'site.yml': site, 'inventory.yml': 'all: {hosts: {h1: {ansible_user: ops}}}\n' } })
  const compiled = run.plays[0]
  const node = compiled?.nodes.find((each): each is TaskNode => each.kind === 'task')
  if (compiled === undefined || node === undefined) throw new Error('the test has no task')
  return instantiate(node, {
    run,
    play: compiled,
    host: 'h1',
    runtime: { facts: {}, registered: {}, includeVars: [], ...runtime },
    fact: () => new Unknown('a fact'),
    taskTypes,
  })
}

const brief = (all: readonly Instance[]): readonly unknown[] =>
  all.map((instance) => {
    switch (instance.kind) {
      case 'ready':
        return instance.params
      case 'skipped':
        return `skipped: ${instance.because}`
      case 'unknown':
        return `unknown: ${instance.why}`
      case 'failed':
        return instance.problems.map(({ code }) => code)
    }
  })

const debug = (message: string, more = ''): string => `- debug: {msg: "${message}"}\n${more}`

describe('when and loop', () => {
  test.each<[string, string, readonly unknown[]]>([
    ['one task, one instance', debug('{{ n }}'), [{ msg: 3 }]],
    ['a false condition', debug('x', '  when: [n == 3, n == 4, missing]'), ['skipped: n == 4 does not hold']],
    ['a condition that is not known', debug('x', '  when: facts.uid == 0'), ['unknown: a fact']],
    ['a condition that fails', debug('x', '  when: n'), [['EXPRESSION_TYPE']]],
    [
      'every item has its own condition',
      debug('{{ item }}', '  loop: [1, 2, 3]\n  when: item != 2'),
      [{ msg: 1 }, 'skipped: item != 2 does not hold', { msg: 3 }],
    ],
    ['an empty list skips the task', debug('x', '  loop: []'), ['skipped: the list of the loop is empty']],
    ['a typed list from a template', debug('{{ item.a }}', '  loop: "{{ xs }}"\n  vars: {xs: [{a: 1}, {a: 2}]}'), [{ msg: 1 }, { msg: 2 }]],
    ['a text is no list', debug('x', '  loop: "{{ n }}"'), [['LOOP_NOT_LIST']]],
    ['a missing list fails', debug('x', '  loop: "{{ missing }}"'), [['VARIABLE_UNDEFINED']]],
    ['but not when the condition says no', debug('x', '  loop: "{{ missing }}"\n  when: false'), ['skipped: false does not hold']],
    ['an unknown list is one unknown', debug('x', '  loop: "{{ facts.addresses }}"'), ['unknown: a fact']],
    [
      'an unknown list behind a false condition',
      debug('x', '  loop: "{{ facts.addresses }}"\n  when: n == 4'),
      ['skipped: n == 4 does not hold'],
    ],
    ['an unknown item', debug('{{ item }}', '  loop: [1, "{{ facts.uid }}"]'), [{ msg: 1 }, { msg: new Unknown('a fact') }]],
    [
      'its own names',
      debug('{{ host }}{{ at }}{{ ansible_loop_var }}', '  loop: [a]\n  loop_control: {loop_var: host, index_var: at}'),
      [{ msg: 'a0host' }],
    ],
    ['parameters are not looked at when skipped', debug('{{ missing }}', '  when: false'), ['skipped: false does not hold']],
    ['a parameter that fails', debug('{{ missing }}'), [['VARIABLE_UNDEFINED']]],
    ['task vars read the item', debug('{{ twice }}', '  loop: [a]\n  vars: {twice: "{{ item }}{{ item }}"}'), [{ msg: 'aa' }]],
    ['what a host said is not rendered again', debug('{{ said }}'), [{ msg: '{{ n }}' }]],
  ])('%s', async (_, task, expected) => {
    expect(brief(await instances(task, { runtime: { facts: { said: '{{ n }}' } } }))).toEqual(expected)
  })
  test('labels are short and say no secret', async () => {
    const labels = async (task: string, runtime: ValueMap = {}): Promise<readonly (string | undefined)[]> =>
      (await instances(task, { runtime: { facts: runtime } })).map(({ item }) => item?.label)
    expect(await labels(debug('x', '  loop: [a, {b: 1}]'))).toEqual(['a', '{"b":1}'])
    expect(await labels(debug('x', '  loop: [{b: 1}]\n  loop_control: {label: "no {{ item.b }}"}'))).toEqual(['no 1'])
    expect(await labels(debug('x', '  loop: "{{ pws }}"'), { pws: [Secret.of('s3cret'), { p: Secret.of('s3cret') }] })).toEqual([
      '(secret)',
      '{"p":"(secret)"}',
    ])
    expect((await labels(debug('x', '  loop: "{{ long }}"'), { long: ['x'.repeat(500)] }))[0]).toHaveLength(80)
  })
})

describe('parameters that are not templates', () => {
  test('content of copy stays as it is', async () => {
    expect(brief(await instances('- copy: {dest: "/etc/{{ n }}", content: "{{ n }} $x"}'))).toEqual([
      { dest: '/etc/3', content: taskTypes.get('copy')?.unrendered?.includes('content') ? '{{ n }} $x' : '3 $x' },
    ])
  })
  test('conditions become what they give, the schema sees them as written', async () => {
    const [ready] = await instances('- assert: {that: [n == 3, n > 5, true], fail_msg: "{{ n }}"}')
    expect(ready).toMatchObject({
      kind: 'ready',
      params: {
        that: [
          { text: 'n == 3', result: true },
          { text: 'n > 5', result: false },
          { text: 'true', result: true },
        ],
        fail_msg: 3,
      },
      written: { that: ['n == 3', 'n > 5', true] },
    })
    expect(brief(await instances('- assert: {that: missing}'))).toEqual([['VARIABLE_UNDEFINED']])
    expect(brief(await instances('- assert: {that: facts.uid == 0}'))).toEqual([
      { that: { text: 'facts.uid == 0', result: new Unknown('a fact') } },
    ])
  })
  test('expressions become any value', async () => {
    expect(brief(await instances('- debug: {var: n + 1}'))).toEqual([{ var: { text: 'n + 1', result: 4 } }])
  })
})

describe('who and where', () => {
  const ready = async (task: string, options: Options = {}): Promise<Extract<Instance, { kind: 'ready' }>> => {
    const [instance] = await instances(task, options)
    if (instance?.kind !== 'ready') throw new Error(JSON.stringify(instance))
    return instance
  }
  test.each<[string, string, Options, string]>([
    ['who logs in', debug('x'), {}, 'ops'],
    ['root when it becomes', debug('x', '  become: true'), {}, 'root'],
    ['a named user', debug('x', '  become: true\n  become_user: "{{ who }}"'), { vars: 'who: app' }, 'app'],
    ['a keyword of the play', debug('x'), { play: '  become: true\n  become_user: app\n' }, 'app'],
    ['a variable above the keyword', debug('x', '  become: true\n  become_user: app\n  vars: {ansible_become_user: db}'), {}, 'db'],
    ['a variable that forbids it', debug('x', '  become: true\n  vars: {ansible_become: false}'), {}, 'ops'],
    ['tlsplay on this machine', debug('x', '  delegate_to: localhost'), {}, 'me'],
    ['not what a host set', debug('x', '  become: true'), { vars: 'a: 1' }, 'root'],
  ])('acts as %s', async (_, task, options, user) => {
    expect(
      (
        await ready(task, {
          ...options,
          runtime: { facts: { ansible_become_user: 'evil', ansible_user: 'evil' }, registered: { ansible_become: false } },
        })
      ).user,
    ).toBe(user)
  })
  test('a user name is checked', async () => {
    expect(brief(await instances(debug('x', '  become: true\n  become_user: "{{ who }}"'), { vars: 'who: "-x; rm"' }))).toEqual([
      ['VALUE_INVALID'],
    ])
  })
  test('environment and delegate are rendered', async () => {
    expect(
      await ready(debug('x', '  environment: {A: "{{ n }}"}\n  delegate_to: "{{ where }}"'), { vars: 'n: 3, where: localhost' }),
    ).toMatchObject({ environment: { A: 3 }, delegate: 'localhost' })
    expect(brief(await instances(debug('x', '  environment: {A: "{{ facts.uid }}"}')))).toEqual(['unknown: a fact'])
  })
})

describe('changed_when and failed_when', () => {
  const outcome: JudgedOutcome = { changed: true, failed: false, skipped: false, message: 'm', values: { rc: 2, stdout: 'same' } }
  const judged = async (more: string, given: Partial<JudgedOutcome> = {}): Promise<unknown> => {
    const [instance] = await instances(`- command: {argv: ["true"]}\n  register: r\n${more}`)
    return instance?.kind === 'ready' ? instance.judge({ ...outcome, ...given }) : undefined
  }
  test.each<[string, string, Partial<JudgedOutcome>, object]>([
    ['none keep the verdict', '', {}, { changed: true, failed: false, problems: [] }],
    [
      'they see the result',
      '  changed_when: r.rc == 1\n  failed_when: [r.rc == 2, r.stdout == "same"]',
      {},
      { changed: false, failed: true, problems: [] },
    ],
    ['a plain false', '  changed_when: false', {}, { changed: false, failed: false }],
    ['they replace a failure', '  failed_when: false', { failed: true }, { changed: true, failed: false }],
    [
      'not looked at for what was skipped',
      '  changed_when: missing',
      { skipped: true, changed: false },
      { changed: false, failed: false, problems: [] },
    ],
    [
      'unknown stays unknown',
      '  changed_when: r.rc == 1',
      { values: { rc: new Unknown('later') } },
      { changed: new Unknown('later'), failed: false },
    ],
    [
      'one that cannot be evaluated fails the task',
      '  failed_when: r.nokey == 1',
      {},
      { failed: true, problems: [{ code: 'VARIABLE_UNDEFINED' }] },
    ],
  ])('%s', async (_, more, given, expected) => {
    expect(await judged(more, given)).toMatchObject(expected)
  })
})

describe('files that are templates', () => {
  const scope = valuesScope({ port: 9090, names: ['a', 'b'], pw: Secret.of('s3cret'), later: new Unknown('later') })
  test('are rendered to the byte', () => {
    expect(renderAsset('port = {{port}}\n{{#each names}}\n- {{this}}\n{{/each}}\nraw \\{{x}}\n', 'x.hbs', scope)).toEqual({
      text: 'port = 9090\n- a\n- b\nraw {{x}}\n',
      problems: [],
    })
    expect(renderAsset('{{port}}', 'x.hbs', scope).text).toBe('9090')
  })
  test('keep secrets secret and say when they are not known', () => {
    expect(String(renderAsset('pw={{pw}}\n', 'x.hbs', scope).text)).toBe('pw=(secret)\n')
    expect(renderAsset('{{later}}\n', 'x.hbs', scope).text).toEqual(new Unknown('later'))
  })
  test('give places in the file', () => {
    expect(renderAsset('a\n  {{missing}}', 'roles/r/templates/x.hbs', scope).problems).toMatchObject([
      { code: 'VARIABLE_UNDEFINED', at: { file: 'roles/r/templates/x.hbs', line: 2, column: 5 } },
    ])
    expect(renderAsset('{{names}}', 'y.hbs', scope).problems).toMatchObject([{ code: 'TEMPLATE_VALUE' }])
  })
})
