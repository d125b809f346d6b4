import { describe, expect, test } from 'vitest'
import { absent, isAbsent } from '../../../src/model/fact.ts'
import { Unknown } from '../../../src/model/value.ts'
import { file } from '../../../src/tasks/file/index.ts'
import type { FileParams } from '../../../src/tasks/file/schema.ts'
import type { Told } from '../../fakes/view.ts'
import {
  contextOf,
  deedOf,
  directoryFact,
  fileFact,
  holding,
  linkFact,
  nothingAt,
  planAfter,
  prometheus,
  questionsOf,
  there,
} from '../host.ts'

const path = '/srv/a/b'
const missing = (at: string) => there(at, absent)

interface Case {
  readonly case: string
  readonly params: FileParams
  readonly facts: readonly Told[]
  readonly changes: readonly object[]
}

const cases: readonly Case[] = [
  {
    case: 'owner, group and mode of a file',
    params: { path, state: 'file', owner: 'prometheus', group: 'prometheus', mode: '0600' },
    facts: [there(path, fileFact()), ...prometheus],
    changes: [{ action: 'update', data: { kind: 'attributes', path, owner: 'prometheus', group: 'prometheus', mode: 0o600 } }],
  },
  {
    case: 'without a state, a directory is taken as one',
    params: { path, mode: '0750' },
    facts: [there(path)],
    changes: [{ action: 'update', reason: 'mode is 0755, wanted 0750', data: { kind: 'attributes', mode: 0o750 } }],
  },
  {
    case: 'without a state, a file is taken as one',
    params: { path, mode: '0600' },
    facts: [there(path, fileFact())],
    changes: [{ data: { kind: 'attributes', mode: 0o600 } }],
  },
  {
    case: 'a link is followed for its attributes',
    params: { path, state: 'file', mode: '0600' },
    facts: [there(path, linkFact('/real')), there('/real', fileFact())],
    changes: [{ target: '/real', data: { kind: 'attributes', path: '/real' } }],
  },
  {
    case: 'a directory with two missing folders above it, each with the same attributes',
    params: { path: '/srv/a/b/c', state: 'directory', owner: 'prometheus', group: 'prometheus', mode: '0750' },
    facts: [there('/srv'), missing('/srv/a'), missing('/srv/a/b'), missing('/srv/a/b/c'), ...prometheus],
    changes: ['/srv/a', '/srv/a/b', '/srv/a/b/c'].map((target) => ({
      action: 'create',
      target,
      data: { kind: 'directory', path: target, owner: 'prometheus', group: 'prometheus', mode: 0o750 },
    })),
  },
  {
    case: 'a new directory can be entered by all',
    params: { path, state: 'directory' },
    facts: [there('/srv'), there('/srv/a'), missing(path)],
    changes: [{ data: { kind: 'directory', owner: 'root', group: 'root', mode: 0o755 } }],
  },
  {
    case: 'a folder above may be a link to one',
    params: { path: '/var/run/x', state: 'directory' },
    facts: [there('/var'), there('/var/run', linkFact('/run')), there('/run'), missing('/var/run/x')],
    changes: [{ action: 'create', target: '/var/run/x' }],
  },
  {
    case: 'a link is made',
    params: { path, state: 'link', src: '../x' },
    facts: [missing(path), there('/srv/a'), there('/srv/x')],
    changes: [{ action: 'create', summary: 'link /srv/a/b to ../x', data: { kind: 'link', path, to: '../x' } }],
  },
  {
    case: 'a link that leads elsewhere is changed',
    params: { path, state: 'link', src: '/new' },
    facts: [there(path, linkFact('/old')), there('/new')],
    changes: [
      { action: 'update', reason: 'the link leads to /old', diffs: [{ fields: [{ name: 'leads to', before: '/old', after: '/new' }] }] },
    ],
  },
  {
    case: 'a file is removed',
    params: { path, state: 'absent' },
    facts: [there(path, fileFact())],
    changes: [{ action: 'remove', data: { kind: 'remove', path, recursive: false } }],
  },
  {
    case: 'a link is removed, not what it leads to',
    params: { path, state: 'absent' },
    facts: [there(path, linkFact('/etc'))],
    changes: [{ action: 'remove', target: path, data: { kind: 'remove', path, recursive: false } }],
  },
  {
    case: 'a directory is removed with all that is in it',
    params: { path, state: 'absent' },
    facts: [there(path)],
    changes: [{ action: 'remove', summary: 'remove /srv/a/b and all that is in it', data: { recursive: true } }],
  },
  {
    case: 'touch makes an empty file',
    params: { path, state: 'touch' },
    facts: [...nothingAt(path), there('/srv/a')],
    changes: [{ action: 'create', data: { kind: 'write', content: '', expect: 'absent' } }],
  },
]

