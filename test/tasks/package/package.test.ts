import { describe, expect, test } from 'vitest'
import { absent, type PackageFact } from '../../../src/model/fact.ts'
import { Unknown } from '../../../src/model/value.ts'
import { packageType } from '../../../src/tasks/package/index.ts'
import type { PackageParams } from '../../../src/tasks/package/schema.ts'
import type { Told } from '../../fakes/view.ts'
import { contextAfter, contextOf, deedOf, planAfter, questionsOf, there } from '../host.ts'

const told = (name: string, fact: Partial<PackageFact> = {}): Told => ['package', { name }, { manager: 'apt', candidate: '2', ...fact }]
const aptLine = (...words: readonly string[]) => [
  'apt-get',
  '-y',
  '-q',
  '-o',
  'DPkg::Lock::Timeout=60',
  '-o',
  'Dpkg::Options::=--force-confdef',
  '-o',
  'Dpkg::Options::=--force-confold',
  ...words,
]

interface Case {
  readonly case: string
  readonly params: PackageParams
  readonly facts: readonly Told[]
  readonly lines: readonly (readonly string[])[]
  readonly change: object
}

const cases: readonly Case[] = [
  {
    case: 'a missing one is installed in the version that the plan names',
    params: { name: 'a' },
    facts: [told('a')],
    lines: [aptLine('install', 'a=2')],
    change: {
      action: 'create',
      summary: 'install a',
      reason: 'a is missing',
      diffs: [{ fields: [{ name: 'a', before: undefined, after: '2' }] }],
    },
  },
  {
    case: 'only those that are missing',
    params: { name: ['a', 'b', 'c'] },
    facts: [told('a'), told('b', { installed: '1' }), told('c')],
    lines: [aptLine('install', 'a=2', 'c=2')],
    change: { summary: 'install a, c' },
  },
  {
    case: 'an older one is brought up to date',
    params: { name: 'a', state: 'latest' },
    facts: [told('a', { installed: '1' })],
    lines: [aptLine('install', 'a=2')],
    change: { action: 'update', summary: 'update a', reason: 'a is 1', diffs: [{ fields: [{ before: '1', after: '2' }] }] },
  },
  {
    case: 'removed',
    params: { name: ['a', 'b'], state: 'absent' },
    facts: [told('a', { installed: '1' }), told('b')],
    lines: [aptLine('remove', 'a')],
    change: { action: 'remove', summary: 'remove a', diffs: [{ fields: [{ before: '1', after: undefined }] }] },
  },
  {
    case: 'by apk, which holds a version that it is given',
    params: { name: 'a' },
    facts: [told('a', { manager: 'apk' })],
    lines: [['apk', '-q', 'add', '--upgrade', 'a']],
    change: { action: 'create' },
  },
]

describe.each(cases)('$case', ({ params, facts, lines, change }) => {
  const decision = packageType.plan(params, contextOf(facts))
  test('the plan and the commands', () => {
    expect(decision.problems).toBeUndefined()
    expect(decision.changes).toMatchObject([change])
    const [only] = decision.changes
    const { steps, result } = only === undefined ? { steps: [], result: undefined } : deedOf(packageType, only)
    expect(steps.map((step) => (step.kind === 'run' && 'argv' in step.command ? step.command.argv : step.kind))).toEqual(lines)
    expect(result).toEqual({ changed: true })
  })
  test('a second time there is nothing to do', () => {
    expect(planAfter(packageType, params, facts, decision).changes).toEqual([])
  })
})

test.each<{ case: string; params: PackageParams; fact: Partial<PackageFact>; lines: readonly (readonly string[])[] }>([
  {
    case: 'sources are asked first',
    params: { name: 'a', update_cache: true },
    fact: {},
    lines: [['apt-get', '-q', 'update'], aptLine('install', 'a')],
  },
  { case: 'dnf does not tell', params: { name: 'a' }, fact: { manager: 'dnf' }, lines: [['dnf', '-y', '-q', 'install', 'a']] },
])('the version is known after apply: $case', ({ params, fact, lines }) => {
  const facts: readonly Told[] = [['package', { name: 'a' }, { manager: 'apt', ...fact }]]
  const decision = packageType.plan(params, contextOf(facts))
  expect(decision.changes).toMatchObject([{ diffs: [{ fields: [{ after: '(known after apply)' }] }], data: { lines } }])
  expect(decision.result).toEqual({ packages: { a: expect.any(Unknown) } })
  expect(planAfter(packageType, { name: 'a' }, facts, decision).later).toContain('says which version')
})

