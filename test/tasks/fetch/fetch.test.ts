import { describe, expect, test } from 'vitest'
import { absent } from '../../../src/model/fact.ts'
import { Unknown } from '../../../src/model/value.ts'
import { fetch } from '../../../src/tasks/fetch/index.ts'
import type { FetchParams } from '../../../src/tasks/fetch/schema.ts'
import { sha256Hex } from '../../../src/lib/digest.ts'
import { busyDesk } from '../../fakes/desk.ts'
import { hostsNamed, play, plannedOutcomes } from '../../fakes/play.ts'
import { contextOf, deedOf, directoryFact, holding, linkFact, nothingAt, questionsOf, there } from '../host.ts'

const src = '/etc/app/a'

test.each<{ case: string; params: Omit<FetchParams, 'src'>; to: object; dest: string }>([
  { case: 'a folder per host', params: { dest: 'got' }, to: { root: 'got', below: 'h1/etc/app/a' }, dest: 'got/h1/etc/app/a' },
  { case: 'a slash at the end', params: { dest: 'got/' }, to: { root: 'got/', below: 'h1/etc/app/a' }, dest: 'got/h1/etc/app/a' },
  { case: 'flat: a file', params: { dest: '/x/b', flat: true }, to: { root: '/x', below: 'b' }, dest: '/x/b' },
  { case: 'flat: a name', params: { dest: 'b', flat: true }, to: { root: '.', below: 'b' }, dest: './b' },
  { case: 'flat: a folder', params: { dest: 'got/', flat: true }, to: { root: 'got/', below: 'a' }, dest: 'got/a' },
])('says in a plan where the file goes: $case', ({ params, to, dest }) => {
  const decision = fetch.plan({ src, ...params }, contextOf(holding(src, 'x')))
  expect(decision).toMatchObject({
    changes: [{ action: 'check', summary: `bring ${src} to ${dest}`, data: { path: src, to: { ...to, anywhere: true } } }],
    predicts: [],
    result: { src, dest, checksum: sha256Hex('x') },
  })
})

test('a path that climbs is tidied before it is put below the host', () => {
  const facts = holding('/etc/x', 'x')
  const [change] = fetch.plan({ src: '/etc/../../etc/./x', dest: 'got' }, contextOf(facts)).changes
  expect(change?.data.to.below).toBe('h1/etc/x')
})

test('what a role fetches stays in the folder of the playbook', () => {
  const [change] = fetch.plan({ src, dest: 'got' }, contextOf(holding(src, 'x'), { fromRole: true })).changes
  expect(change?.data.to.anywhere).toBe(false)
})

test('it brings what is there when its turn comes', () => {
  const [change] = fetch.plan({ src, dest: 'got' }, contextOf(holding(src, 'x'))).changes
  if (change === undefined) throw new Error('nothing to bring')
  const answer = { ok: true, rc: 0, stdout: '', stderr: '' }
  const brought = (fact: unknown, rc = 0) => {
    const deeds = fetch.apply(change)
    deeds.next()
    const second = deeds.next([{ ...answer, facts: [fact] }])
    return second.done === true ? second.value : [second.value, deeds.next([{ ...answer, rc }]).value]
  }
  const bytes = new Uint8Array(Buffer.from('y'))
  expect(deedOf(fetch, change).steps).toMatchObject([{ kind: 'ask', probes: [{ kind: 'content', target: { path: src } }] }])
  expect(brought({ bytes })).toMatchObject([
    [{ kind: 'keep', root: 'got', below: 'h1/etc/app/a', bytes }],
    { changed: true, values: { checksum: sha256Hex('y') } },
  ])
  expect(brought({ bytes }, 1)).toMatchObject([{}, { changed: false }])
  expect(brought(absent)).toMatchObject({ failed: expect.stringContaining('does not exist') })
  expect(brought(new Unknown('no way'))).toMatchObject({ failed: expect.stringContaining('no way') })
})

test('a missing file fails the task unless it may be missing', () => {
  expect(fetch.plan({ src, dest: 'got' }, contextOf(nothingAt(src)))).toMatchObject({
    changes: [],
    failed: expect.stringContaining('exist'),
  })
  expect(fetch.plan({ src, dest: 'got', fail_on_missing: false }, contextOf(nothingAt(src))).failed).toBeUndefined()
})

test.each([
  { case: 'a folder', facts: [there(src, directoryFact())], words: 'a directory' },
  { case: 'a circle', facts: [there(src, linkFact('a'))], words: 'circle' },
  {
    case: 'too large',
    facts: [holding(src, '')[0]!, ['content', { path: src }, new Unknown('it is larger than 1 MiB')] as const],
    words: 'larger',
  },
])('refused: $case', ({ facts, words }) => {
  expect(fetch.plan({ src, dest: 'got' }, contextOf(facts)).problems).toMatchObject([
    { code: 'PATH_REFUSED', message: expect.stringContaining(words) },
  ])
})

test('it asks link by link', () => {
  expect(
    questionsOf(fetch, { src, dest: 'got' }, [there(src, linkFact('b')), ['content', { path: src }, absent], ...holding('/etc/app/b', '')]),
  ).toEqual([
    [`file ${src}`, `content ${src}`],
    ['file /etc/app/b', 'content /etc/app/b'],
  ])
})

describe('in a run', () => {
  const site = `
- hosts: all
  tasks:
    - copy: {dest: /etc/app/a, content: new}
    - name: brought
      fetch: {src: /etc/app/a, dest: got}
`
  test('what the tasks before it wrote is brought; a second time nothing changes', async () => {
    const hosts = hostsNamed('h1', 'h2')
    const desk = busyDesk()
    const first = await play(site, hosts, { desk })
    expect(first.problems).toEqual([])
    expect([...desk.kept]).toEqual([
      ['got/h1/etc/app/a', 'new'],
      ['got/h2/etc/app/a', 'new'],
    ])
    expect(first.report.recap).toMatchObject([
      { changed: 2, converged: true },
      { changed: 2, converged: true },
    ])
    expect(first.report.notProvable).toEqual([])
    const second = await play(site, hosts, { desk })
    expect(second.report.recap).toMatchObject([
      { changed: 0, converged: true },
      { changed: 0, converged: true },
    ])
  })

  test('a plan brings nothing', async () => {
    const { plan } = await play(site, hostsNamed('h1'), { mode: 'plan' })
    expect(plannedOutcomes(plan)).toEqual(['h1 copy change', 'h1 brought check'])
  })
})
