import { webcrypto } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { exportPkcs8 } from '../../../src/issuers/signing.ts'
import { encryptKey } from '../../../src/issuers/encrypted-key.ts'
import { absent, type CertificateFact, type FileFact, type KeyFact } from '../../../src/model/fact.ts'
import type { PlanContext } from '../../../src/model/task-type.ts'
import { Secret, Unknown } from '../../../src/model/value.ts'
import { toPem } from '../../../src/pki/pem.ts'
import { generate } from '../../../src/tasks/generate/index.ts'
import type { GenerateParams } from '../../../src/tasks/generate/schema.ts'
import { mint, type Minted } from '../../fakes/certificates.ts'
import { contextOf, day, noon } from '../../fakes/context.ts'
import type { Told } from '../../fakes/view.ts'
import { planAfter } from '../host.ts'

const certificate = '/etc/app/h1.crt'
const key = '/etc/app/h1.key'
const names = ['h1.lab.test']
const spring = { notBefore: noon - 29 * day, notAfter: noon + 61 * day }
const root = await mint({ subject: { CN: 'public root' }, authority: true, notBefore: noon - 100 * day, notAfter: noon + 300 * day })
const middle = await mint({
  subject: { CN: 'public middle' },
  authority: true,
  notBefore: noon - 100 * day,
  notAfter: noon + 300 * day,
  by: root,
})
const leaf = await mint({ names: ['h1.lab.test', '*.apps.lab.test'], ...spring, by: middle })
const other = await mint({ names, ...spring })

const pemOf = async ({ keys }: Minted) => toPem('PRIVATE KEY', await exportPkcs8(keys.privateKey))
const leafKey = await pemOf(leaf)
const text = (value: string) => new Uint8Array(Buffer.from(value))
const given: GenerateParams = {
  certificate,
  private_key: key,
  names,
  issuer: 'given',
  given: { certificate: 'h1.crt', private_key: 'h1.key' },
}
const file: FileFact = { type: 'file', owner: 'root', group: 'root', uid: 0, gid: 0, mode: 0o644, size: 1, mtime: 1, links: 1 }
const folder: FileFact = { ...file, type: 'directory', mode: 0o755 }

function hostWith(chain: readonly CertificateFact[], keyFact: KeyFact | undefined, more: readonly Told[] = []): readonly Told[] {
  return [
    ['file', { path: certificate }, chain.length === 0 ? absent : file],
    ['file', { path: key }, keyFact === undefined ? absent : { ...file, mode: 0o400 }],
    ['file', { path: '/etc/app' }, folder],
    ['certificate', { path: certificate }, chain.length === 0 ? absent : { chain }],
    ['key', { path: key }, keyFact ?? absent],
    ['digest', { path: certificate }, chain.length === 0 ? absent : { sha256: 'd1' }],
    ...more,
  ]
}

const keyFact = (minted: Minted): KeyFact => ({ spki: minted.fact.spki, keyType: minted.fact.keyType })
const files = (certificates: string, privateKey: string | Secret): Pick<PlanContext, 'assets'> => ({
  assets: [text(certificates), typeof privateKey === 'string' ? text(privateKey) : privateKey],
})
const wellGiven = files(middle.fact.pem + leaf.fact.pem, leafKey)