test('what it brings is known after apply; home folders are as before', () => {
  const facts: readonly Told[] = [
    told('a'),
    told('b', { installed: '1' }),
    there('/etc/a', absent),
    there('/srv/a', absent),
    ['user', { name: 'a' }, absent],
    ['tool', { name: 'a' }, absent],
  ]
  const { view } = contextAfter(facts, packageType.plan({ name: 'a' }, contextOf(facts)))
  expect(view.get('file', { path: '/etc/a' })).toBeInstanceOf(Unknown)
  expect(view.get('user', { name: 'a' })).toBeInstanceOf(Unknown)
  expect(view.get('tool', { name: 'a' })).toBeInstanceOf(Unknown)
  expect(view.get('file', { path: '/srv/a' })).toBe(absent)
  expect(view.get('package', { name: 'b' })).toMatchObject({ installed: '1' })
  const removed = contextAfter(facts, packageType.plan({ name: 'b', state: 'absent' }, contextOf(facts)))
  expect(removed.view.get('package', { name: 'a' })).toBeInstanceOf(Unknown)
})

test.each<{ case: string; params: PackageParams; facts: readonly Told[]; reason: string }>([
  { case: 'there', params: { name: 'a' }, facts: [told('a', { installed: '1' })], reason: 'a is 1' },
  { case: 'there, sources or not', params: { name: 'a', update_cache: true }, facts: [told('a', { installed: '1' })], reason: 'a is 1' },
  {
    case: 'the latest',
    params: { name: 'a', state: 'latest' },
    facts: [told('a', { installed: '2' })],
    reason: 'a is 2, the newest the host knows of',
  },
  {
    case: 'of no source any more',
    params: { name: 'a', state: 'latest' },
    facts: [['package', { name: 'a' }, { manager: 'apt', installed: '1' }]],
    reason: 'a is 1, the newest the host knows of',
  },
  { case: 'not there', params: { name: 'a', state: 'absent' }, facts: [told('a')], reason: 'a is missing' },
])('nothing to do: $case', ({ params, facts, reason }) => {
  expect(packageType.plan(params, contextOf(facts, { user: 'me' }))).toMatchObject({ changes: [], reason })
})

test.each<{ case: string; params: PackageParams; fact: PackageFact | typeof absent | Unknown; user?: string; code: string; words: string }>(
  [
    {
      case: 'a name that apt does not know',
      params: { name: 'a' },
      fact: { manager: 'apt' },
      code: 'VALUE_INVALID',
      words: 'apt of h1 knows no package a',
    },
    {
      case: 'latest of what is only asked for then',
      params: { name: 'a', state: 'latest', update_cache: true },
      fact: { manager: 'apt' },
      code: 'VALUE_INVALID',
      words: 'cannot be planned as one',
    },
    {
      case: 'the latest of dnf',
      params: { name: 'a', state: 'latest' },
      fact: { manager: 'dnf', installed: '1' },
      code: 'VALUE_INVALID',
      words: 'does not tell',
    },
    { case: 'no package manager', params: { name: 'a' }, fact: absent, code: 'TOOL_MISSING', words: 'no package manager' },
    { case: 'no answer', params: { name: 'a' }, fact: new Unknown('no way'), code: 'PATH_REFUSED', words: 'no way' },
    {
      case: 'somebody who is not root',
      params: { name: 'a' },
      fact: { manager: 'apt', candidate: '2' },
      user: 'me',
      code: 'SUDO_REFUSED',
      words: 'acts as me',
    },
  ],
)('refused: $case', ({ params, fact, user = 'root', code, words }) => {
  expect(packageType.plan(params, contextOf([['package', { name: 'a' }, fact]], { user }))).toMatchObject({
    changes: [],
    problems: [{ code, message: expect.stringContaining(words) }],
  })
})

test('it asks for each package once', () => {
  expect(questionsOf(packageType, { name: ['a', 'b', 'a'] }, [told('a'), told('b')])).toEqual([['package a', 'package b']])
})
