import { describe, expect, test } from 'vitest'
import { absent, type CertificateFact, type FileFact, type KeyFact } from '../../../src/model/fact.ts'
import type { Step, StepAnswer } from '../../../src/model/step.ts'
import { Secret } from '../../../src/model/value.ts'
import { generate } from '../../../src/tasks/generate/index.ts'
import type { GenerateParams } from '../../../src/tasks/generate/schema.ts'
import { mint } from '../../fakes/certificates.ts'
import { contextOf, day, noon } from '../../fakes/context.ts'
import { requestFor } from '../../fakes/request.ts'
import type { Told } from '../../fakes/view.ts'
import { planAfter } from '../host.ts'

const certificate = '/etc/app/h1.crt'
const key = '/etc/app/h1.key'
const names = ['h1.lab.test', 'www.lab.test']
const acme = { directory: 'https://acme.lab.test/dir', agree_terms: true, webroot: '/srv/www' }
const wished: GenerateParams = { certificate, private_key: key, names, issuer: 'acme', acme }
const server = await mint({ subject: { CN: 'public' }, authority: true, notBefore: noon - 100 * day, notAfter: noon + 300 * day })
const held = (await mint({ names, notBefore: noon - 29 * day, notAfter: noon + 61 * day, by: server })).fact

const file: FileFact = { type: 'file', owner: 'root', group: 'root', uid: 0, gid: 0, mode: 0o400, size: 1, mtime: 1, links: 1 }
function hostWith(leaf: CertificateFact | undefined, keyAnswer?: KeyFact): readonly Told[] {
  return [
    ['file', { path: certificate }, leaf === undefined ? absent : { ...file, mode: 0o644 }],
    ['file', { path: key }, leaf === undefined ? absent : file],
    ['file', { path: '/etc/app' }, { ...file, type: 'directory', mode: 0o755 }],
    ['certificate', { path: certificate }, leaf === undefined ? absent : { chain: [leaf, server.fact] }],
    ['key', { path: key }, keyAnswer ?? (leaf === undefined ? absent : { spki: leaf.spki, keyType: leaf.keyType })],
    ['digest', { path: certificate }, leaf === undefined ? absent : { sha256: 'd1' }],
  ]
}
const plan = (leaf: CertificateFact | undefined, more: Partial<GenerateParams> = {}) =>
  generate.plan({ ...wished, ...more }, contextOf(hostWith(leaf)))

describe('a certificate of an ACME server', () => {
  test.each<{ case: string; leaf?: CertificateFact; params?: Partial<GenerateParams>; reason: string; orders: boolean }>([
    {
      case: 'is ordered when there is none',
      reason: 'the certificate is missing; the private key does not belong to the certificate'.split(';')[0] ?? '',
      orders: true,
    },
    { case: 'is left alone while it is good', leaf: held, reason: 'certificate valid for 61 more days, renews below 30', orders: false },
    {
      case: 'is left alone whatever subject the server gave it',
      leaf: { ...held, subject: {} },
      reason: 'certificate valid for 61 more days, renews below 30',
      orders: false,
    },
    {
      case: 'is ordered in the window',
      leaf: { ...held, notAfter: noon + 12 * day },
      reason: 'expires in 12 days, renews below 14',
      orders: true,
    },
    {
      case: 'is ordered for a name more',
      leaf: held,
      params: { names: [...names, 'x.lab.test'] },
      reason: 'the names lack x.lab.test',
      orders: true,
    },
    {
      case: 'is ordered for another key type',
      leaf: held,
      params: { key_type: 'rsa-3072' },
      reason: 'the key type is ecdsa-p256, wanted rsa-3072',
      orders: true,
    },
    {
      case: 'is ordered in place of one signed by itself',
      leaf: { ...held, selfSigned: true },
      reason: 'it is signed by itself',
      orders: true,
    },
  ])('$case', ({ leaf, params, reason, orders }) => {
    const decision = plan(leaf, params)
    expect(decision).toMatchObject({ reason })
    expect(decision.problems).toBeUndefined()
    expect(decision.changes.map(({ data }) => data.kind === 'issue' && data.signer.kind)).toEqual(orders ? ['acme'] : [])
  })

  test('is planned once: the same task behind it has nothing to do', () => {
    const facts = hostWith(undefined)
    expect(planAfter(generate, wished, facts, plan(undefined), { now: noon }).changes).toEqual([])
  })
})

