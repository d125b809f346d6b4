import { describe, expect, test } from 'vitest'
import { absent, type FileFact, type Probe, probeKey } from '../../../src/model/fact.ts'
import type { Step } from '../../../src/model/step.ts'
import type { Decision } from '../../../src/model/task-type.ts'
import { questionsAfter } from '../../../src/plan/decide.ts'
import { generate } from '../../../src/tasks/generate/index.ts'
import type { GenerateParams } from '../../../src/tasks/generate/schema.ts'
import { mint } from '../../fakes/certificates.ts'
import { contextOf, day, noon } from '../../fakes/context.ts'
import type { Told } from '../../fakes/view.ts'

const tls = '/etc/app/tls'
const params: GenerateParams = {
  ...{ certificate: `${tls}/server.crt`, private_key: `${tls}/server.key`, names: ['h1.lab.test'], owner: 'root', group: 'root' },
  folder_per_pair: true,
}
const good = (await mint({ names: ['h1.lab.test'], notBefore: noon - 29 * day, notAfter: noon + 61 * day })).fact
const expiring = (await mint({ names: ['h1.lab.test'], notBefore: noon - 80 * day, notAfter: noon + 10 * day })).fact

const root = { owner: 'root', group: 'root', uid: 0, gid: 0, size: 1, mtime: 1, links: 1 } as const
const folder: FileFact = { ...root, type: 'directory', group: 'app', gid: 7, mode: 0o750 }
const link = (to: string): FileFact => ({ ...root, type: 'link', mode: 0o777, link: to })

/** A host whose pair lies at `where` below the folder: '' when beside the paths themselves, undefined when there is none. */
function hostWith(where: string | undefined, certificate = good): readonly Told[] {
  const facts: Told[] = [
    ['file', { path: tls }, folder],
    ['user', { name: 'root' }, { name: 'root', uid: 0, gid: 0, group: 'root', gids: [0] }],
    ['group', { name: 'root' }, { gid: 0 }],
  ]
  for (const [name, mode] of [
    ['server.crt', 0o644],
    ['server.key', 0o400],
  ] as const) {
    const real = where === undefined || where === '' ? `${tls}/${name}` : `${tls}/${where}/${name}`
    if (where !== undefined && where !== '') facts.push(['file', { path: `${tls}/${name}` }, link(`${where}/${name}`)])
    facts.push(['file', { path: real }, where === undefined ? absent : { ...root, type: 'file', mode }])
    facts.push(
      name === 'server.crt'
        ? ['certificate', { path: real }, where === undefined ? absent : { chain: [certificate] }]
        : ['key', { path: real }, where === undefined ? absent : { spki: certificate.spki, keyType: certificate.keyType }],
    )
  }
  return facts
}

const next = (number: number, fact: FileFact | typeof absent = absent): Told => ['file', { path: `${tls}/pair-${number}` }, fact]
const plan = (facts: readonly Told[], more: Partial<GenerateParams> = {}): Decision =>
  generate.plan({ ...params, ...more }, contextOf(facts))

/** The visible steps of a deed, as if everything before them went well. */
function visible(decision: Decision): readonly Step[] {
  const [change] = decision.changes
  if (change === undefined) throw new Error('nothing changes')
  const deeds = generate.apply(change as never)
  const turn = deeds.next()
  if (turn.done === true) throw new Error('nothing is done')
  const made = deeds.next([{ ok: true, rc: 0, stdout: expiring.pem, stderr: '' }])
  return made.done === true ? [] : made.value
}