describe('certificate and key from the controller', () => {
  const facts = hostWith([], undefined)
  const decision = generate.plan(given, contextOf(facts, wellGiven))

  test('are put in place, the leaf first whatever the order of the file, and the key is a secret', () => {
    expect(decision.problems).toBeUndefined()
    expect(decision).toMatchObject({ reason: 'the certificate is missing; the private key is not the one that was given' })
    expect(decision.changes[0]).toMatchObject({
      action: 'create',
      data: { certificate: { pem: leaf.fact.pem + middle.fact.pem, expect: 'absent' }, key: { path: key, from: { kind: 'text' } } },
    })
    const [steps] = [...(generate.apply(decision.changes[0]!).next().value as readonly object[])]
    expect(JSON.stringify(steps)).not.toContain('PRIVATE KEY-----\\nM')
  })

  test('make true what a service needs to know, and the second plan is empty', () => {
    expect(planAfter(generate, given, facts, decision, { ...wellGiven, now: noon })).toMatchObject({
      changes: [],
      reason: expect.stringContaining('is h1.crt'),
    })
  })

  test('that are there already are left alone; a foreign one is replaced', () => {
    const same = generate.plan(given, contextOf(hostWith([leaf.fact, middle.fact], keyFact(leaf)), wellGiven))
    expect(same).toMatchObject({ changes: [], reason: `${certificate} is h1.crt; certificate valid for 61 more days` })
    const replaced = generate.plan(given, contextOf(hostWith([other.fact], keyFact(other)), wellGiven))
    expect(replaced.changes).toMatchObject([{ action: 'update', data: { certificate: { expect: { sha256: 'd1' } } } }])
    const onlyChain = generate.plan(given, contextOf(hostWith([leaf.fact], keyFact(leaf)), wellGiven))
    expect(onlyChain.changes[0]?.data).toMatchObject({ kind: 'give', key: undefined })
  })

  test('an encrypted key is opened with its passphrase', async () => {
    const word = Secret.of('open sesame')
    const bytes = new Uint8Array(await webcrypto.subtle.exportKey('pkcs8', leaf.keys.privateKey))
    const sealed = await encryptKey(bytes, word, (count) => crypto.getRandomValues(new Uint8Array(count)))
    const asked = { ...given, given: { ...given.given, password: word } }
    expect(generate.plan(asked, contextOf(facts, files(leaf.fact.pem, sealed))).changes[0]?.data).toMatchObject({
      key: { from: { kind: 'text' } },
    })
    for (const [wrong, why] of [
      [given, 'is encrypted, and there is no passphrase for it'],
      [{ ...given, given: { ...given.given, password: 'no' } }, 'does not open with the passphrase'],
    ] as const)
      expect(generate.plan(wrong, contextOf(facts, files(leaf.fact.pem, sealed))).problems).toEqual([
        {
          code: 'CERTIFICATE_INVALID',
          message: `h1.key ${why}`,
          hint: 'give a file that is whole, and the password that opens it if it has one',
        },
      ])
  })
})

describe('is refused before anything changes', async () => {
  const expired = await mint({ names, notBefore: noon - 91 * day, notAfter: noon - day })
  const unborn = await mint({ names, notBefore: noon + day, notAfter: noon + 91 * day })
  test.each<{ case: string; params?: Partial<GenerateParams>; certificate?: string; key: string; code: string; message: string }>([
    { case: 'another key', key: await pemOf(other), code: 'KEY_MISMATCH', message: 'belongs to no certificate of h1.crt (CN=h1.lab.test)' },
    {
      case: 'a name that is not covered',
      params: { names: ['h2.lab.test'] },
      key: leafKey,
      code: 'NAME_NOT_COVERED',
      message: 'and not for h2.lab.test',
    },
    {
      case: 'a past certificate',
      certificate: expired.fact.pem,
      key: await pemOf(expired),
      code: 'CERTIFICATE_INVALID',
      message: 'has expired on 2026-06-14',
    },
    {
      case: 'a future certificate',
      certificate: unborn.fact.pem,
      key: await pemOf(unborn),
      code: 'CERTIFICATE_INVALID',
      message: 'is not valid before',
    },
    {
      case: 'no certificate',
      certificate: 'x',
      key: leafKey,
      code: 'CERTIFICATE_INVALID',
      message: 'h1.crt holds no certificate in PEM form',
    },
    { case: 'no key', key: leaf.fact.pem, code: 'CERTIFICATE_INVALID', message: 'h1.key is no private key in PEM form' },
    {
      case: 'no source',
      params: { given: {} },
      key: leafKey,
      code: 'VALUE_INVALID',
      message: 'expected certificate and private_key, or pkcs12',
    },
    { case: 'a source for nobody', params: { issuer: 'self' }, key: leafKey, code: 'VALUE_INVALID', message: 'the issuer is self' },
    {
      case: 'PKCS#12 of the controller',
      params: { given: { pkcs12: 'x.p12', password: 'x' } },
      key: leafKey,
      code: 'VALUE_INVALID',
      message: 'is opened on the host',
    },
  ])('$case: $code', ({ params: more, certificate: pem = leaf.fact.pem, key: keyPem, code, message }) => {
    const decision = generate.plan({ ...given, ...more }, contextOf(hostWith([], undefined), files(pem, keyPem)))
    expect(decision).toMatchObject({ changes: [], problems: [{ code, message: expect.stringContaining(message) }] })
  })
  test('but not when it begins in a moment: whoever made it during this run has a clock of their own', async () => {
    const fresh = await mint({ names, notBefore: noon + 60_000, notAfter: noon + 90 * day })
    const decision = generate.plan(given, contextOf(hostWith([], undefined), files(fresh.fact.pem, await pemOf(fresh))))
    expect(decision.problems).toBeUndefined()
  })

  // The twin: nothing of this is in the way of a good pair.
  test('and a wildcard covers its names', () => {
    const decision = generate.plan(
      { ...given, names: ['x.apps.lab.test'] },
      contextOf(hostWith([], undefined), files(leaf.fact.pem, leafKey)),
    )
    expect(decision.problems).toBeUndefined()
    expect(decision.changes).toHaveLength(1)
  })
})