describe.each(cases)('$case', ({ params, facts, changes }) => {
  const decision = file.plan(params, contextOf(facts))

  test('is decided', () => {
    expect(decision.problems).toBeUndefined()
    expect(decision.changes).toMatchObject(changes)
    expect(decision.changes).toHaveLength(changes.length)
  })

  test('is right after one change', () => {
    expect(planAfter(file, params, facts, decision)).toMatchObject({ changes: [] })
  })

  test('each change is one step', () => {
    for (const change of decision.changes) expect(deedOf(file, change)).toEqual({ steps: [change.data], result: { changed: true } })
  })
})

test.each<{ case: string; params: FileParams; facts: readonly Told[]; reason: string }>([
  {
    case: 'a file',
    params: { path, state: 'file', mode: '0644' },
    facts: [there(path, fileFact())],
    reason: 'owner, group and mode are as wanted',
  },
  {
    case: 'a directory',
    params: { path, state: 'directory', mode: '0755' },
    facts: [there(path)],
    reason: 'the directory is there with owner, group and mode as wanted',
  },
  {
    case: 'a link to a directory',
    params: { path, state: 'directory' },
    facts: [there(path, linkFact('/x')), there('/x')],
    reason: 'the directory is there',
  },
  {
    case: 'a link',
    params: { path, state: 'link', src: '/x' },
    facts: [there(path, linkFact('/x')), there('/x')],
    reason: 'the link leads to /x',
  },
  { case: 'nothing', params: { path, state: 'absent' }, facts: [missing(path)], reason: 'nothing is there' },
  {
    case: 'a touched file',
    params: { path, state: 'touch' },
    facts: holding(path, 'content'),
    reason: 'owner, group and mode are as wanted',
  },
])('nothing to do: $case', ({ params, facts, reason }) => {
  const decision = file.plan(params, contextOf(facts))
  expect(decision).toMatchObject({ changes: [], predicts: [], reason: expect.stringContaining(reason) })
  expect(decision.problems).toBeUndefined()
})