describe('what clients will say of a certificate before it is ordered', () => {
  const own = { ...acme, ca: 'ca.pem' }
  const dns = { ...acme, challenge: 'dns-01' as const, hook: ['./zone'] }
  test.each<{ case: string; params?: Partial<GenerateParams>; accepted: string; warnings?: readonly string[] }>([
    { case: 'of a server', accepted: 'every client' },
    { case: 'of RSA', params: { key_type: 'rsa-2048' }, accepted: 'every client' },
    {
      case: 'of a wildcard that the controller keeps',
      params: { names: ['*.lab.test'], acme: dns, stored: 'wild' },
      accepted: 'every client',
    },
    {
      case: 'of an Ed25519 key',
      params: { key_type: 'ed25519' },
      accepted: 'go, openssl, openssl-strict, gnutls, node',
      warnings: ['chrome and apple refuse it: browsers do not accept ed25519 keys'],
    },
    {
      case: 'of an Ed25519 key that the controller keeps',
      params: { key_type: 'ed25519', acme: dns, stored: 'wild' },
      accepted: 'go, openssl, openssl-strict, gnutls, node',
      warnings: ['chrome and apple refuse it: browsers do not accept ed25519 keys'],
    },
    {
      case: 'of a client, which no public server signs for',
      params: { usage: 'client' },
      accepted: 'no client',
      warnings: ['go, openssl, openssl-strict, gnutls and node refuse it: the extended key usage lacks clientAuth'],
    },
    {
      case: 'of a peer that the controller keeps',
      params: { usage: 'peer', acme: dns, stored: 'wild' },
      accepted: 'no client',
      warnings: ['go, openssl, openssl-strict, gnutls, chrome, node and apple refuse it: the extended key usage lacks clientAuth'],
    },
    { case: 'of a client of a server of our own', params: { usage: 'client', acme: own }, accepted: 'every client' },
  ])('$case: $accepted', ({ params, accepted, warnings }) => {
    const decision = plan(undefined, params)
    const fields = decision.changes.flatMap(({ diffs }) => diffs.flatMap((diff) => (diff.kind === 'fields' ? diff.fields : [])))
    expect(fields).toContainEqual({ name: 'accepted by', before: undefined, after: accepted })
    expect(decision.warnings).toEqual(warnings?.map((text) => `${certificate}: ${text}`))
  })

  test('the chain that the server sent the last time is taken for that to come', () => {
    const narrow = { ...server.fact, permittedNames: ['lab.test'] }
    const due = { ...held, notAfter: noon + 12 * day }
    const facts = hostWith(due).map(([kind, target, fact]) =>
      kind === 'certificate' ? ([kind, target, { chain: [due, narrow] }] as Told) : ([kind, target, fact] as Told),
    )
    const warnings = (wish: readonly string[]) => generate.plan({ ...wished, names: [...wish] }, contextOf(facts)).warnings
    expect(warnings(names)).toBeUndefined()
    expect(warnings(['h1.example.net'])?.join()).toContain('its issuers may not issue for h1.example.net')
  })

  test('one that is there is judged as it is', () => {
    expect(plan(held).warnings).toBeUndefined()
    expect(plan({ ...held, keyUsage: ['keyEncipherment'] }).warnings?.join()).toContain('gnutls, chrome and apple refuse it')
  })
})

const { request } = requestFor(names)
const good: StepAnswer = { ok: true, rc: 0, stdout: '', stderr: '' }
const ordered: StepAnswer = { ...good, ordered: { order: 'https://acme.lab.test/order/1', tokens: [{ token: 'T1', content: "T1.it's" }] } }

/** The turns of an order, each answered in its turn; what the task did in all. */
function turns(params: GenerateParams, ...answers: readonly StepAnswer[]) {
  const decision = generate.plan(params, contextOf(hostWith(undefined)))
  const deed = generate.apply(decision.changes[0]!)
  const steps: Step[] = []
  let turn = deed.next()
  for (const answer of [{ ...good, stdout: request }, ...answers]) {
    if (turn.done === true) break
    steps.push(...turn.value)
    turn = deed.next([answer])
  }
  return { kinds: steps.map(({ kind }) => kind), steps, result: turn.done === true ? turn.value : undefined }
}