test('a root in the chain and an end that is near are warned of', () => {
  const all = files(leaf.fact.pem + middle.fact.pem + root.fact.pem, leafKey)
  expect(generate.plan({ ...given, renew_before: 70 }, contextOf(hostWith([], undefined), all)).warnings).toEqual([
    `${certificate}: expires in 61 days, renews below 70; nobody renews it but who gave it`,
    `${certificate}: the chain ends with its root CN=public root, which no client needs`,
  ])
})

describe('files of the host', () => {
  const onHost: GenerateParams = { ...given, given: { on: 'host', certificate: '/srv/fullchain.pem', private_key: '/srv/privkey.pem' } }
  const source = (keyAnswer: KeyFact): readonly Told[] => [
    ['certificate', { path: '/srv/fullchain.pem' }, { chain: [leaf.fact, middle.fact] }],
    ['key', { path: '/srv/privkey.pem' }, keyAnswer],
  ]

  test('are read there, and the key never leaves it', () => {
    const decision = generate.plan(onHost, contextOf(hostWith([], undefined, source(keyFact(leaf)))))
    expect(decision.changes[0]?.data).toMatchObject({ key: { from: { kind: 'file', path: '/srv/privkey.pem' } } })
    expect(generate.plan(onHost, contextOf(hostWith([], undefined, source(keyFact(other))))).problems).toMatchObject([
      { code: 'KEY_MISMATCH' },
    ])
  })

  test('that are the very files of the service are only checked', () => {
    const own: GenerateParams = { ...given, given: { on: 'host', certificate, private_key: key } }
    expect(generate.plan(own, contextOf(hostWith([leaf.fact, middle.fact], keyFact(leaf))))).toMatchObject({ changes: [] })
    expect(generate.plan(own, contextOf(hostWith([leaf.fact, middle.fact], keyFact(other)))).problems).toMatchObject([
      { code: 'KEY_MISMATCH' },
    ])
  })

  test('a PKCS#12 file is opened there with its password', () => {
    const password = Secret.of('p12')
    const asked: GenerateParams = { ...given, given: { on: 'host', pkcs12: '/srv/h1.p12', password } }
    const holds = (spki: string | undefined, broken?: string): readonly Told[] => [
      [
        'pkcs12',
        { path: '/srv/h1.p12', password },
        { chain: broken === undefined ? [middle.fact, leaf.fact] : [], spki, ...(broken === undefined ? {} : { broken }) },
      ],
    ]
    expect(generate.plan(asked, contextOf(hostWith([], undefined, holds(leaf.fact.spki)))).changes[0]?.data).toMatchObject({
      certificate: { pem: leaf.fact.pem + middle.fact.pem },
      key: { from: { kind: 'pkcs12' } },
    })
    expect(generate.plan(asked, contextOf(hostWith([], undefined, holds(undefined)))).problems).toMatchObject([
      { message: '/srv/h1.p12 holds no private key' },
    ])
    expect(generate.plan(asked, contextOf(hostWith([], undefined, holds(undefined, 'does not open')))).problems).toMatchObject([
      { message: '/srv/h1.p12 does not open' },
    ])
  })
})

