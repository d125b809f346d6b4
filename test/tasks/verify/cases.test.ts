import { describe, expect, test } from 'vitest'
import { absent, type Answer, type CertificateFact, type CertificateFileFact, type ListenerFact } from '../../../src/model/fact.ts'
import type { AskStep, Step, StepAnswer } from '../../../src/model/step.ts'
import type { Decision, TaskResult } from '../../../src/model/task-type.ts'
import { Unknown } from '../../../src/model/value.ts'
import { verify } from '../../../src/tasks/verify/index.ts'
import type { CheckDeed } from '../../../src/tasks/verify/plan.ts'
import type { VerifyParams } from '../../../src/tasks/verify/schema.ts'
import { controllerTarget, hostTarget, wishOf } from '../../../src/tasks/verify/wish.ts'
import { mint } from '../../fakes/certificates.ts'
import { contextOf, day, noon } from '../../fakes/context.ts'
import type { Told } from '../../fakes/view.ts'

const certificate = '/etc/prometheus/tls/h1.crt'
const caPath = '/etc/prometheus/tls/ca.crt'
const params: VerifyParams = { port: 9090, certificate, names: ['h1.lab.test', '192.0.2.7'] }
const names = [...params.names]
const valid = { notBefore: noon - 30 * day, notAfter: noon + 60 * day }

const authority = await mint({ subject: { CN: 'lab ca' }, authority: true, notBefore: noon - 100 * day, notAfter: noon + 300 * day })
const own = (await mint({ names, ...valid })).fact
const old = (await mint({ names, ...valid })).fact
const signed = (await mint({ names, ...valid, by: authority })).fact
const narrow = (await mint({ names: ['h1.lab.test'], ...valid })).fact
const expired = (await mint({ names, notBefore: noon - 90 * day, notAfter: noon - day })).fact
const early = (await mint({ names, notBefore: noon + 30_000, notAfter: noon + 90 * day })).fact
const pendingOwn: CertificateFileFact = { chain: [{ ...own, pem: '', fingerprint: '', spki: '', serial: '' }], pending: true }

const healthy: Omit<ListenerFact, 'chain'> = { state: 'tls', protocol: 'TLSv1.3', verified: true }
const strong = { acceptsOldProtocol: false, plainHttp: 'refused' } as const

function serving(fact: CertificateFact, more: Partial<ListenerFact> = {}): ListenerFact {
  return { ...healthy, chain: [fact], ...more }
}

const demanding = { http_path: '/-/ready', client_certificate: 'demanded' } as const
const showing = {
  http_path: '/-/ready',
  client_certificate: { certificate: '/etc/client.crt', private_key: '/etc/client.key' },
} as const

interface Scene {
  readonly params?: Partial<VerifyParams>
  readonly file?: Answer<CertificateFileFact>
  readonly ca?: Answer<CertificateFileFact>
  readonly host?: Answer<ListenerFact>
  readonly controller?: Answer<ListenerFact>
  readonly dirty?: boolean
  readonly caText?: string
}

function plan(scene: Scene): Decision<CheckDeed> {
  const given: VerifyParams = { ...params, ...scene.params }
  const wished = wishOf(given)
  if (!('wish' in wished)) return verify.plan(given, contextOf([]))
  const { wish } = wished
  const file = scene.file ?? { chain: [own] }
  const leaf = file instanceof Unknown || !('chain' in file) ? own : (file.chain[0] ?? own)
  const told: Told[] = [
    ['certificate', { path: certificate }, file],
    ['certificate', { path: caPath }, scene.ca ?? { chain: [authority.fact] }],
    ['listener', hostTarget(wish), scene.host ?? serving(leaf, wish.fromController ? {} : strong)],
    [
      'listener',
      controllerTarget(wish, '192.0.2.7', scene.caText ?? (wish.trust.kind === 'self' ? leaf.pem : authority.fact.pem)),
      scene.controller ?? serving(leaf, strong),
    ],
  ]
  return verify.plan(given, contextOf(told, { dirty: scene.dirty ?? false, authorities: { lab: authority.fact } }))
}

