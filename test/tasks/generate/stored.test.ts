import { describe, expect, test } from 'vitest'
import { absent, type CertificateFact, type FileFact } from '../../../src/model/fact.ts'
import type { Step, StepAnswer } from '../../../src/model/step.ts'
import { Secret } from '../../../src/model/value.ts'
import { generate } from '../../../src/tasks/generate/index.ts'
import type { GenerateParams } from '../../../src/tasks/generate/schema.ts'
import { mint } from '../../fakes/certificates.ts'
import { contextOf, day, noon } from '../../fakes/context.ts'
import type { Told } from '../../fakes/view.ts'
import { planAfter } from '../host.ts'

const certificate = '/etc/app/web.crt'
const key = '/etc/app/web.key'
const names = ['*.lab.test', 'lab.test']
const wished: GenerateParams = { certificate, private_key: key, names, stored: 'wild' }
const ages = { notBefore: noon - 29 * day, notAfter: noon + 61 * day }
const good = (await mint({ names, ...ages })).fact
const other = (await mint({ names, ...ages })).fact
const root = await mint({ subject: { CN: 'root' }, authority: true, notBefore: noon - 100 * day, notAfter: noon + 900 * day })
const signed = (await mint({ names, ...ages, by: root })).fact
const old = { ...good, notAfter: noon + 10 * day }

const file: FileFact = { type: 'file', owner: 'root', group: 'root', uid: 0, gid: 0, mode: 0o400, size: 1, mtime: 1, links: 1 }
function hostWith(leaf: CertificateFact | undefined, keyOf = leaf): readonly Told[] {
  return [
    ['file', { path: certificate }, leaf === undefined ? absent : { ...file, mode: 0o644 }],
    ['file', { path: key }, keyOf === undefined ? absent : file],
    ['file', { path: '/etc/app' }, { ...file, type: 'directory', mode: 0o755 }],
    ['certificate', { path: certificate }, leaf === undefined ? absent : { chain: [leaf] }],
    ['key', { path: key }, keyOf === undefined ? absent : { spki: keyOf.spki, keyType: keyOf.keyType }],
    ['digest', { path: certificate }, leaf === undefined ? absent : { sha256: 'd1' }],
  ]
}

function plan(stored: CertificateFact | undefined, host: readonly Told[], more: Partial<GenerateParams> = {}) {
  const chain = stored === undefined ? undefined : [stored]
  return generate.plan(
    { ...wished, ...more },
    contextOf(host, { stored: (name) => (name === 'wild' ? chain : undefined), authorities: { default: root.fact } }),
  )
}

describe('a pair that the controller keeps', () => {
  test.each<{
    case: string
    stored?: CertificateFact
    host: readonly Told[]
    params?: Partial<GenerateParams>
    reason: string
    deed: string
  }>([
    { case: 'there is none', host: hostWith(undefined), reason: 'certificates/wild: there is none yet', deed: 'stored' },
    {
      case: 'the host has none',
      stored: good,
      host: hostWith(undefined),
      reason: 'the certificate is missing; the private key is not the one that was given',
      deed: 'give',
    },
    {
      case: 'the host has it',
      stored: good,
      host: hostWith(good),
      reason: 'certificate valid for 61 more days, renews below 30',
      deed: '',
    },
    {
      case: 'the host has another',
      stored: good,
      host: hostWith(other),
      reason: `${certificate} holds another certificate than certificates/wild; the private key is not the one that was given`,
      deed: 'give',
    },
    {
      case: 'the host has another key',
      stored: good,
      host: hostWith(good, other),
      reason: 'the private key is not the one that was given',
      deed: 'give',
    },
    {
      case: 'it is due',
      stored: old,
      host: hostWith(old),
      reason: 'certificates/wild: expires in 10 days, renews below 13',
      deed: 'stored',
    },
    {
      case: 'it is due, and the host has none',
      stored: old,
      host: hostWith(undefined),
      reason: 'certificates/wild: expires in 10 days, renews below 13',
      deed: 'stored',
    },
    {
      case: 'a name more',
      stored: good,
      host: hostWith(good),
      params: { names: [...names, 'x.test'] },
      reason: 'certificates/wild: the names lack x.test',
      deed: 'stored',
    },
    {
      case: 'another key type',
      stored: good,
      host: hostWith(good),
      params: { key_type: 'rsa-2048' },
      reason: 'the key type is ecdsa-p256, wanted rsa-2048',
      deed: 'stored',
    },
    {
      case: 'another usage',
      stored: good,
      host: hostWith(good),
      params: { usage: 'peer' },
      reason: 'extended key usage is serverAuth, wanted serverAuth, clientAuth',
      deed: 'stored',
    },
    { case: 'another issuer', stored: good, host: hostWith(good), params: { issuer: 'ca' }, reason: 'wanted CN=root', deed: 'stored' },
    {
      case: 'that issuer',
      stored: signed,
      host: hostWith(signed),
      params: { issuer: 'ca' },
      reason: 'certificate valid for 61 more days, renews below 30',
      deed: '',
    },
  ])('$case', ({ stored, host, params, reason, deed }) => {
    const decision = plan(stored, host, params)
    expect(decision.problems).toBeUndefined()
    expect(decision.reason).toContain(reason)
    expect(decision.changes.map(({ data }) => data.kind).join()).toBe(deed)
  })

  test.each([undefined, good])('is planned once: the same task behind it has nothing to do', (stored) => {
    const told = plan(stored, hostWith(undefined))
    const more = { now: noon, stored: () => (stored === undefined ? undefined : [stored]) }
    expect(planAfter(generate, wished, hostWith(undefined), told, more).changes).toEqual([])
  })

  test('that is due is made in place of the one that is there, its key kept where that is wished', () => {
    const [change] = plan(old, hostWith(old), { key_on_renewal: 'reuse' }).changes
    expect(change?.data).toMatchObject({
      step: { name: 'wild', make: { replaces: old.fingerprint, keepKey: true, signer: { kind: 'self' } } },
    })
  })
})

