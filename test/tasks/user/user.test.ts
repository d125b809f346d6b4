import { describe, expect, test } from 'vitest'
import { absent } from '../../../src/model/fact.ts'
import { Unknown } from '../../../src/model/value.ts'
import { copy } from '../../../src/tasks/copy/index.ts'
import { group } from '../../../src/tasks/group/index.ts'
import { user } from '../../../src/tasks/user/index.ts'
import type { UserParams } from '../../../src/tasks/user/schema.ts'
import type { Told } from '../../fakes/view.ts'
import { accounts, hostWith } from '../accounts.ts'
import { contextAfter, contextOf, deedOf, nothingAt, planAfter, questionsOf, there } from '../host.ts'

const known: readonly Told[] = [
  ['user', { name: 'app' }, { name: 'app', uid: 999, gid: 999, group: 'app', gids: [999, 4, 998] }],
  ['user', { name: 'ldap' }, { name: 'ldap', uid: 5000, gid: 5000, group: 'ldap', gids: [5000] }],
]

interface Case {
  readonly case: string
  readonly params: UserParams
  readonly tools?: 'shadow' | 'busybox'
  readonly argv: readonly string[]
  readonly fact?: object
}

const cases: readonly Case[] = [
  {
    case: 'a new person',
    params: { name: 'new' },
    argv: ['groupadd -g 1001 new', 'useradd -u 1001 -g 1001 -d /home/new -m -s /bin/sh -c  new'],
    fact: { name: 'new', uid: 1001, gid: 1001, group: 'new', gids: [1001] },
  },
  {
    case: 'a new account of the system, in groups',
    params: {
      name: 'new',
      system: true,
      create_home: false,
      shell: '/bin/false',
      comment: 'it runs',
      groups: ['tls', 'adm'],
      append: true,
    },
    argv: ['groupadd -r -g 997 new', 'useradd -r -u 997 -g 997 -G tls,adm -d /home/new -M -s /bin/false -c it runs new'],
    fact: { uid: 997, gid: 997, gids: [997, 4, 998] },
  },
  {
    case: 'with a first group that is there, by number, and a number of its own',
    params: { name: 'new', uid: 77, group: '998', home: '/srv/new' },
    argv: ['useradd -u 77 -g 998 -d /srv/new -m -s /bin/sh -c  new'],
    fact: { uid: 77, gid: 998, group: 'tls', gids: [998] },
  },
  {
    case: 'whose number a group has already',
    params: { name: 'new', uid: 998 },
    argv: ['groupadd -g 1001 new', 'useradd -u 998 -g 1001 -d /home/new -m -s /bin/sh -c  new'],
    fact: { uid: 998, gid: 1001 },
  },
  {
    case: 'made by BusyBox',
    params: { name: 'new', system: true, create_home: false, groups: 'tls, adm' },
    tools: 'busybox',
    argv: [
      'addgroup -S -g 997 new',
      'adduser -D -S -H -u 997 -G new -h /home/new -s /bin/sh -g  new',
      'addgroup new tls',
      'addgroup new adm',
    ],
    fact: { uid: 997, gids: [997, 4, 998] },
  },
  {
    case: 'another shell and comment',
    params: { name: 'app', shell: '/bin/false', comment: 'x y' },
    argv: ['usermod -c x y -s /bin/false app'],
    fact: { uid: 999 },
  },
  {
    case: 'another number, group and home',
    params: { name: 'app', uid: 77, group: 'tls', home: '/x' },
    argv: ['usermod -u 77 -g 998 -d /x app'],
    fact: { uid: 77, gid: 998, group: 'tls', gids: [998, 4] },
  },
  {
    case: 'one more group',
    params: { name: 'app', groups: ['ann'], append: true },
    argv: ['usermod -G adm,tls,ann app'],
    fact: { gids: [999, 1000, 4, 998] },
  },
  {
    case: 'these groups only',
    params: { name: 'app', groups: ['ann', 'tls'] },
    argv: ['usermod -G ann,tls app'],
    fact: { gids: [999, 1000, 998] },
  },
  { case: 'no group', params: { name: 'app', groups: '' }, argv: ['usermod -G  app'], fact: { gids: [999] } },
  {
    case: 'groups by BusyBox',
    params: { name: 'app', groups: ['ann', 'tls'] },
    tools: 'busybox',
    argv: ['addgroup app ann', 'delgroup app adm'],
    fact: { gids: [999, 1000, 998] },
  },
  { case: 'removed', params: { name: 'app', state: 'absent' }, argv: ['userdel app'] },
  { case: 'removed with its home', params: { name: 'app', state: 'absent', remove: true }, argv: ['userdel -r app'] },
  {
    case: 'removed by BusyBox',
    params: { name: 'app', state: 'absent', remove: true },
    tools: 'busybox',
    argv: ['deluser --remove-home app'],
  },
]

describe.each(cases)('$case', ({ params, tools = 'shadow', argv, fact }) => {
  const facts = hostWith(tools, known)
  const decision = user.plan(params, contextOf(facts))
  test('the commands, and what they make true', () => {
    expect(decision.problems).toBeUndefined()
    const [change] = decision.changes
    if (change === undefined) throw new Error('nothing to do')
    const { steps, result } = deedOf(user, change)
    expect(steps.map((step) => (step.kind === 'run' && 'argv' in step.command ? step.command.argv.join(' ') : step.kind))).toEqual(argv)
    expect(steps.every((step) => step.kind === 'run' && !step.mayFail)).toBe(true)
    expect(result).toEqual({ changed: true })
    expect(contextAfter(facts, decision).view.get('user', { name: params.name })).toMatchObject(fact ?? { kind: 'absent' })
  })
  test('a second time there is nothing to do', () => {
    expect(planAfter(user, params, facts, decision).changes).toEqual([])
  })
})