describe('asked now', () => {
  test.each<{ case: string; scene: Scene; failed?: string; reason?: string }>([
    {
      case: 'all is well',
      scene: {},
      reason: `serves the intended certificate, SHA-256 ${own.fingerprint.slice(0, 16)}, until 2026-08-14`,
    },
    { case: 'well with a CA on the host', scene: { params: { ca: caPath }, file: { chain: [signed] } } },
    {
      case: 'well with an authority of the inventory',
      scene: { params: { authority: 'lab' }, file: { chain: [signed] }, host: serving(signed, { verified: undefined as never }) },
    },
    {
      case: 'well with a status',
      scene: {
        params: { http_path: '/-/ready' },
        host: serving(own, { httpStatus: 200 }),
        controller: serving(own, { ...strong, httpStatus: 200 }),
      },
    },
    { case: 'well, from the host alone', scene: { params: { from: ['host'] } } },
    { case: 'a certificate that starts this moment by a clock a little ahead', scene: { file: { chain: [early] } } },
    {
      case: 'the old certificate',
      scene: { host: serving(old), controller: serving(own, strong) },
      failed: `another certificate is served: SHA-256 ${old.fingerprint}, intended ${own.fingerprint} (asked on the host at 127.0.0.1:9090)`,
    },
    {
      case: 'the old certificate seen from outside',
      scene: { controller: serving(old, strong) },
      failed: '(asked from the controller at 192.0.2.7:9090)',
    },
    {
      case: 'nobody there',
      scene: { host: { state: 'closed', chain: [], error: 'connection refused' } },
      failed: 'nothing answers: connection refused',
    },
    {
      case: 'nobody there for the controller alone',
      scene: { controller: { state: 'closed', chain: [], error: 'connection refused' } },
      failed: 'say controller_address (asked from the controller at 192.0.2.7:9090)',
    },
    { case: 'plain HTTP instead of TLS', scene: { host: { state: 'plain', chain: [] } }, failed: 'the service speaks plain HTTP, not TLS' },
    {
      case: 'a handshake that fails',
      scene: { host: { state: 'failed', chain: [], error: 'handshake failure' } },
      failed: 'the TLS handshake fails: handshake failure',
    },
    {
      case: 'a chain that does not verify',
      scene: { host: serving(own, { verified: false, verifyError: 'unable to get local issuer certificate' }) },
      failed: 'clients do not trust it: unable to get local issuer certificate',
    },
    {
      case: 'an authority that did not sign it, although openssl was not asked',
      scene: {
        params: { authority: 'lab' },
        file: { chain: [signed] },
        host: { ...healthy, chain: [{ ...signed, issuer: { CN: 'x' }, pem: own.pem }], verified: undefined as never },
      },
      failed: 'is issued by CN=x, which is not among the trusted authorities',
    },
    { case: 'expired', scene: { file: { chain: [expired] } }, failed: 'has expired on 2026-06-14' },
    {
      case: 'too few days',
      scene: { params: { min_days: 61 } },
      failed: 'the certificate is valid for 60 more days, at least 61 are wanted',
    },
    {
      case: 'an old protocol in use',
      scene: { controller: serving(own, { ...strong, protocol: 'TLSv1.1' }) },
      failed: 'the service speaks TLSv1.1, at least TLSv1.2 is wanted',
    },
    {
      case: 'an old protocol let in',
      scene: { controller: serving(own, { ...strong, acceptsOldProtocol: true }) },
      failed: 'clients that speak nothing newer than TLS 1.1 are let in',
    },
    {
      case: 'TLS 1.2 let in below 1.3',
      scene: { params: { minimum_protocol: 'TLSv1.3' }, controller: serving(own, { ...strong, acceptsOldProtocol: true }) },
      failed: 'clients that speak nothing newer than TLS 1.2 are let in',
    },
    {
      case: 'plain HTTP on the same port',
      scene: { controller: serving(own, { ...strong, plainHttp: 'answered' }) },
      failed: 'plain HTTP is answered on the same port',
    },
    {
      case: 'plain HTTP allowed',
      scene: { params: { plain_http_refused: false }, controller: serving(own, { ...strong, plainHttp: 'answered' }) },
    },
    {
      case: 'another status',
      scene: {
        params: { http_path: '/-/ready', http_status: 204 },
        host: serving(own, { httpStatus: 503 }),
        controller: serving(own, { ...strong, httpStatus: 204 }),
      },
      failed: 'GET /-/ready is answered with 503, wanted 204',
    },
    {
      case: 'nobody is let in who shows no client certificate',
      scene: { params: demanding, host: serving(own, { turnedAway: true }), controller: serving(own, { ...strong, turnedAway: true }) },
    },
    {
      case: 'somebody who shows no client certificate',
      scene: { params: demanding, host: serving(own, { turnedAway: true }), controller: serving(own, { ...strong, httpStatus: 200 }) },
      failed: 'GET /-/ready is answered with 200, and whoever shows no client certificate must be turned away (asked from the controller',
    },
    {
      case: 'a server that says nothing to who shows no client certificate',
      scene: { params: demanding, host: serving(own), controller: serving(own, { ...strong, turnedAway: true }) },
      failed: 'GET /-/ready is answered with no status, and whoever shows no client certificate must be turned away (asked on the host',
    },
    {
      case: 'who shows a client certificate is let in, and nobody else',
      scene: { params: showing, host: serving(own, { httpStatus: 200 }), controller: serving(own, { ...strong, turnedAway: true }) },
    },
    {
      case: 'who shows a client certificate is turned away',
      scene: { params: showing, host: serving(own, { turnedAway: true }), controller: serving(own, { ...strong, turnedAway: true }) },
      failed: 'who shows the client certificate /etc/client.crt is turned away, or the host could not read it',
    },
    {
      case: 'no client certificate is asked for',
      scene: {
        params: { http_path: '/-/ready', client_certificate: 'none' },
        host: serving(own, { httpStatus: 200 }),
        controller: serving(own, { ...strong, turnedAway: true }),
      },
      failed: 'GET /-/ready is answered with no status, wanted 200',
    },
    { case: 'no answer that can be read', scene: { host: new Unknown('lost') }, failed: 'the port could not be asked' },
  ])('$case', ({ scene, failed, reason }) => {
    const decision = plan(scene)
    expect(decision.problems ?? []).toEqual([])
    expect(decision.changes).toEqual([])
    if (failed === undefined) expect(decision.failed).toBeUndefined()
    else expect(decision.failed).toContain(failed)
    if (reason !== undefined) expect(decision.reason).toBe(reason)
  })

  test('what register keeps', () => {
    expect(plan({}).result).toEqual({ fingerprint: own.fingerprint, protocol: 'TLSv1.3', not_after: '2026-08-14T12:00:00.000Z' })
  })

  test('what could not be tried is said', () => {
    expect(plan({ controller: serving(own) }).warnings).toEqual([
      expect.stringContaining('older than TLSv1.2 are refused could not be tried'),
      expect.stringContaining('plain HTTP is refused could not be tried'),
    ])
    expect(plan({}).warnings).toBeUndefined()
  })

  test('a client that will refuse the certificate is named, before it is served and after', async () => {
    const odd = (await mint({ names, ...valid, keyType: 'ed25519' })).fact
    const warnings = [`${certificate}: chrome and apple refuse it: browsers do not accept ed25519 keys`]
    expect(plan({ file: { chain: [odd] } }).warnings).toEqual(warnings)
    expect(plan({ file: { chain: [odd] }, dirty: true }).warnings).toEqual(warnings)
  })
})

