import { describe, expect, test } from 'vitest'
import { absent, type CertificateFact, type FileFact, type KeyFact } from '../../../src/model/fact.ts'
import { parseRequest } from '../../../src/pki/parse.ts'
import { generate } from '../../../src/tasks/generate/index.ts'
import type { GenerateParams } from '../../../src/tasks/generate/schema.ts'
import { mint } from '../../fakes/certificates.ts'
import { contextOf, day, noon } from '../../fakes/context.ts'
import { requestFor } from '../../fakes/request.ts'
import type { Told } from '../../fakes/view.ts'
import { planAfter } from '../host.ts'

const certificate = '/etc/app/h1.crt'
const key = '/etc/app/h1.key'
const names = ['h1.lab.test', '192.0.2.7', '2001:db8::1']
const wished: GenerateParams = {
  ...{ certificate, private_key: key, names, issuer: 'elsewhere' },
  elsewhere: { request: 'requests/h1.csr', signed: 'requests/h1.crt' },
}
const spring = { notBefore: noon - 29 * day, notAfter: noon + 61 * day }
const authority = await mint({ subject: { CN: 'corporate' }, authority: true, notBefore: noon - 100 * day, notAfter: noon + 300 * day })
const signed = await mint({ names: [...names, 'www.h1.lab.test'], ...spring, by: authority })
const other = await mint({ names, ...spring, by: authority })
const { request } = requestFor(names)
const asked = parseRequest(request)!
const requestedKey: KeyFact = { spki: asked.spki, keyType: 'ecdsa-p256' }
const keyFact = ({ spki, keyType }: CertificateFact): KeyFact => ({ spki, keyType })

const file: FileFact = { type: 'file', owner: 'root', group: 'root', uid: 0, gid: 0, mode: 0o400, size: 1, mtime: 1, links: 1 }

interface Host {
  readonly certificate?: CertificateFact
  readonly key?: KeyFact
  readonly next?: KeyFact
}

function hostWith({ certificate: leaf, key: keyAnswer, next }: Host): readonly Told[] {
  return [
    ['file', { path: certificate }, leaf === undefined ? absent : { ...file, mode: 0o644 }],
    ['file', { path: key }, keyAnswer === undefined ? absent : file],
    ['file', { path: `${key}.next` }, next === undefined ? absent : file],
    ['file', { path: '/etc/app' }, { ...file, type: 'directory', mode: 0o755 }],
    ['certificate', { path: certificate }, leaf === undefined ? absent : { chain: [leaf] }],
    ['digest', { path: certificate }, leaf === undefined ? absent : { sha256: 'd1' }],
    ['key', { path: key }, keyAnswer ?? absent],
    ['key', { path: `${key}.next` }, next ?? absent],
  ]
}

const plan = (host: Host, texts: readonly [request: string, signed: string] = ['', ''], more: Partial<GenerateParams> = {}) =>
  generate.plan({ ...wished, ...more }, contextOf(hostWith(host), { assets: texts }))

test('a request tells its key and its names', () => {
  expect(asked).toEqual({
    spki: expect.stringMatching(/^[0-9a-f]{64}$/),
    keyType: 'ecdsa-p256',
    dnsNames: ['h1.lab.test'],
    ipAddresses: ['192.0.2.7', '2001:db8::1'],
  })
  expect(parseRequest('x')).toBeUndefined()
})

describe('a request is made', () => {
  test('with a key beside the one in use, and brought home; nothing of the service changes', () => {
    const decision = plan({})
    expect(decision).toMatchObject({
      reason: 'the certificate is missing; the private key does not belong to the certificate'.split(';')[0],
      waiting: 'have requests/h1.csr signed, and put the certificate with its intermediates at requests/h1.crt',
      changes: [{ action: 'create', target: 'requests/h1.csr' }],
    })
    const deed = generate.apply(decision.changes[0]!)
    expect(deed.next().value).toMatchObject([{ kind: 'make', files: { KEY: `${key}.next` } }])
    const answer = { ok: true, rc: 0, stderr: '', stdout: request }
    expect(deed.next([answer]).value).toMatchObject([
      { kind: 'install', path: `${key}.next` },
      { kind: 'keep', root: 'requests', below: 'h1.csr', anywhere: true, bytes: Buffer.from(request) },
    ])
    expect(deed.next([answer, answer])).toMatchObject({ done: true, value: { changed: true } })
  })

  test.each<{ case: string; host: Host; texts?: readonly [string, string]; params?: Partial<GenerateParams>; keepKey: boolean }>([
    { case: 'again with the same key when it got lost here', host: { next: requestedKey }, keepKey: true },
    {
      case: 'again with the same key for other names',
      host: { next: requestedKey },
      texts: [request, ''],
      params: { names: ['h2.lab.test'] },
      keepKey: true,
    },
    {
      case: 'with another key for another key type',
      host: { next: requestedKey },
      texts: [request, ''],
      params: { key_type: 'rsa-2048' },
      keepKey: false,
    },
    {
      case: 'with the key in use when it is to be used again',
      host: { certificate: { ...signed.fact, notAfter: noon + day }, key: keyFact(signed.fact) },
      params: { key_on_renewal: 'reuse' },
      keepKey: true,
    },
    {
      case: 'for a certificate that ends soon',
      host: { certificate: { ...signed.fact, notAfter: noon + day }, key: keyFact(signed.fact) },
      keepKey: false,
    },
    {
      case: 'in place of one signed by itself',
      host: { certificate: { ...signed.fact, selfSigned: true }, key: keyFact(signed.fact) },
      keepKey: false,
    },
  ])('$case', ({ host, texts, params, keepKey }) => {
    const decision = plan(host, texts, params)
    expect(decision.problems).toBeUndefined()
    expect(decision.changes[0]?.data).toMatchObject({ kind: 'issue', keepKey, signer: { kind: 'nobody' } })
    expect(decision.waiting).toBeDefined()
  })
})