describe('copies', () => {
  const word = Secret.of('p12')
  const copies: GenerateParams['copies'] = [
    { path: '/etc/app/leaf.pem', format: 'certificate', owner: '0', group: '0' },
    { path: '/etc/app/one.pem', format: 'bundle' },
    { path: '/etc/app/h1.p12', format: 'pkcs12', password: word },
  ]
  const asked: GenerateParams = { ...given, copies }
  const held = (
    more: { readonly leaf?: CertificateFact; readonly bundleKey?: KeyFact; readonly p12?: CertificateFact; readonly mode?: number } = {},
  ): readonly Told[] => [
    ['file', { path: '/etc/app/leaf.pem' }, file],
    ['certificate', { path: '/etc/app/leaf.pem' }, { chain: [more.leaf ?? leaf.fact] }],
    ['file', { path: '/etc/app/one.pem' }, { ...file, mode: more.mode ?? 0o400 }],
    ['certificate', { path: '/etc/app/one.pem' }, { chain: [leaf.fact, middle.fact] }],
    ['key', { path: '/etc/app/one.pem' }, more.bundleKey ?? keyFact(leaf)],
    ['file', { path: '/etc/app/h1.p12' }, { ...file, mode: 0o400 }],
    [
      'pkcs12',
      { path: '/etc/app/h1.p12', password: word },
      { chain: [middle.fact, more.p12 ?? leaf.fact], spki: (more.p12 ?? leaf.fact).spki },
    ],
  ]
  const none: readonly Told[] = held().map((told): Told => [told[0], told[1], absent] as Told)
  const plan = (more: readonly Told[]) =>
    generate.plan(asked, contextOf(hostWith([leaf.fact, middle.fact], keyFact(leaf), more), wellGiven))

  test.each<{ case: string; host: readonly Told[]; made: readonly string[]; reason: string }>([
    { case: 'nothing wrong', host: held(), made: [], reason: `${certificate} is h1.crt; certificate valid for 61 more days` },
    {
      case: 'nothing there',
      host: none,
      made: ['/etc/app/leaf.pem', '/etc/app/one.pem', '/etc/app/h1.p12'],
      reason: '/etc/app/leaf.pem is missing; /etc/app/one.pem is missing; /etc/app/h1.p12 is missing',
    },
    {
      case: 'an old certificate',
      host: held({ leaf: other.fact }),
      made: ['/etc/app/leaf.pem'],
      reason: '/etc/app/leaf.pem holds another certificate',
    },
    {
      case: 'an old key',
      host: held({ bundleKey: keyFact(other) }),
      made: ['/etc/app/one.pem'],
      reason: '/etc/app/one.pem holds another key',
    },
    {
      case: 'an old PKCS#12 file',
      host: held({ p12: other.fact }),
      made: ['/etc/app/h1.p12'],
      reason: '/etc/app/h1.p12 holds another certificate',
    },
  ])('$case: only what differs is made', ({ host, made, reason }) => {
    const decision = plan(host)
    expect(decision.reason).toBe(reason)
    const data = decision.changes[0]?.data
    expect(data?.kind === 'copies' ? data.copies.map(({ path }) => path) : []).toEqual(made)
    if (made.length > 0)
      expect(
        planAfter(generate, asked, [...hostWith([leaf.fact, middle.fact], keyFact(leaf)), ...host], decision, { ...wellGiven, now: noon })
          .changes,
      ).toEqual([])
  })

  test('a mode alone is set without making the file anew', () => {
    expect(plan(held({ mode: 0o440 })).changes).toMatchObject([
      { data: { kind: 'attributes', steps: [{ path: '/etc/app/one.pem', mode: 0o400 }] } },
    ])
  })

  test('are made with the certificate, each for its own user', () => {
    const facts = [...hostWith([], undefined), ...none]
    const self: GenerateParams = { ...asked, issuer: 'self', given: {} }
    const decision = generate.plan(self, contextOf(facts))
    expect(decision.changes[0]?.data).toMatchObject({
      kind: 'issue',
      copies: [{ mode: 0o644 }, { mode: 0o400 }, { mode: 0o400, alias: 'h1.lab.test' }],
    })
    expect(planAfter(generate, self, facts, decision, { now: noon }).changes).toEqual([])
  })

  test.each([
    { case: 'twice the same path', copies: [{ path: certificate }], message: 'is named twice' },
    { case: 'PKCS#12 for everybody', copies: [{ path: '/etc/app/h1.p12', format: 'pkcs12' as const }], message: 'needs a password' },
    { case: 'a password of a PEM file', copies: [{ path: '/etc/app/x.pem', password: 'x' }], message: 'is no PKCS#12 file' },
  ])('$case is refused', ({ copies: wrong, message }) => {
    expect(generate.plan({ ...given, copies: wrong }, contextOf(hostWith([], undefined), wellGiven)).problems).toMatchObject([
      { code: 'VALUE_INVALID', message: expect.stringContaining(message) },
    ])
  })
})