describe('the turns of an order', () => {
  test('over HTTP: tokens are there while the server looks, and gone before anything is installed', () => {
    const { kinds, steps } = turns(wished, ordered, good, { ...good, chain: '' }, good)
    expect(kinds).toEqual(['make', 'order', 'make', 'finish', 'make'])
    const scripts = steps.flatMap((step) => (step.kind === 'make' ? [String(step.script)] : []))
    expect(scripts[1]).toContain(`printf %s 'T1.it'\\''s' >/srv/www/.well-known/acme-challenge/T1`)
    expect(scripts[2]).toBe('rm -f -- /srv/www/.well-known/acme-challenge/T1')
  })

  test('over DNS: nothing is put on the host', () => {
    const dns = {
      ...wished,
      names: ['*.lab.test'],
      acme: { directory: acme.directory, agree_terms: true, challenge: 'dns-01' as const, hook: ['./zone'] },
    }
    expect(turns(dns, { ...ordered, ordered: { order: 'o', tokens: [] } }, good).kinds).toEqual(['make', 'order', 'finish'])
  })

  test.each<{ case: string; answers: readonly StepAnswer[]; kinds: readonly string[]; failed: string }>([
    {
      case: 'no order',
      answers: [{ ...good, ok: false, stderr: 'rate limited' }],
      kinds: ['make', 'order'],
      failed: 'https://acme.lab.test/dir took no order: rate limited',
    },
    {
      case: 'a refusal: the tokens go all the same',
      answers: [ordered, good, { ...good, ok: false, stderr: 'no such name' }, good],
      kinds: ['make', 'order', 'make', 'finish', 'make'],
      failed: 'issued nothing: no such name',
    },
    {
      case: 'a web root that cannot be written',
      answers: [ordered, { ...good, ok: false, stderr: 'Read-only file system' }],
      kinds: ['make', 'order', 'make'],
      failed: 'could not be put into /srv/www: Read-only file system',
    },
    {
      case: 'a certificate for another key',
      answers: [ordered, good, { ...good, chain: held.pem }, good],
      kinds: ['make', 'order', 'make', 'finish', 'make'],
      failed: 'for another key',
    },
  ])('$case', ({ answers, kinds, failed }) => {
    const told = turns(wished, ...answers)
    expect(told.kinds).toEqual(kinds)
    expect(told.result).toMatchObject({ changed: false, failed: expect.stringContaining(failed) })
  })
})

const nsupdate = { server: 'ns.lab.test', zone: 'lab.test', key: 'k', secret: 'AAAA' }
const overDns = { agree_terms: true, challenge: 'dns-01' as const }

test('a name server that takes updates: what is left out has its usual value, and the plan tells no secret', () => {
  const decision = plan(undefined, {
    names: ['*.lab.test', 'lab.test'],
    acme: { ...overDns, nsupdate: { ...nsupdate, zone: 'Lab.test.' } },
  })
  const [data] = decision.changes.map((change) => change.data)
  if (data?.kind !== 'issue' || data.signer.kind !== 'acme') throw new Error('nothing is ordered')
  expect(data.signer.order.challenge).toEqual({
    kind: 'dns-01',
    update: {
      server: 'ns.lab.test',
      port: 53,
      zone: 'lab.test',
      wait: 0,
      key: { name: 'k', algorithm: 'hmac-sha256', secret: Secret.of('AAAA') },
    },
  })
  expect(JSON.stringify(decision)).not.toContain('AAAA')
})

test.each<{ case: string; params: Partial<GenerateParams>; message: string }>([
  {
    case: 'a hook beside a name server',
    params: { acme: { ...overDns, hook: ['./zone'], nsupdate } },
    message: 'hook and nsupdate both change',
  },
  {
    case: 'a name of another zone',
    params: { names: ['h1.lab.test', 'www.notlab.test'], acme: { ...overDns, nsupdate } },
    message: 'www.notlab.test is not in the zone lab.test',
  },
  { case: 'terms that nobody agreed to', params: { acme: { webroot: '/srv' } }, message: 'nobody has agreed to the terms' },
  { case: 'a wildcard over HTTP', params: { names: ['*.lab.test'] }, message: '*.lab.test cannot be proved by http-01' },
  { case: 'HTTP without a web root', params: { acme: { agree_terms: true } }, message: 'http-01 needs webroot' },
  { case: 'DNS without a hook', params: { acme: { agree_terms: true, challenge: 'dns-01' } }, message: 'dns-01 needs hook' },
  { case: 'a server for nobody', params: { issuer: 'self' }, message: 'acme: the issuer is self' },
])('$case: refused', ({ params, message }) => {
  expect(plan(undefined, params).problems).toMatchObject([{ code: 'VALUE_INVALID', message: expect.stringContaining(message) }])
})
