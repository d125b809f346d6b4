import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { contentLimitBytes } from '../../../src/model/fact.ts'
import { Secret, Unknown } from '../../../src/model/value.ts'
import { copy } from '../../../src/tasks/copy/index.ts'
import type { CopyParams } from '../../../src/tasks/copy/schema.ts'
import type { Told } from '../../fakes/view.ts'
import { contextOf, deedOf, fileFact, holding, linkFact, nothingAt, planAfter, prometheus, questionsOf, there } from '../host.ts'
import { sha256Hex } from '../../../src/lib/digest.ts'

const path = '/etc/app/app.conf'
const folder = there('/etc/app')
const bytes = (text: string) => new Uint8Array(Buffer.from(text))

interface Case {
  readonly case: string
  readonly params: CopyParams
  readonly facts: readonly Told[]
  readonly expected: object
}

const cases: readonly Case[] = [
  {
    case: 'a missing file is written with what is asked for',
    params: { content: 'a = 1\n', dest: path, owner: 'prometheus', group: 'prometheus', mode: '0640' },
    facts: [...nothingAt(path), folder, ...prometheus],
    expected: {
      action: 'create',
      reason: 'the file is missing',
      data: { kind: 'write', path, content: 'a = 1\n', owner: 'prometheus', group: 'prometheus', mode: 0o640, expect: 'absent' },
    },
  },
  {
    case: 'a missing file without owner, group and mode belongs to root and can be read by all',
    params: { content: '', dest: path },
    facts: [...nothingAt(path), folder],
    expected: { action: 'create', data: { kind: 'write', owner: 'root', group: 'root', mode: 0o644 } },
  },
  {
    case: 'other content is replaced, expecting the bytes that were seen; owner and mode stay',
    params: { content: 'a = 2\n', dest: path },
    facts: holding(path, 'a = 1\n', { owner: 'prometheus', uid: 110, group: 'adm', gid: 4, mode: 0o600 }),
    expected: {
      action: 'update',
      reason: 'content differs',
      diffs: [{ kind: 'text', path, before: 'a = 1\n', after: 'a = 2\n' }],
      data: { kind: 'write', owner: 'prometheus', group: 'adm', mode: 0o600, expect: { sha256: sha256Hex('a = 1\n') } },
    },
  },
  {
    case: 'content and mode differ: one write, both told',
    params: { content: 'b', dest: path, mode: '600' },
    facts: holding(path, 'a'),
    expected: {
      reason: 'content differs; mode is 0644, wanted 0600',
      diffs: [{ kind: 'text' }, { kind: 'fields' }],
      data: { kind: 'write', mode: 0o600 },
    },
  },
  {
    case: 'only attributes differ: the content is not written',
    params: { content: 'a', dest: path, owner: 'prometheus', mode: '0640' },
    facts: [...holding(path, 'a'), ...prometheus],
    expected: {
      action: 'update',
      reason: 'owner is root, wanted prometheus; mode is 0644, wanted 0640',
      data: { kind: 'attributes', path, owner: 'prometheus', group: 'root', mode: 0o640 },
    },
  },
  {
    case: 'a link is followed and stays, also a relative one that leads on',
    params: { content: 'b', dest: path },
    facts: [there(path, linkFact('../real/one')), there('/etc/real/one', linkFact('/srv/two')), ...holding('/srv/two', 'a')],
    expected: { target: '/srv/two', data: { kind: 'write', path: '/srv/two' } },
  },
  {
    case: 'a link to nothing makes what it leads to',
    params: { content: 'b', dest: path },
    facts: [there(path, linkFact('/srv/new')), ...nothingAt('/srv/new'), there('/srv')],
    expected: { action: 'create', target: '/srv/new' },
  },
  {
    case: 'a folder as destination keeps the name',
    params: { src: 'tls/ca.pem', dest: '/etc/app/' },
    facts: [...nothingAt('/etc/app/ca.pem'), folder],
    expected: { target: '/etc/app/ca.pem', data: { content: bytes('from the controller') } },
  },
  {
    case: 'the folder may be a link',
    params: { content: '', dest: path },
    facts: [...nothingAt(path), there('/etc/app', linkFact('/opt/app')), there('/opt/app')],
    expected: { action: 'create', target: path },
  },
]

const assets = [bytes('from the controller')]