describe('an encrypted key', () => {
  const word = Secret.of('telegraf')
  const sealed: GenerateParams = { certificate, private_key: key, names, key_type: 'rsa-2048', usage: 'client', key_passphrase: word }
  const facts: readonly Told[] = [...hostWith([], undefined), ['key', { path: key, passphrase: word }, absent]]

  test('is made so, and who has no passphrase finds it so before anything has changed', () => {
    const decision = generate.plan(sealed, contextOf(facts))
    expect(decision.changes[0]?.data).toMatchObject({ kind: 'issue', passphrase: word })
    expect(decision.predicts).toContainEqual({
      kind: 'key',
      target: { path: key },
      fact: { spki: undefined, encrypted: true, broken: 'is encrypted, and no service asks for a passphrase' },
    })
    expect(planAfter(generate, sealed, facts, decision, { now: noon }).changes).toEqual([])
  })

  test('one in clear is replaced', async () => {
    const rsa = await mint({ names, ...spring, keyType: 'rsa-2048', usage: 'client' })
    const clear: Told = ['key', { path: key, passphrase: word }, keyFact(rsa)]
    const held: Told = ['key', { path: key, passphrase: word }, { ...keyFact(rsa), encrypted: true }]
    const there = hostWith([rsa.fact], keyFact(rsa))
    expect(generate.plan(sealed, contextOf([...there, clear])).reason).toBe('the private key is not encrypted')
    expect(generate.plan(sealed, contextOf([...there, held])).changes).toEqual([])
  })

  test('of another type than RSA is refused, for nobody reads it', () => {
    expect(generate.plan({ ...sealed, key_type: 'ecdsa-p256' }, contextOf(facts)).problems).toMatchObject([
      {
        code: 'VALUE_INVALID',
        message: expect.stringContaining('no service that tlsplay knows reads an encrypted key of the type ecdsa-p256'),
      },
    ])
  })

  test('nobody may read what a host hides', () => {
    const hidden: Told = ['key', { path: key, passphrase: word }, new Unknown('permission denied')]
    expect(generate.plan(sealed, contextOf([...hostWith([], undefined), hidden])).problems).toMatchObject([{ code: 'PATH_REFUSED' }])
  })
})