test('a file can be given to an account that the same plan makes', () => {
  const facts = [...hostWith('shadow'), ...nothingAt('/srv/a'), there('/srv')]
  const made = user.plan({ name: 'new' }, contextOf(facts))
  expect(copy.plan({ dest: '/srv/a', content: '', owner: 'new' }, contextAfter(facts, made)).result).toMatchObject({
    owner: 'new',
    uid: 1001,
  })
  expect(copy.plan({ dest: '/srv/a', content: '', owner: 'new' }, contextOf(facts)).problems).toMatchObject([{ code: 'USER_UNKNOWN' }])
})

test('its first group may be one that the same plan makes', () => {
  const facts = hostWith('shadow', [['group', { name: 'g' }, absent]])
  const made = group.plan({ name: 'g', gid: 70 }, contextOf(facts))
  expect(planAfter(user, { name: 'new', group: 'g', groups: ['g'] }, facts, made).result).toMatchObject({ group: 70, groups: ['g'] })
})

test('what is in a home that is made is known after apply, what is beside it as before', () => {
  const decision = user.plan({ name: 'new' }, contextOf([...hostWith('shadow'), there('/home/new/.profile', absent), there('/home/newer')]))
  const facts = [...hostWith('shadow'), there('/home/new/.profile', absent), there('/home/newer')]
  const { view } = contextAfter(facts, decision)
  expect(view.get('file', { path: '/home/new/.profile' })).toBeInstanceOf(Unknown)
  expect(view.get('file', { path: '/home/newer' })).toMatchObject({ type: 'directory' })
})

test('a group of its own name goes with it only when nobody else is in it', () => {
  const gone = (facts: readonly Told[]) =>
    user.plan({ name: 'app', state: 'absent' }, contextOf(facts)).predicts.filter(({ kind }) => kind === 'group')
  expect(gone(hostWith('shadow', known))).toHaveLength(1)
  const shared = { ...accounts, groups: accounts.groups.map((one) => (one.name === 'app' ? { ...one, members: ['ann'] } : one)) }
  expect(gone([['accounts', {}, shared], ...hostWith('shadow', known).slice(1)])).toHaveLength(0)
})

test.each<{ case: string; params: UserParams; reason: string }>([
  { case: 'there', params: { name: 'app' }, reason: 'the account is as wanted' },
  {
    case: 'as wanted',
    params: { name: 'app', uid: 999, group: 'app', groups: 'tls,adm', shell: '/bin/sh', system: true },
    reason: 'the account is as wanted',
  },
  { case: 'in more groups than those', params: { name: 'app', groups: ['tls'], append: true }, reason: 'the account is as wanted' },
  { case: 'not there', params: { name: 'new', state: 'absent' }, reason: 'the account is missing' },
  { case: 'in another database', params: { name: 'ldap', system: true }, reason: 'the account exists in another database' },
])('nothing to do: $case', ({ params, reason }) => {
  expect(user.plan(params, contextOf(hostWith('shadow', known)))).toMatchObject({ changes: [], reason })
})

test.each<{ case: string; params: UserParams; tools?: 'shadow' | 'busybox' | 'none'; code: string; words: string }>([
  {
    case: 'a first group that is not there',
    params: { name: 'new', group: 'none' },
    code: 'USER_UNKNOWN',
    words: 'the group none does not exist',
  },
  { case: 'a group that is not there', params: { name: 'new', groups: ['none'] }, code: 'USER_UNKNOWN', words: 'none' },
  { case: 'another group that is not there', params: { name: 'app', groups: ['none'] }, code: 'USER_UNKNOWN', words: 'none' },
  { case: 'another first group that is not there', params: { name: 'app', group: 'none' }, code: 'USER_UNKNOWN', words: 'none' },
  { case: 'a number that is taken', params: { name: 'new', uid: 999 }, code: 'VALUE_INVALID', words: 'uid 999 is that of app' },
  { case: 'another number that is taken', params: { name: 'app', uid: 0 }, code: 'VALUE_INVALID', words: 'uid 0 is that of root' },
  { case: 'another database', params: { name: 'ldap', shell: '/bin/sh' }, code: 'EDIT_IMPOSSIBLE', words: 'not in its own files' },
  {
    case: 'to be removed from another database',
    params: { name: 'ldap', state: 'absent' },
    code: 'EDIT_IMPOSSIBLE',
    words: 'not in its own files',
  },
  {
    case: 'another shell with BusyBox',
    params: { name: 'app', shell: '/x' },
    tools: 'busybox',
    code: 'TOOL_MISSING',
    words: 'usermod is not installed on h1, and another shell needs it',
  },
  { case: 'no tools', params: { name: 'new' }, tools: 'none', code: 'TOOL_MISSING', words: 'useradd is not installed' },
])('refused: $case', ({ params, tools = 'shadow', code, words }) => {
  expect(user.plan(params, contextOf(hostWith(tools, known)))).toMatchObject({
    changes: [],
    problems: [{ code, message: expect.stringContaining(words) }],
  })
})

test('it asks once', () => {
  expect(questionsOf(user, { name: 'new' }, hostWith('shadow'))).toEqual([['accounts ', 'tool useradd', 'tool adduser', 'user new']])
})