const fine: StepAnswer = { ok: true, rc: 0, stdout: '', stderr: '' }
const secret = Secret.of('-----BEGIN PRIVATE KEY-----\nSECRETBYTES\n-----END PRIVATE KEY-----\n')

function turns(stored: CertificateFact | undefined, ...answers: readonly StepAnswer[]) {
  const deed = generate.apply(plan(stored, hostWith(undefined)).changes[0]!)
  const steps: Step[] = []
  let turn = deed.next()
  for (const answer of answers) {
    if (turn.done === true) break
    steps.push(...turn.value)
    turn = deed.next([answer])
  }
  return { steps, kinds: steps.map(({ kind }) => kind), result: turn.done === true ? turn.value : undefined }
}

describe('the turns of it', () => {
  const told = { ...fine, chain: good.pem, key: secret }
  test.each([undefined, good])('brought from the controller, staged, installed', (stored) => {
    const { kinds, steps, result } = turns(stored, told, fine, fine)
    expect(kinds).toEqual(['stored', 'make', 'install', 'write'])
    expect(result).toMatchObject({ changed: true, values: { fingerprint: good.fingerprint } })
    // The key is in the script that makes the file, and there it is a secret.
    expect(steps.map((step) => (step.kind === 'make' ? String(step.script) : JSON.stringify(step))).join('\n')).not.toContain('SECRETBYTES')
  })

  test.each<{ case: string; stored?: CertificateFact; answer: StepAnswer; failed: string }>([
    { case: 'the store refuses', answer: { ...fine, ok: false, stderr: 'no passphrase' }, failed: 'could not be made: no passphrase' },
    {
      case: 'another host wished for other names',
      answer: { ...told, chain: root.fact.pem },
      failed: 'not for what was asked; hosts that share wild ask for the same',
    },
    {
      case: 'it was replaced since the plan',
      stored: good,
      answer: { ...told, chain: other.pem },
      failed: 'the certificate wild was replaced meanwhile: run again',
    },
  ])('$case: nothing is installed', ({ stored, answer, failed }) => {
    const { kinds, result } = turns(stored, answer, fine)
    expect(kinds).toEqual(['stored'])
    expect(result).toMatchObject({ changed: false, failed: expect.stringContaining(failed) })
  })
})

test.each<{ case: string; params: Partial<GenerateParams>; message: string }>([
  {
    case: 'what is given',
    params: { issuer: 'given', given: { certificate: 'a', private_key: 'b' } },
    message: 'nothing is made on the controller while the issuer is given',
  },
  {
    case: 'what others sign',
    params: { issuer: 'elsewhere', elsewhere: { request: 'a', signed: 'b' } },
    message: 'nothing is made on the controller while the issuer is elsewhere',
  },
  {
    case: 'proofs over HTTP',
    params: { names: ['a.test'], issuer: 'acme', acme: { agree_terms: true, webroot: '/srv' } },
    message: 'is proved over DNS',
  },
])('$case: refused', ({ params, message }) => {
  expect(plan(undefined, hostWith(undefined), params).problems).toMatchObject([
    { code: 'VALUE_INVALID', message: expect.stringContaining(message) },
  ])
})
