import { describe, expect, test } from 'vitest'
import { absent } from '../../../src/model/fact.ts'
import { Unknown } from '../../../src/model/value.ts'
import { copy } from '../../../src/tasks/copy/index.ts'
import { stat } from '../../../src/tasks/stat/index.ts'
import { sha256Hex } from '../../../src/lib/digest.ts'
import { contextAfter, contextOf, deedOf, directoryFact, fileFact, holding, linkFact, nothingAt, questionsOf, there } from '../host.ts'

const path = '/etc/app/a'

test.each([
  {
    case: 'a file',
    facts: holding(path, 'abc', { mode: 0o640, uid: 7, owner: 'app' }),
    told: {
      ...{ exists: true, path, isreg: true, isdir: false, islnk: false, mode: '0640', uid: 7, gid: 0, pw_name: 'app', gr_name: 'root' },
      ...{ size: 3, mtime: 1_767_000_000, nlink: 1, checksum: sha256Hex('abc') },
    },
  },
  { case: 'a folder', facts: [there(path, directoryFact())], told: { exists: true, isreg: false, isdir: true, mode: '0755' } },
  {
    case: 'a link',
    facts: [there(path, linkFact('../b'))],
    told: { exists: true, islnk: true, lnk_target: '../b', lnk_source: '/etc/b' },
  },
  { case: 'nothing', facts: nothingAt(path), told: { exists: false } },
])('tells of $case', ({ facts, told }) => {
  const decision = stat.plan({ path: `${path}/` }, contextOf(facts))
  expect(decision).toMatchObject({ changes: [], predicts: [], result: { stat: told } })
  expect(decision.failed).toBeUndefined()
})

test('no digest where none is wanted, nor where none is told', () => {
  const told = (params: object, facts: Parameters<typeof contextOf>[0]) => stat.plan({ path, ...params }, contextOf(facts)).result?.['stat']
  expect(told({ get_checksum: false }, [there(path, fileFact())])).not.toHaveProperty('checksum')
  expect(told({}, [there(path, fileFact()), ['digest', { path }, new Unknown('permission denied')]])).not.toHaveProperty('checksum')
})

test('follows a link when it is told to, and asks link by link', () => {
  const facts = [there(path, linkFact('b')), ['digest', { path }, { sha256: 'x' }] as const, ...holding('/etc/app/b', 'abc')]
  expect(stat.plan({ path, follow: true }, contextOf(facts)).result).toMatchObject({
    stat: { path: '/etc/app/b', isreg: true, islnk: false },
  })
  expect(questionsOf(stat, { path, follow: true }, facts)).toEqual([
    [`file ${path}`, `digest ${path}`],
    ['file /etc/app/b', 'digest /etc/app/b'],
  ])
  expect(questionsOf(stat, { path }, facts)).toEqual([[`file ${path}`, `digest ${path}`]])
})

describe('over what an earlier task writes', () => {
  const facts = [...nothingAt(path), there('/etc/app')]
  const written = copy.plan({ dest: path, content: 'abc', mode: '0600' }, contextOf(facts))
  const decision = stat.plan({ path }, contextAfter(facts, written))

  test('it is there, with owner, mode, size and digest; its time is known after apply', () => {
    expect(decision.result).toMatchObject({
      stat: { exists: true, mode: '0600', size: 3, checksum: sha256Hex('abc'), mtime: expect.any(Unknown) },
    })
    expect(decision.changes).toMatchObject([{ action: 'check', target: path }])
  })

  test('which is asked once it is there', () => {
    const [change] = decision.changes
    if (change === undefined) throw new Error('nothing to ask')
    const answers = [{ ok: true, rc: 0, stdout: '', stderr: '', facts: [fileFact({ mtime: 5 }), { sha256: 'x' }] }]
    const { steps, result } = deedOf(stat, change, answers)
    expect(steps).toMatchObject([{ kind: 'ask', probes: [{ kind: 'file' }, { kind: 'digest' }] }])
    expect(result).toMatchObject({ changed: false, values: { stat: { mtime: 5, checksum: 'x' } } })
    expect(deedOf(stat, change, [{ ...answers[0], facts: [absent] }]).result).toEqual({
      changed: false,
      values: { stat: { exists: false } },
    })
    expect(deedOf(stat, change, [{ ...answers[0], facts: [new Unknown('no way')] }]).result).toMatchObject({
      failed: expect.stringContaining('no way'),
    })
  })
})

test('what cannot be looked at is a refusal, and after a change is waited for', () => {
  const facts = [there(path, new Unknown('permission denied'))]
  expect(stat.plan({ path }, contextOf(facts)).problems).toMatchObject([{ code: 'PATH_REFUSED' }])
  expect(stat.plan({ path }, contextOf(facts, { dirty: true })).later).toContain('permission denied')
  expect(stat.plan({ path, follow: true }, contextOf([there(path, linkFact('a'))])).problems).toMatchObject([{ code: 'PATH_REFUSED' }])
})
