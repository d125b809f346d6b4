import { describe, expect, test } from 'vitest'
import { Unknown } from '../../../src/model/value.ts'
import { copy } from '../../../src/tasks/copy/index.ts'
import { group } from '../../../src/tasks/group/index.ts'
import type { GroupParams } from '../../../src/tasks/group/schema.ts'
import { accounts, hostWith } from '../accounts.ts'
import { contextAfter, contextOf, deedOf, nothingAt, planAfter, questionsOf, there } from '../host.ts'

const cases: readonly {
  readonly case: string
  readonly params: GroupParams
  readonly tools: 'shadow' | 'busybox'
  readonly argv: readonly string[]
  readonly gid?: number
}[] = [
  { case: 'for people', params: { name: 'new' }, tools: 'shadow', argv: ['groupadd', '-g', '1001', 'new'], gid: 1001 },
  { case: 'of the system', params: { name: 'new', system: true }, tools: 'shadow', argv: ['groupadd', '-r', '-g', '997', 'new'], gid: 997 },
  { case: 'with a number', params: { name: 'new', gid: 77 }, tools: 'shadow', argv: ['groupadd', '-g', '77', 'new'], gid: 77 },
  { case: 'by BusyBox', params: { name: 'new', system: true }, tools: 'busybox', argv: ['addgroup', '-S', '-g', '997', 'new'], gid: 997 },
  { case: 'another number', params: { name: 'tls', gid: 77 }, tools: 'shadow', argv: ['groupmod', '-g', '77', 'tls'], gid: 77 },
  { case: 'removed', params: { name: 'tls', state: 'absent' }, tools: 'shadow', argv: ['groupdel', 'tls'] },
  { case: 'removed by BusyBox', params: { name: 'tls', state: 'absent' }, tools: 'busybox', argv: ['delgroup', 'tls'] },
]

describe.each(cases)('$case', ({ params, tools, argv, gid }) => {
  const facts = hostWith(tools, [['group', { name: 'tls' }, { gid: 998 }]])
  const decision = group.plan(params, contextOf(facts))
  test('the command and what it makes true', () => {
    const [change] = decision.changes
    if (change === undefined) throw new Error('nothing to do')
    expect(deedOf(group, change)).toEqual({ steps: [{ kind: 'run', command: { argv }, mayFail: false }], result: { changed: true } })
    expect(contextAfter(facts, decision).view.get('group', { name: params.name })).toEqual(gid === undefined ? { kind: 'absent' } : { gid })
  })
  test('a second time there is nothing to do', () => {
    expect(planAfter(group, params, facts, decision).changes).toEqual([])
  })
})

test('a file can be given to a group that the same plan makes', () => {
  const facts = [...hostWith('shadow'), ...nothingAt('/srv/a'), there('/srv')]
  const made = group.plan({ name: 'new' }, contextOf(facts))
  expect(copy.plan({ dest: '/srv/a', content: '', group: 'new' }, contextAfter(facts, made))).toMatchObject({
    changes: [{ data: { group: 'new' } }],
    result: { gid: 1001 },
  })
  expect(copy.plan({ dest: '/srv/a', content: '', group: 'new' }, contextOf(facts)).problems).toMatchObject([{ code: 'USER_UNKNOWN' }])
})

test('two new groups of one plan get two numbers', () => {
  const facts = hostWith('shadow', [['group', { name: 'newer' }, { kind: 'absent' }]])
  const first = group.plan({ name: 'new', system: true }, contextOf(facts))
  expect(planAfter(group, { name: 'newer', system: true }, facts, first).result).toMatchObject({ gid: 996 })
})

test.each<{ case: string; params: GroupParams; reason: string }>([
  { case: 'there', params: { name: 'adm' }, reason: 'the group is there' },
  { case: 'there with its number', params: { name: 'adm', gid: 4, system: true }, reason: 'the group is there' },
  { case: 'not there', params: { name: 'new', state: 'absent' }, reason: 'the group is missing' },
  { case: 'in another database', params: { name: 'ldap' }, reason: 'the group exists in another database' },
])('nothing to do: $case', ({ params, reason }) => {
  expect(group.plan(params, contextOf(hostWith('shadow', [['group', { name: 'ldap' }, { gid: 5000 }]])))).toMatchObject({
    changes: [],
    reason,
  })
})

test.each<{ case: string; params: GroupParams; tools?: 'shadow' | 'busybox' | 'none'; code: string; words: string }>([
  { case: 'a number that is taken', params: { name: 'new', gid: 4 }, code: 'VALUE_INVALID', words: 'gid 4 is that of the group adm' },
  { case: 'another number that is taken', params: { name: 'tls', gid: 4 }, code: 'VALUE_INVALID', words: 'adm' },
  {
    case: 'the first group of a user',
    params: { name: 'app', state: 'absent' },
    code: 'VALUE_INVALID',
    words: 'first group of the user app',
  },
  { case: 'another database', params: { name: 'ldap', gid: 7 }, code: 'EDIT_IMPOSSIBLE', words: 'not in its own files' },
  {
    case: 'another number with BusyBox',
    params: { name: 'tls', gid: 77 },
    tools: 'busybox',
    code: 'TOOL_MISSING',
    words: 'groupmod is not installed on h1, and another number needs it',
  },
  { case: 'no tools', params: { name: 'new' }, tools: 'none', code: 'TOOL_MISSING', words: 'useradd is not installed' },
])('refused: $case', ({ params, tools = 'shadow', code, words }) => {
  const decision = group.plan(params, contextOf(hostWith(tools, [['group', { name: 'ldap' }, { gid: 5000 }]])))
  expect(decision).toMatchObject({ changes: [], problems: [{ code, message: expect.stringContaining(words) }] })
})

test('accounts that cannot be read are a refusal, and behind a change a reason to wait', () => {
  const facts = [['accounts', {}, new Unknown('no way')] as const, ...hostWith('shadow').slice(1)]
  expect(group.plan({ name: 'new' }, contextOf(facts)).problems).toMatchObject([{ code: 'PATH_REFUSED' }])
  expect(group.plan({ name: 'new' }, contextOf(facts, { dirty: true })).later).toBe('no way')
})

test('when every number is taken that is said', () => {
  const full = { ...accounts, groups: Array.from({ length: 900 }, (_, at) => ({ name: `g${at}`, gid: 100 + at, members: [] })) }
  const facts = [['accounts', {}, full] as const, ...hostWith('shadow').slice(1)]
  expect(group.plan({ name: 'new', system: true }, contextOf(facts)).problems).toMatchObject([
    { message: expect.stringContaining('is taken') },
  ])
})

test('it asks once', () => {
  expect(questionsOf(group, { name: 'new' }, hostWith('shadow'))).toEqual([['accounts ', 'tool useradd', 'tool adduser', 'group new']])
})