describe.each(cases)('$case', ({ params, facts, expected }) => {
  const decision = copy.plan(params, contextOf(facts, { assets }))

  test('is decided', () => {
    expect(decision.problems).toBeUndefined()
    expect(decision.changes).toHaveLength(1)
    expect(decision.changes[0]).toMatchObject(expected)
  })

  test('is right after one change', () => {
    const again = planAfter(copy, params, facts, decision, { assets })
    expect(again).toMatchObject({ changes: [], reason: 'content, owner, group and mode are as wanted' })
    expect(again.problems).toBeUndefined()
  })
})

test.each([
  { case: 'the same bytes', content: 'a', held: 'a', more: {} },
  { case: 'the same bytes, owner by number', content: 'a', held: 'a', more: { owner: '0', group: '0' } },
  { case: 'a secret that is there already', content: Secret.of('a'), held: 'a', more: {} },
])('nothing to do: $case', ({ content, held, more }) => {
  const decision = copy.plan({ content, dest: path, ...more }, contextOf(holding(path, held)))
  expect(decision.changes).toEqual([])
  // Nothing becomes otherwise; only where a secret stands is known from now on.
  const known =
    content instanceof Secret ? [{ kind: 'content', target: { path }, fact: { bytes: Buffer.from(held), secret: content } }] : []
  expect(decision.predicts).toEqual(known)
})

test('an equal file costs no look at its content, and one round of questions', () => {
  const facts: readonly Told[] = [['file', { path }, fileFact()], ['digest', { path }, { sha256: sha256Hex('a') }], folder]
  expect(questionsOf(copy, { content: 'a', dest: path }, facts)).toEqual([[`file ${path}`, `digest ${path}`, 'file /etc/app']])
  expect(copy.plan({ content: 'a', dest: path }, contextOf(facts)).changes).toEqual([])
})

test.each([
  { case: 'a directory', facts: [there(path)], code: 'PATH_REFUSED', words: 'is a directory' },
  {
    case: 'a fifo behind a link',
    facts: [there(path, linkFact('/run/x')), there('/run/x', fileFact({ type: 'other' }))],
    code: 'PATH_REFUSED',
    words: 'leads to /run/x, which is a device',
  },
  {
    case: 'a circle of links',
    facts: [there(path, linkFact('b')), there('/etc/app/b', linkFact('app.conf'))],
    code: 'PATH_REFUSED',
    words: 'circle',
  },
  { case: 'a file with hard links', facts: holding(path, 'other', { links: 3 }), code: 'PATH_REFUSED', words: 'has 3 hard links' },
  {
    case: 'no folder',
    facts: [...nothingAt(path), ...nothingAt('/etc/app')],
    code: 'PATH_REFUSED',
    words: 'the folder /etc/app does not exist',
  },
  {
    case: 'a file as folder',
    facts: [...nothingAt(path), there('/etc/app', fileFact())],
    code: 'PATH_REFUSED',
    words: '/etc/app is no folder',
  },
  {
    case: 'an unknown owner',
    facts: [...holding(path, 'a'), ['user', { name: 'nobody2' }, { kind: 'absent' }]] as const,
    more: { owner: 'nobody2' },
    code: 'USER_UNKNOWN',
    words: 'user nobody2 does not exist',
  },
  {
    case: 'an unknown group',
    facts: [...holding(path, 'a'), ['group', { name: 'g2' }, { kind: 'absent' }]] as const,
    more: { group: 'g2' },
    code: 'USER_UNKNOWN',
    words: 'group g2 does not exist',
  },
  {
    case: 'a file that may not be looked at',
    facts: [there(path, new Unknown('permission denied'))],
    code: 'PATH_REFUSED',
    words: 'permission denied',
  },
])('refused: $case', ({ facts, more, code, words }) => {
  const decision = copy.plan({ content: 'new', dest: path, ...(more as object) }, contextOf(facts as readonly Told[]))
  expect(decision).toMatchObject({ changes: [], predicts: [], problems: [{ code, message: expect.stringContaining(words) }] })
})

test('hard links are no obstacle to what writes nothing', () => {
  expect(copy.plan({ content: 'a', dest: path, mode: '0600' }, contextOf(holding(path, 'a', { links: 3 })))).toMatchObject({
    changes: [{ data: { kind: 'attributes' } }],
  })
})

test.each([
  { params: { dest: path }, words: 'got neither' },
  { params: { dest: path, src: 'a', content: 'b' }, words: 'got both' },
  { params: { dest: '/etc/app/', content: 'b' }, words: 'no name to keep' },
])('a contradiction is refused: $words', ({ params, words }) => {
  expect(copy.plan(params, contextOf([], { assets })).problems).toMatchObject([
    { code: 'VALUE_INVALID', message: expect.stringContaining(words) },
  ])
})