describe('refused by the plan', () => {
  test.each<{ case: string; scene: Scene; code: string; message: string }>([
    {
      case: 'a name that the certificate lacks',
      scene: { file: { chain: [narrow] } },
      code: 'NAME_NOT_COVERED',
      message: `${certificate} does not cover 192.0.2.7, only h1.lab.test`,
    },
    {
      case: 'a name that the certificate to come will lack',
      scene: { file: { ...pendingOwn, chain: [{ ...pendingOwn.chain[0]!, ipAddresses: [] }] }, dirty: true },
      code: 'NAME_NOT_COVERED',
      message: 'does not cover 192.0.2.7',
    },
    { case: 'no certificate', scene: { file: absent }, code: 'CERTIFICATE_INVALID', message: `${certificate} does not exist` },
    { case: 'no CA', scene: { params: { ca: caPath }, ca: absent }, code: 'CERTIFICATE_INVALID', message: `${caPath} does not exist` },
    {
      case: 'a broken certificate',
      scene: { file: { chain: [], broken: 'holds no certificate in PEM form' } },
      code: 'CERTIFICATE_INVALID',
      message: 'holds no certificate in PEM form',
    },
    {
      case: 'a chain out of order',
      scene: { params: { ca: caPath }, file: { chain: [signed, own] } },
      code: 'CERTIFICATE_INVALID',
      message: 'did not issue certificate 1',
    },
    {
      case: 'a CA that did not sign',
      scene: { params: { ca: caPath }, file: { chain: [own] } },
      code: 'CERTIFICATE_INVALID',
      message: 'clients would not trust it',
    },
    {
      case: 'nobody knows what clients trust',
      scene: { file: { chain: [signed] } },
      code: 'VALUE_INVALID',
      message: 'is not self-signed, so it is not known what clients trust',
    },
    { case: 'no such authority', scene: { params: { authority: 'prod' } }, code: 'CA_MISSING', message: 'no certificate authority prod' },
    {
      case: 'two kinds of trust',
      scene: { params: { authority: 'lab', ca: 'self' } },
      code: 'VALUE_INVALID',
      message: 'both say what clients trust',
    },
    { case: 'a status of nothing', scene: { params: { http_status: 200 } }, code: 'VALUE_INVALID', message: 'no http_path' },
    {
      case: 'client certificates and nothing to be asked for',
      scene: { params: { client_certificate: 'demanded' } },
      code: 'VALUE_INVALID',
      message: 'without http_path nobody is turned away',
    },
    {
      case: 'an address for nobody',
      scene: { params: { controller_address: 'h1:9090', from: ['host'] } },
      code: 'VALUE_INVALID',
      message: 'the controller does not dial',
    },
    {
      case: 'a certificate that may not be read',
      scene: { file: new Unknown('permission denied') },
      code: 'PATH_REFUSED',
      message: 'permission denied',
    },
  ])('$case: $code', ({ scene, code, message }) => {
    expect(plan(scene)).toMatchObject({ changes: [], problems: [{ code, message: expect.stringContaining(message) }] })
  })
})