describe('a request that waits', () => {
  test('has nothing to do but wait', () => {
    expect(plan({ next: requestedKey }, [request, ''])).toMatchObject({
      changes: [],
      waiting: expect.any(String),
      reason: expect.stringContaining('waiting for signature'),
    })
  })

  test('waits too when what was signed the last time still lies there', () => {
    const ending = { ...signed.fact, notAfter: noon + day }
    expect(plan({ certificate: ending, key: keyFact(signed.fact), next: requestedKey }, [request, signed.fact.pem])).toMatchObject({
      changes: [],
      waiting: expect.any(String),
    })
  })
})

describe('what was signed', () => {
  const host: Host = { next: keyFact(signed.fact) }

  test('is installed with its key, which leaves its waiting place', () => {
    const texts = ['', authority.fact.pem + signed.fact.pem] as const
    const decision = plan(host, texts)
    expect(decision.waiting).toBeUndefined()
    expect(decision.changes[0]?.data).toMatchObject({
      kind: 'give',
      certificate: { path: certificate, pem: signed.fact.pem + authority.fact.pem },
      key: { path: key, from: { kind: 'file', path: `${key}.next` } },
      removes: [`${key}.next`],
    })
    expect(planAfter(generate, wished, hostWith(host), decision, { now: noon, assets: texts })).toMatchObject({
      changes: [],
      reason: 'certificate valid for 61 more days, renews below 30',
    })
  })

  test('for a key that is used again only brings the certificate', () => {
    const held: Host = { certificate: { ...other.fact, notAfter: noon + day }, key: keyFact(signed.fact) }
    const decision = plan(held, ['', signed.fact.pem], { key_on_renewal: 'reuse' })
    expect(decision.changes[0]?.data).toMatchObject({ kind: 'give', key: undefined, removes: [] })
  })

  test.each<{ case: string; host: Host; signed: string; params?: Partial<GenerateParams>; code: string; message: string }>([
    {
      case: 'another key',
      host: { next: requestedKey },
      signed: other.fact.pem,
      code: 'KEY_MISMATCH',
      message: 'is not for the key of /etc/app/h1.crt on this host',
    },
    {
      case: 'fewer names',
      host,
      signed: signed.fact.pem,
      params: { names: [...names, 'h9.lab.test'] },
      code: 'NAME_NOT_COVERED',
      message: 'and not for h9.lab.test',
    },
    { case: 'nobody', host, signed: 'a mail about it', code: 'CERTIFICATE_INVALID', message: 'holds no certificate in PEM form' },
  ])('for $case is refused', ({ host: at, signed: text, params, code, message }) => {
    expect(plan(at, [request, text], params)).toMatchObject({
      changes: [],
      problems: [{ code, message: expect.stringContaining(message) }],
    })
  })
})

test.each<{ case: string; params: Partial<GenerateParams>; message: string }>([
  { case: 'without files', params: { elsewhere: {} }, message: 'expected request and signed' },
  { case: 'with one file for both', params: { elsewhere: { request: 'a', signed: './a' } }, message: 'two files of the controller' },
  { case: 'when somebody else signs', params: { issuer: 'self' }, message: 'the issuer is self' },
])('$case it is refused', ({ params, message }) => {
  expect(plan({}, ['', ''], params).problems).toMatchObject([{ code: 'VALUE_INVALID', message: expect.stringContaining(message) }])
})