test.each<{ case: string; params: FileParams; facts: readonly Told[]; code?: string; words: string }>([
  { case: 'state file where nothing is', params: { path, state: 'file' }, facts: [missing(path)], words: 'does not exist' },
  { case: 'no state where nothing is', params: { path }, facts: [missing(path)], words: 'does not exist' },
  { case: 'state file on a directory', params: { path, state: 'file' }, facts: [there(path)], words: 'is a directory' },
  {
    case: 'a directory where a file is',
    params: { path, state: 'directory' },
    facts: [there(path, fileFact())],
    words: 'is there and no directory',
  },
  {
    case: 'a directory below a file',
    params: { path, state: 'directory' },
    facts: [there('/srv'), there('/srv/a', fileFact()), missing(path)],
    words: '/srv/a is there and no directory',
  },
  {
    case: 'a link where a file is',
    params: { path, state: 'link', src: '/x' },
    facts: [there(path, fileFact())],
    words: 'is there and no link',
  },
  {
    case: 'a link in no folder',
    params: { path, state: 'link', src: '/x' },
    facts: [missing(path), missing('/srv/a')],
    words: 'folder /srv/a does not exist',
  },
  { case: 'the root', params: { path: '/', state: 'absent' }, facts: [], words: 'folder of the system' },
  { case: 'the root in disguise', params: { path: '/srv/.././/', state: 'absent' }, facts: [], words: 'folder of the system' },
  { case: '/etc/', params: { path: '/etc/', state: 'absent' }, facts: [], words: 'folder of the system' },
  { case: '/var/lib', params: { path: '/var/lib', state: 'absent' }, facts: [], words: 'folder of the system' },
  {
    case: 'an unknown owner',
    params: { path, owner: 'x' },
    facts: [there(path), ['user', { name: 'x' }, absent]],
    code: 'USER_UNKNOWN',
    words: 'user x',
  },
  { case: 'a link without src', params: { path, state: 'link' }, facts: [], code: 'VALUE_INVALID', words: 'needs src' },
  { case: 'src without a link', params: { path, src: '/x' }, facts: [], code: 'VALUE_INVALID', words: 'state link only' },
  {
    case: 'mode of a link',
    params: { path, state: 'link', src: '/x', mode: '0644' },
    facts: [],
    code: 'VALUE_INVALID',
    words: 'has no owner, group or mode',
  },
  { case: 'mode of nothing', params: { path, state: 'absent', mode: '0644' }, facts: [], code: 'VALUE_INVALID', words: 'what is absent' },
])('refused: $case', ({ params, facts, code = 'PATH_REFUSED', words }) => {
  expect(file.plan(params, contextOf(facts))).toMatchObject({ changes: [], problems: [{ code, message: expect.stringContaining(words) }] })
})

test('a link to nothing is said', () => {
  const decision = file.plan({ path, state: 'link', src: 'gone' }, contextOf([missing(path), there('/srv/a'), missing('/srv/a/gone')]))
  expect(decision.changes).toHaveLength(1)
  expect(decision.warnings).toEqual(['/srv/a/b leads to /srv/a/gone, where nothing is'])
})

test('what was below a removed directory is unknown to what comes after, its own path is absent', () => {
  const decision = file.plan({ path: '/srv/a', state: 'absent' }, contextOf([there('/srv/a')]))
  const below = decision.invalidates?.find(({ kind }) => kind === 'digest')
  const where = below?.where as ((target: { path: string }) => boolean) | undefined
  expect([where?.({ path: '/srv/a/b' }), where?.({ path: '/srv/ab' })]).toEqual([true, false])
  expect(decision.predicts.every(({ fact }) => isAbsent(fact))).toBe(true)
})

test('a directory asks once, with all folders above it', () => {
  expect(questionsOf(file, { path, state: 'directory', owner: 'prometheus' }, [there(path)])).toEqual([
    [`file ${path}`, 'user prometheus', 'file /srv', 'file /srv/a'],
  ])
})

test('a path that an earlier command makes waits for it', () => {
  const facts: readonly Told[] = [there(path, new Unknown('a command makes it'))]
  expect(file.plan({ path, mode: '0600' }, contextOf(facts, { dirty: true }))).toMatchObject({
    changes: [],
    later: `${path}: a command makes it`,
  })
  expect(file.plan({ path, mode: '0600' }, contextOf(facts)).problems, 'without an earlier act it never comes').toMatchObject([
    { code: 'PATH_REFUSED' },
  ])
})

test('predicted directories count as folders for what comes after', () => {
  const made = file.plan({ path, state: 'directory' }, contextOf([there('/srv'), missing('/srv/a'), missing(path)]))
  expect(made.predicts).toMatchObject([
    { target: { path: '/srv/a' }, fact: { type: 'directory' } },
    { target: { path }, fact: directoryFact({ mtime: Number.POSITIVE_INFINITY }) },
  ])
})