describe('known after apply', () => {
  test.each<{ case: string; scene: Scene; reason: string }>([
    { case: 'an earlier task acts', scene: { dirty: true }, reason: 'an earlier task changes this host' },
    {
      case: 'the certificate is issued in this run',
      scene: { file: pendingOwn, dirty: true },
      reason: 'the certificate is issued during the run',
    },
    {
      case: 'the certificate is written by an unknown hand',
      scene: { file: new Unknown('written by a command'), dirty: true },
      reason: 'written by a command',
    },
    {
      case: 'so is the CA',
      scene: { params: { ca: caPath }, ca: new Unknown('copied by a command'), file: { chain: [signed] }, dirty: true },
      reason: 'copied by a command',
    },
  ])('$case', ({ scene, reason }) => {
    const decision = plan(scene)
    expect(decision).toMatchObject({
      reason,
      changes: [
        {
          action: 'check',
          target: '127.0.0.1:9090',
          summary: `check that 127.0.0.1:9090 serves ${certificate} for h1.lab.test, 192.0.2.7`,
        },
      ],
    })
    expect(decision.result?.['fingerprint']).toBeInstanceOf(Unknown)
  })
})

describe('the check after the acts', () => {
  const file: CertificateFileFact = { chain: [own] }

  function check(
    given: Partial<VerifyParams>,
    answers: readonly (readonly unknown[])[],
  ): { readonly result: TaskResult; readonly asked: readonly AskStep[] } {
    const decision = plan({
      params: given,
      dirty: true,
      ...(given.authority === undefined && given.ca === undefined ? {} : { file: { chain: [signed] } }),
    })
    const deed = verify.apply(decision.changes[0]!)
    const asked: AskStep[] = []
    let turn: IteratorResult<readonly Step[], TaskResult> = deed.next()
    for (const facts of answers) {
      if (turn.done === true) break
      asked.push(turn.value[0] as AskStep)
      turn = deed.next([{ ok: true, rc: 0, stdout: '', stderr: '', facts }] satisfies readonly StepAnswer[])
    }
    if (turn.done !== true) throw new Error('it asks more than it was told')
    return { result: turn.value, asked }
  }

  test('one exchange with the host, one dial from the controller, and the CA text comes from the host', () => {
    const { result, asked } = check({}, [[file, serving(own)], [serving(own, strong)]])
    expect(result).toEqual({
      changed: false,
      values: { fingerprint: own.fingerprint, protocol: 'TLSv1.3', not_after: '2026-08-14T12:00:00.000Z' },
    })
    expect(asked.map(({ probes }) => probes.map(({ kind }) => kind))).toEqual([['certificate', 'listener'], ['listener']])
    expect(asked[0]?.probes[1]).toMatchObject({
      target: { from: 'host', address: '127.0.0.1', caFile: certificate, serverName: 'h1.lab.test', probeWeakness: false },
    })
    expect(asked[1]?.probes[0]).toMatchObject({
      target: { from: 'controller', address: '192.0.2.7', port: 9090, caText: own.pem, probeWeakness: true },
    })
    expect(asked[0]?.deadlineSeconds).toBe(30)
  })

  test('the text of a CA file and of an authority', () => {
    expect(
      check({ ca: caPath }, [[{ chain: [signed] }, { chain: [authority.fact] }, serving(signed)], [serving(signed, strong)]]).asked[1]
        ?.probes[0],
    ).toMatchObject({ target: { caText: authority.fact.pem } })
    expect(
      check({ authority: 'lab' }, [[{ chain: [signed] }, serving(signed)], [serving(signed, strong)]]).asked[1]?.probes[0],
    ).toMatchObject({ target: { caText: authority.fact.pem } })
  })

  test.each([
    { given: 'h1.example.org:19090', address: 'h1.example.org', port: 19090 },
    { given: 'h1.example.org', address: 'h1.example.org', port: 9090 },
    { given: '[2001:db8::1]:443', address: '2001:db8::1', port: 443 },
  ])('the controller dials $given', ({ given, address, port }) => {
    expect(check({ controller_address: given }, [[file, serving(own)], [serving(own, strong)]]).asked[1]?.probes[0]).toMatchObject({
      target: { address, port },
    })
  })

  test('from the host alone it asks for weaknesses there', () => {
    expect(check({ from: ['host'] }, [[file, serving(own, strong)]]).asked[0]?.probes[1]).toMatchObject({ target: { probeWeakness: true } })
  })

  test('from the controller alone it reads the certificate only', () => {
    expect(check({ from: ['controller'] }, [[file], [serving(own, strong)]]).asked[0]?.probes.map(({ kind }) => kind)).toEqual([
      'certificate',
    ])
  })

  test.each<{ case: string; fact: unknown; waits: boolean; params?: Partial<VerifyParams> }>([
    { case: 'while nobody answers', fact: { state: 'closed', chain: [] }, waits: true },
    { case: 'while the old certificate is served', fact: serving(old), waits: true },
    {
      case: 'while it is not valid yet',
      fact: serving(own, { verified: false, verifyError: 'certificate is not yet valid' }),
      waits: true,
    },
    { case: 'while it is not ready', fact: serving(own, { httpStatus: 503 }), waits: true, params: { http_path: '/-/ready' } },
    {
      case: 'not for what will not change',
      fact: serving(own, { verified: false, verifyError: 'unable to get local issuer certificate' }),
      waits: false,
    },
    { case: 'not once all is well', fact: serving(own), waits: false },
  ])('it waits $case', ({ fact, waits, params: given = {} }) => {
    const deed = verify.apply(plan({ params: given, dirty: true }).changes[0]!)
    const [step] = (deed.next().value ?? []) as readonly AskStep[]
    expect(step?.settled([file, fact])).toBe(!waits)
  })

  test('a failure names both certificates and shows what the service said last', () => {
    const { result, asked } = check({ unit: 'prometheus' }, [[file, serving(old)], [serving(old, strong)], [{ lines: ['one', 'two'] }]])
    expect(result).toEqual({
      changed: false,
      failed: `another certificate is served: SHA-256 ${old.fingerprint}, intended ${own.fingerprint} (asked on the host at 127.0.0.1:9090); another certificate is served: SHA-256 ${old.fingerprint}, intended ${own.fingerprint} (asked from the controller at 192.0.2.7:9090)`,
      hint: 'last lines of prometheus:\none\ntwo',
    })
    expect(asked[2]?.probes).toEqual([{ kind: 'log', target: { unit: 'prometheus', lines: 10 } }])
  })

  test('a log that cannot be read is said', () => {
    expect(check({ log_file: '/var/log/p.log' }, [[file, serving(old)], [serving(own, strong)], [absent]]).result.hint).toBe(
      '/var/log/p.log logged nothing that could be read',
    )
  })

  test('a certificate that is gone after the acts', () => {
    expect(check({}, [[absent, serving(own)]]).result).toEqual({ changed: false, failed: `${certificate} holds no certificate` })
  })
})

test('everything of the host is asked in one round', () => {
  const questions = verify.observe({ ...params, ca: caPath })
  expect(questions.next().value?.map(({ kind }) => kind)).toEqual(['certificate', 'certificate', 'listener'])
  expect(questions.next(contextOf([]).view).done).toBe(true)
})