test('what an earlier command settles is planned again later, and is no refusal', () => {
  const facts = [there(path, new Unknown('a command of an earlier task makes or removes it'))]
  const decision = copy.plan({ content: 'a', dest: path }, contextOf(facts, { dirty: true }))
  expect(decision).toMatchObject({ changes: [], later: expect.stringContaining('a command of an earlier task') })
  expect(decision.problems).toBeUndefined()
})

test('bytes that are no text are told by size and digest', () => {
  const binary = new Uint8Array([0, 255, 1])
  const decision = copy.plan({ src: 'x', dest: path }, contextOf(holding(path, new Uint8Array([0, 1])), { assets: [binary] }))
  expect(decision.changes[0]?.diffs).toEqual([
    {
      kind: 'fields',
      fields: [{ name: 'content', before: expect.stringMatching(/^2 bytes, sha256 /), after: expect.stringMatching(/^3 bytes, sha256 /) }],
    },
  ])
  expect(decision.changes[0]?.data).toMatchObject({ content: binary })
})

test('a large file on the host is never fetched', () => {
  const facts: readonly Told[] = [
    ['file', { path }, fileFact({ size: contentLimitBytes + 1 })],
    ['digest', { path }, { sha256: 'f'.repeat(64) }],
  ]
  const decision = copy.plan({ content: 'a', dest: path }, contextOf(facts))
  expect(decision.changes[0]?.diffs[0]).toMatchObject({
    kind: 'fields',
    fields: [{ before: `${contentLimitBytes + 1} bytes, sha256 ffffffffffffffff` }],
  })
})

describe('secrets', () => {
  const content = Secret.join(['user = a\npassword = ', Secret.of('new-password'), '\n'])
  const decision = copy.plan({ content, dest: path }, contextOf(holding(path, 'user = a\npassword = old-password\n')))
  const shown = JSON.stringify(decision.changes.map(({ diffs, reason, summary }) => ({ diffs, reason, summary })))

  test('neither the new nor the old one is shown', () => {
    expect(shown).not.toContain('new-password')
    expect(shown).not.toContain('old-password')
    expect(shown).toContain('user = a')
    expect(decision.changes[0]?.reason).toBe('a secret in it differs')
  })

  test('the twin: the same texts without a secret are shown', () => {
    const plain = copy.plan({ content: content.toString(), dest: path }, contextOf(holding(path, 'user = a\npassword = old-password\n')))
    expect(JSON.stringify(plain.changes[0]?.diffs)).toContain('old-password')
  })

  test('the wire gets the secret', () => {
    const change = decision.changes[0]
    const step = change === undefined ? undefined : deedOf(copy, change).steps[0]
    expect(step).toMatchObject({ kind: 'write' })
    expect((step as { content: Secret }).content.reveal()).toBe('user = a\npassword = new-password\n')
  })

  test('no digest of a secret is shown for bytes that are no text', () => {
    const fresh = copy.plan({ content: Secret.of('hunter2'), dest: path }, contextOf(holding(path, new Uint8Array([0, 1]))))
    expect(JSON.stringify(fresh.changes[0]?.diffs)).toBe(
      '[{"kind":"fields","fields":[{"name":"content","before":"other bytes","after":"7 bytes, secret"}]}]',
    )
  })
})

test('a private key that is copied is known for what comes after', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const decision = copy.plan({ content: Secret.of(pem), dest: path }, contextOf([...nothingAt(path), folder]))
  expect(decision.predicts).toContainEqual({
    kind: 'key',
    target: { path },
    fact: { spki: sha256Hex(publicKey.export({ type: 'spki', format: 'der' })) },
  })
  const broken = copy.plan({ content: pem.replace('MI', 'XX'), dest: path }, contextOf([...nothingAt(path), folder]))
  expect(broken.predicts).toContainEqual({
    kind: 'key',
    target: { path },
    fact: { spki: undefined, broken: 'the private key cannot be read' },
  })
})

test('a new file of another user belongs to that user', () => {
  const decision = copy.plan({ content: '', dest: path }, contextOf([...nothingAt(path), folder, ...prometheus], { user: 'prometheus' }))
  expect(decision.changes[0]?.data).toMatchObject({ owner: 'prometheus', group: 'prometheus' })
})

test('result for register', () => {
  expect(copy.plan({ content: 'abc', dest: '/etc//app/./app.conf' }, contextOf(holding(path, 'abc'))).result).toEqual({
    path,
    dest: path,
    owner: 'root',
    group: 'root',
    uid: 0,
    gid: 0,
    mode: '0644',
    state: 'file',
    size: 3,
  })
})