describe('the folder of a pair', () => {
  test('all that proves a new pair can be asked in the exchange that proves its service, for where it will lie is known', () => {
    const asked = (facts: readonly Told[]) => new Map(facts.map(([kind, target, fact]) => [probeKey({ kind, target } as Probe), fact]))
    const before = [...hostWith(undefined), next(1)]
    const decision = plan(before)
    const later = new Map(asked([...hostWith('pair-1'), next(0), next(1, folder), next(2)]))
    const known = new Set([...asked(before).keys(), ...questionsAfter(generate, params, asked(before), decision.predicts).map(probeKey)])
    const heard = new Map([...later].filter(([key]) => known.has(key)))
    expect([...later.keys()].filter((key) => !heard.has(key))).toEqual([])
    expect(questionsAfter(generate, params, heard, []).filter((probe) => !known.has(probeKey(probe)))).toEqual([])
  })

  test('the first pair of a host lies in pair-1, with owner, group and mode of the folder above', () => {
    const decision = plan([...hostWith(undefined), next(1)])
    expect(decision.result).toMatchObject({
      certificate_path: `${tls}/pair-1/server.crt`,
      private_key_path: `${tls}/pair-1/server.key`,
      replaced: '',
    })
    expect(visible(decision)).toMatchObject([
      { kind: 'directory', path: `${tls}/pair-1`, owner: 'root', group: 'app', mode: 0o750 },
      { kind: 'install', path: `${tls}/pair-1/server.key` },
      { kind: 'install', path: `${tls}/pair-1/server.crt` },
      { kind: 'link', path: `${tls}/server.crt`, to: 'pair-1/server.crt' },
      { kind: 'link', path: `${tls}/server.key`, to: 'pair-1/server.key' },
    ])
  })

  test('a pair that is due is left alone: the next one comes beside it, and the old folder is named', () => {
    const decision = plan([...hostWith('pair-3', expiring), next(4)])
    expect(decision.changes).toMatchObject([{ action: 'update', target: `${tls}/server.crt` }])
    expect(decision.reason).toContain('expires in 10 days')
    expect(decision.result).toMatchObject({ certificate_path: `${tls}/pair-4/server.crt`, replaced: `${tls}/pair-3` })
    expect(visible(decision).some((step) => 'path' in step && step.path.startsWith(`${tls}/pair-3/`))).toBe(false)
  })

  test('what is there once the run has acted is planned over: the links, and what they lead to', () => {
    const { predicts } = plan([...hostWith('pair-3', expiring), next(4)])
    const of = (kind: string, path: string) => predicts.find((one) => one.kind === kind && 'path' in one.target && one.target.path === path)
    expect(of('file', `${tls}/server.key`)?.fact).toMatchObject({ type: 'link', link: 'pair-4/server.key' })
    expect(of('file', `${tls}/pair-4/server.key`)?.fact).toMatchObject({ type: 'file', mode: 0o400 })
    expect(of('file', `${tls}/pair-4`)?.fact).toMatchObject({ type: 'directory', mode: 0o750, group: 'app' })
    expect(of('certificate', `${tls}/server.crt`)?.fact).toMatchObject({ pending: true })
  })

  test('a good pair stays where it is, and the folder before it may go, however often one asks', () => {
    expect(plan(hostWith('pair-4'))).toMatchObject({
      changes: [],
      result: { certificate_path: `${tls}/pair-4/server.crt`, private_key_path: `${tls}/pair-4/server.key`, replaced: `${tls}/pair-3` },
    })
    expect(plan(hostWith('pair-1')).result).toMatchObject({ replaced: '' })
  })

  test('a pair that was made without folders stays until it is due, and then gets one', () => {
    expect(plan(hostWith(''))).toMatchObject({ changes: [], result: { certificate_path: `${tls}/server.crt`, replaced: '' } })
    expect(plan([...hostWith('', expiring), next(1)]).result).toMatchObject({ certificate_path: `${tls}/pair-1/server.crt`, replaced: '' })
  })

  test('where the key stays, one rename of the certificate is enough', () => {
    const decision = plan(hostWith('pair-3', expiring), { key_on_renewal: 'reuse' })
    expect(decision.changes[0]?.data).toMatchObject({ kind: 'issue', keepKey: true, certificate: { path: `${tls}/pair-3/server.crt` } })
    expect(decision.result).toMatchObject({ certificate_path: `${tls}/pair-3/server.crt`, replaced: `${tls}/pair-2` })
  })

  test('a folder that is there already is nobody’s to overwrite', () => {
    expect(plan([...hostWith('pair-3', expiring), next(4, folder)]).problems).toMatchObject([
      { code: 'PATH_REFUSED', message: `${tls}/pair-4: the next pair goes there, and something is there already` },
    ])
  })

  test('two folders stay two, and are told as they are', () => {
    const facts: readonly Told[] = [
      ...hostWith(undefined),
      ['file', { path: '/etc/ssl/h1.crt' }, absent],
      ['file', { path: '/etc/ssl' }, folder],
      ['certificate', { path: '/etc/ssl/h1.crt' }, absent],
    ]
    const decision = plan(facts, { certificate: '/etc/ssl/h1.crt' })
    expect(decision.changes[0]?.data).toMatchObject({ kind: 'issue', certificate: { path: '/etc/ssl/h1.crt' } })
    expect(decision.result).toMatchObject({ certificate_path: '/etc/ssl/h1.crt', private_key_path: `${tls}/server.key`, replaced: '' })
  })
})
