import { describe, expect, test } from 'vitest'
import { absent, type CertificateFact, type FileFact, isAbsent, type KeyFact } from '../../../src/model/fact.ts'
import type { PlanContext } from '../../../src/model/task-type.ts'
import { Unknown } from '../../../src/model/value.ts'
import { generate } from '../../../src/tasks/generate/index.ts'
import type { GenerateParams } from '../../../src/tasks/generate/schema.ts'
import { mint } from '../../fakes/certificates.ts'
import { contextOf, day, noon } from '../../fakes/context.ts'
import type { Told } from '../../fakes/view.ts'

const certificate = '/etc/prometheus/tls/h1.crt'
const key = '/etc/prometheus/tls/h1.key'
const names = ['h1.lab.test', '192.0.2.7']
const params: GenerateParams = { certificate, private_key: key, names, owner: 'prometheus' }
const byAuthority: GenerateParams = { ...params, issuer: 'ca' }

const spring = { notBefore: noon - 29 * day, notAfter: noon + 61 * day }
const authority = await mint({ subject: { CN: 'lab ca' }, authority: true, notBefore: noon - 100 * day, notAfter: noon + 300 * day })
const otherAuthority = await mint({ subject: { CN: 'lab ca' }, authority: true, notBefore: noon - 100 * day, notAfter: noon + 300 * day })
const shortAuthority = await mint({ subject: { CN: 'short ca' }, authority: true, notBefore: noon - 100 * day, notAfter: noon + 20 * day })
const good = (await mint({ names, ...spring })).fact
const signed = (await mint({ names, ...spring, by: authority })).fact

const folder: FileFact = { type: 'directory', owner: 'root', group: 'root', uid: 0, gid: 0, mode: 0o755, size: 4096, mtime: 1, links: 2 }
const owned = { type: 'file', owner: 'prometheus', group: 'prometheus', uid: 121, gid: 121, size: 700, mtime: 1, links: 1 } as const
const certificateFile: FileFact = { ...owned, mode: 0o644 }
const keyFile: FileFact = { ...owned, mode: 0o400 }
const user: Told = ['user', { name: 'prometheus' }, { name: 'prometheus', uid: 121, gid: 121, group: 'prometheus', gids: [121] }]

interface Host {
  readonly certificate?: CertificateFact | undefined
  readonly broken?: string
  readonly key?: KeyFact
  readonly certificateFile?: Partial<FileFact>
  readonly keyFile?: Partial<FileFact>
  readonly folder?: FileFact
  readonly user?: Told
}

/** The facts of a host that holds this certificate and its key, unless told otherwise. */
function hostWith(host: Host): readonly Told[] {
  const { certificate: fact, broken } = host
  const there = fact !== undefined || broken !== undefined
  return [
    ['file', { path: certificate }, there ? { ...certificateFile, ...host.certificateFile } : absent],
    ['file', { path: key }, there || host.key !== undefined ? { ...keyFile, ...host.keyFile } : absent],
    ['file', { path: '/etc/prometheus/tls' }, host.folder ?? folder],
    [
      'certificate',
      { path: certificate },
      there ? { chain: fact === undefined ? [] : [fact], ...(broken === undefined ? {} : { broken }) } : absent,
    ],
    ['key', { path: key }, host.key ?? (fact === undefined ? absent : { spki: fact.spki, keyType: fact.keyType })],
    ['digest', { path: certificate }, there ? { sha256: 'd1' } : absent],
    host.user ?? user,
  ]
}

function plan(given: GenerateParams, host: Host, more: Parameters<typeof contextOf>[1] = {}): ReturnType<typeof generate.plan> {
  return generate.plan(given, contextOf(hostWith(host), { authorities: { default: authority.fact }, ...more }))
}

describe('why a certificate is replaced or left alone', async () => {
  const expiring = (await mint({ names, notBefore: noon - 78 * day, notAfter: noon + 12 * day })).fact
  const third = (await mint({ names, notBefore: noon - 61 * day, notAfter: noon + 29 * day })).fact
  const expired = (await mint({ names, notBefore: noon - 91 * day, notAfter: noon - 1 * day })).fact
  const unborn = (await mint({ names, notBefore: noon + 1 * day, notAfter: noon + 90 * day })).fact
  const capped = (await mint({ names, notBefore: noon - 70 * day, notAfter: shortAuthority.fact.notAfter, by: shortAuthority })).fact
  const rsa = (await mint({ names, ...spring, keyType: 'rsa-2048' })).fact
  test.each<{
    case: string
    params?: Partial<GenerateParams>
    host: Host
    ca?: CertificateFact
    action?: string
    summary?: string
    reason: string
  }>([
    {
      case: 'nothing there',
      host: {},
      action: 'create',
      summary: 'install certificate for h1.lab.test',
      reason: 'the certificate is missing; the private key is missing',
    },
    { case: 'all as wished', host: { certificate: good }, reason: 'certificate valid for 61 more days, renews below 30' },
    {
      case: 'signed as wished',
      params: { issuer: 'ca' },
      host: { certificate: signed },
      reason: 'certificate valid for 61 more days, renews below 30',
    },
    {
      case: 'in the window',
      params: { renew_before: 30 },
      host: { certificate: expiring },
      action: 'update',
      summary: 'renew certificate for h1.lab.test',
      reason: 'expires in 12 days, renews below 30',
    },
    {
      case: 'just before the window',
      params: { renew_before: 12 },
      host: { certificate: expiring },
      reason: 'certificate valid for 12 more days, renews below 12',
    },
    { case: 'less than a third left', host: { certificate: third }, action: 'update', reason: 'expires in 29 days, renews below 30' },
    { case: 'expired', host: { certificate: expired }, action: 'update', reason: 'expired on 2026-06-14' },
    { case: 'not valid yet', host: { certificate: unborn }, action: 'update', reason: 'it is not valid before 2026-06-16' },
    {
      case: 'another lifetime wished',
      params: { days: 365 },
      host: { certificate: good },
      reason: 'certificate valid for 61 more days, renews below 30',
    },
    {
      case: 'a name more',
      params: { names: [...names, 'metrics.lab.test'] },
      host: { certificate: good },
      action: 'update',
      summary: 'replace certificate for h1.lab.test',
      reason: 'the names lack metrics.lab.test',
    },
    {
      case: 'a name less',
      params: { names: ['h1.lab.test'] },
      host: { certificate: good },
      action: 'update',
      reason: 'the names have 192.0.2.7 too many',
    },
    {
      case: 'names in other order and case',
      params: { names: ['192.0.2.7', 'H1.lab.test'] },
      host: { certificate: good },
      reason: 'certificate valid for 61 more days, renews below 30',
    },
    {
      case: 'another subject',
      params: { subject: { O: 'Lab' } },
      host: { certificate: good },
      action: 'update',
      reason: 'the subject is CN=h1.lab.test, wanted O=Lab, CN=h1.lab.test',
    },
    {
      case: 'another key type',
      params: { key_type: 'ed25519' },
      host: { certificate: good },
      action: 'update',
      reason: 'the key type is ecdsa-p256, wanted ed25519',
    },
    {
      case: 'RSA as wished',
      params: { key_type: 'rsa-2048' },
      host: { certificate: rsa },
      reason: 'certificate valid for 61 more days, renews below 30',
    },
    {
      case: 'self-signed, wanted by the authority',
      params: { issuer: 'ca' },
      host: { certificate: good },
      action: 'update',
      reason: 'it is issued by itself, wanted CN=lab ca',
    },
    {
      case: 'by the authority, wanted self-signed',
      host: { certificate: signed },
      action: 'update',
      reason: 'it is issued by CN=lab ca, wanted self-signed',
    },
    {
      case: 'by an authority of the same name with another key',
      params: { issuer: 'ca' },
      ca: otherAuthority.fact,
      host: { certificate: signed },
      action: 'update',
      reason: 'it is issued by another CN=lab ca than the authority has now',
    },
    {
      case: 'the authority ends first',
      params: { issuer: 'ca' },
      ca: shortAuthority.fact,
      host: { certificate: capped },
      reason: 'expires in 20 days, renews below 30, but its authority ends on the same day',
    },
    {
      case: 'for servers, wanted for both',
      params: { usage: 'peer' },
      host: { certificate: good },
      action: 'update',
      reason: 'extended key usage is serverAuth, wanted serverAuth, clientAuth',
    },
    {
      case: 'unreadable',
      host: { broken: 'holds no certificate in PEM form', key: { spki: undefined, broken: 'is no private key in PEM form' } },
      action: 'create',
      reason: 'the certificate file holds no certificate in PEM form; the private key is no private key in PEM form',
    },
    {
      case: 'a foreign key',
      host: { certificate: good, key: { spki: 'ff', keyType: 'ecdsa-p256' } },
      action: 'update',
      reason: 'the private key does not belong to the certificate',
    },
    {
      case: 'an encrypted key',
      host: { certificate: good, key: { spki: undefined, broken: 'is encrypted, and no service asks for a passphrase' } },
      action: 'update',
      reason: 'the private key is encrypted, and no service asks for a passphrase',
    },
  ])('$case: $reason', ({ params: more, host, ca, action, summary, reason }) => {
    const decision = plan({ ...params, ...more }, host, ca === undefined ? {} : { authorities: { default: ca } })
    expect(decision.problems ?? []).toEqual([])
    expect(decision.reason).toBe(reason)
    expect(decision.changes.map((change) => change.action)).toEqual(action === undefined ? [] : [action])
    if (summary !== undefined) expect(decision.changes[0]?.summary).toBe(summary)
    if (action !== undefined) expect(decision.changes[0]?.reason).toBe(reason)
  })

  test('a profile that clients refuse is replaced', async () => {
    const odd = (await mint({ names, ...spring, keyUsage: ['keyEncipherment', 'dataEncipherment'] })).fact
    expect(plan(params, { certificate: odd }).reason).toBe('key usage is keyEncipherment, dataEncipherment, wanted digitalSignature')
  })

  test('a certificate that the authority cuts short says so before it is issued', () => {
    const context = { authorities: { default: shortAuthority.fact } }
    const cut = `${certificate}: it will end on 2026-07-05, before 90 days are over, because the authority CN=short ca ends then`
    expect(plan({ ...byAuthority, renew_before: 5 }, {}, context).warnings).toEqual([cut])
    expect(plan({ ...byAuthority, days: 20 }, {}, context).warnings).toBeUndefined()
    expect(plan(byAuthority, {}).warnings).toBeUndefined()
  })

  test('the capped certificate warns instead of being renewed on every run', () => {
    const decision = plan(byAuthority, { certificate: capped }, { authorities: { default: shortAuthority.fact } })
    expect(decision.warnings).toEqual([`${certificate}: the authority CN=short ca ends on 2026-07-05, and no certificate outlives it`])
  })
})

describe('owner and mode', () => {
  test.each<{ case: string; host: Host; steps: readonly object[]; reason: string }>([
    {
      case: 'mode of the key',
      host: { certificate: good, keyFile: { mode: 0o644 } },
      steps: [{ kind: 'attributes', path: key, owner: 'prometheus', group: 'prometheus', mode: 0o400 }],
      reason: `mode of ${key} is 0644, wanted 0400`,
    },
    {
      case: 'owner of the certificate',
      host: { certificate: good, certificateFile: { owner: 'root', uid: 0 } },
      steps: [{ kind: 'attributes', path: certificate, owner: 'prometheus', group: 'prometheus', mode: 0o644 }],
      reason: `owner of ${certificate} is root, wanted prometheus`,
    },
  ])('only $case: nothing is issued', ({ host, steps, reason }) => {
    const decision = plan(params, host)
    expect(decision).toMatchObject({ reason, changes: [{ action: 'update', data: { kind: 'attributes', steps } }] })
    const deed = generate.apply(decision.changes[0]!)
    expect(deed.next().value).toEqual(steps)
    expect(deed.next([])).toMatchObject({ done: true, value: { changed: true, values: { fingerprint: good.fingerprint } } })
  })

  test('what is not wished stays as it is', () => {
    const { owner: _, ...free } = params
    expect(plan(free, { certificate: good, keyFile: { group: 'ssl-cert', gid: 110 } }).changes).toEqual([])
  })
})

describe('refusals', () => {
  const constrained = { ...authority.fact, permittedNames: ['example.org'] }
  test.each<{
    case: string
    params?: Partial<GenerateParams>
    host?: Host
    context?: Parameters<typeof contextOf>[1]
    code: string
    message: string
  }>([
    {
      case: 'no folder',
      host: { folder: absent as never },
      code: 'PATH_REFUSED',
      message: 'the folder /etc/prometheus/tls does not exist on the host',
    },
    {
      case: 'a folder in place of the file',
      host: { certificate: good, certificateFile: { type: 'directory' } },
      code: 'PATH_REFUSED',
      message: 'is a directory',
    },
    {
      case: 'no such user',
      host: { user: ['user', { name: 'prometheus' }, absent] },
      code: 'USER_UNKNOWN',
      message: 'user prometheus does not exist',
    },
    {
      case: 'no authority',
      params: { issuer: 'ca', authority: 'prod' },
      code: 'CA_MISSING',
      message: 'there is no certificate authority prod',
    },
    {
      case: 'an expired authority',
      params: { issuer: 'ca' },
      context: { now: noon + 301 * day },
      code: 'CERTIFICATE_INVALID',
      message: 'has expired',
    },
    {
      case: 'a name the authority may not sign',
      params: { issuer: 'ca' },
      context: { authorities: { default: constrained } },
      code: 'NAME_NOT_COVERED',
      message: 'may not sign h1.lab.test, only example.org',
    },
    {
      case: 'a URL as a name',
      params: { names: ['https://h1.lab.test:9090'] },
      code: 'VALUE_INVALID',
      message: 'neither a DNS name nor an IP address',
    },
    {
      case: 'an address with a typo',
      params: { names: ['192.0.2.777'] },
      code: 'VALUE_INVALID',
      message: 'looks like an IP address but is none',
    },
    {
      case: 'one file for both',
      params: { private_key: '/etc/prometheus/tls/../tls/h1.crt' },
      code: 'VALUE_INVALID',
      message: 'the same file',
    },
    { case: 'renewed from the first day', params: { days: 30, renew_before: 30 }, code: 'VALUE_INVALID', message: 'never after the start' },
    {
      case: 'an authority that is not asked',
      params: { authority: 'prod' },
      code: 'VALUE_INVALID',
      message: 'signs nothing while the issuer is self',
    },
    {
      case: 'only names too long for a subject',
      params: { names: [`${'a'.repeat(60)}.lab.test`] },
      code: 'VALUE_INVALID',
      message: 'longer than the 64 characters',
    },
  ])('$case: $code', ({ params: more, host = {}, context, code, message }) => {
    const decision = plan({ ...params, ...more }, host, context)
    expect(decision.changes).toEqual([])
    expect(decision.problems).toMatchObject([{ code, message: expect.stringContaining(message) }])
  })

  test('a key that may not be read is refused before anything is changed, and waited for after', () => {
    const hidden = hostWith({ certificate: good }).map(
      (told): Told => (told[0] === 'key' ? ['key', told[1], new Unknown('permission denied')] : told),
    )
    expect(generate.plan(params, contextOf(hidden)).problems).toMatchObject([{ code: 'PATH_REFUSED' }])
    expect(generate.plan(params, contextOf(hidden, { dirty: true }))).toMatchObject({
      changes: [],
      later: expect.stringContaining('permission denied'),
    })
  })
})

describe('what a new certificate makes true', () => {
  const context = (facts: readonly Told[]): PlanContext => contextOf(facts, { authorities: { default: authority.fact } })
  const decision = plan(byAuthority, {})
  const predicted = (kind: string, path: string) =>
    decision.predicts.find((prediction) => prediction.kind === kind && (prediction.target as { path: string }).path === path)?.fact

  test('files with their owners and modes, a certificate to come, a key that nobody knows', () => {
    expect(predicted('file', certificate)).toMatchObject({
      type: 'file',
      owner: 'prometheus',
      uid: 121,
      mode: 0o644,
      size: Number.NaN,
      mtime: Number.POSITIVE_INFINITY,
    })
    expect(predicted('file', key)).toMatchObject({ owner: 'prometheus', group: 'root', mode: 0o400 })
    expect(predicted('certificate', certificate)).toMatchObject({
      pending: true,
      chain: [
        {
          fingerprint: '',
          pem: '',
          dnsNames: ['h1.lab.test'],
          ipAddresses: ['192.0.2.7'],
          issuer: { CN: 'lab ca' },
          selfSigned: false,
          notAfter: noon + 90 * day,
          notBefore: noon - 300_000,
          keyType: 'ecdsa-p256',
        },
      ],
    })
    for (const [kind, path] of [
      ['key', key],
      ['digest', certificate],
      ['content', key],
    ] as const)
      expect(predicted(kind, path)).toBeInstanceOf(Unknown)
  })

  test('the same task again in the same plan has nothing to do', () => {
    const facts = new Map(hostWith({}).map((told) => [JSON.stringify([told[0], told[1]]), told]))
    for (const { kind, target, fact } of decision.predicts) facts.set(JSON.stringify([kind, target]), [kind, target, fact] as Told)
    expect(generate.plan(byAuthority, context([...facts.values()]))).toMatchObject({
      changes: [],
      reason: 'certificate valid for 90 more days, renews below 30',
    })
    expect(generate.plan({ ...byAuthority, names: ['h2.lab.test'] }, context([...facts.values()])).problems).toMatchObject([
      { code: 'PATH_REFUSED', message: expect.stringContaining('an earlier task issues another certificate there') },
    ])
  })

  test('what register keeps is known after apply', () => {
    expect(decision.result).toMatchObject({ names, fingerprint: expect.any(Unknown), not_after: expect.any(Unknown) })
    expect(plan(params, { certificate: good }).result).toMatchObject({
      fingerprint: good.fingerprint,
      not_after: '2026-08-15T12:00:00.000Z',
    })
  })

  test('the fields of a new certificate, and only the differences of a replaced one', () => {
    expect(decision.changes[0]?.diffs).toEqual([
      {
        kind: 'fields',
        fields: [
          { name: 'names', before: undefined, after: 'h1.lab.test, 192.0.2.7' },
          { name: 'subject', before: undefined, after: 'CN=h1.lab.test' },
          { name: 'issuer', before: undefined, after: 'CN=lab ca' },
          { name: 'key type', before: undefined, after: 'ecdsa-p256' },
          { name: 'usage', before: undefined, after: 'serverAuth' },
          { name: 'valid until', before: undefined, after: '2026-09-13' },
          { name: 'accepted by', before: undefined, after: 'every client' },
          { name: 'private key', before: undefined, after: 'new, made on the host' },
          { name: 'certificate file', before: undefined, after: certificate },
          { name: 'certificate owner', before: undefined, after: 'prometheus:root' },
          { name: 'certificate mode', before: undefined, after: '0644' },
          { name: 'private key file', before: undefined, after: key },
          { name: 'private key owner', before: undefined, after: 'prometheus:root' },
          { name: 'private key mode', before: undefined, after: '0400' },
        ],
      },
    ])
    const replaced = plan({ ...params, names: [...names, 'metrics.lab.test'] }, { certificate: good, keyFile: { mode: 0o440 } })
    expect(replaced.changes[0]?.diffs).toEqual([
      {
        kind: 'fields',
        fields: [
          { name: 'names', before: 'h1.lab.test, 192.0.2.7', after: 'h1.lab.test, metrics.lab.test, 192.0.2.7' },
          { name: 'valid until', before: '2026-08-15', after: '2026-09-13' },
          { name: 'accepted by', before: undefined, after: 'every client' },
          { name: 'private key', before: 'present', after: 'new, made on the host' },
          { name: 'private key mode', before: '0440', after: '0400' },
        ],
      },
    ])
  })
})

describe('the key on renewal', () => {
  const reuse: GenerateParams = { ...params, key_on_renewal: 'reuse', names: ['h1.lab.test'] }
  test.each<{ case: string; params: GenerateParams; key?: KeyFact; keepKey: boolean }>([
    { case: 'a new one by default', params: { ...params, names: ['h1.lab.test'] }, keepKey: false },
    { case: 'the old one when asked', params: reuse, keepKey: true },
    { case: 'a new one when the old one is of another type', params: { ...reuse, key_type: 'rsa-3072' }, keepKey: false },
    { case: 'a new one when the old one cannot be used', params: reuse, key: { spki: undefined, broken: 'is encrypted' }, keepKey: false },
    {
      case: 'the old one even when it is not that of the certificate',
      params: reuse,
      key: { spki: 'ff', keyType: 'ecdsa-p256' },
      keepKey: true,
    },
  ])('$case', ({ params: given, key: keyFact, keepKey }) => {
    const decision = plan(given, { certificate: good, ...(keyFact === undefined ? {} : { key: keyFact }) })
    expect(decision.changes[0]?.data).toMatchObject({ kind: 'issue', keepKey })
    expect(decision.predicts.some(({ kind }) => kind === 'key')).toBe(!keepKey)
    const make = generate.apply(decision.changes[0]!).next().value
    expect(make).toMatchObject([{ kind: 'make', files: keepKey ? { CERT: certificate } : { KEY: key, CERT: certificate } }])
  })
})

test('everything is asked in one round, and a plan asks nothing more', () => {
  const questions = generate.observe(byAuthority)
  const round = questions.next()
  const asked = new Set((round.value ?? []).map(({ kind, target }) => JSON.stringify([kind, target])))
  for (const told of hostWith({})) expect(asked).toContain(JSON.stringify([told[0], told[1]]))
  expect(questions.next(contextOf(hostWith({ certificate: signed })).view).done).toBe(true)
})

test('a link is followed, and what it leads to is managed', () => {
  const real = '/srv/tls/h1.crt'
  const linked: readonly Told[] = [
    ...hostWith({ certificate: good }).filter((told) => !(told[0] === 'file' && told[1].path === certificate) && told[0] !== 'certificate'),
    ['file', { path: certificate }, { ...certificateFile, type: 'link', link: real, mode: 0o777 }],
    ['file', { path: real }, certificateFile],
    ['certificate', { path: real }, { chain: [good] }],
  ]
  expect(generate.plan(params, contextOf(linked))).toMatchObject({
    changes: [],
    reason: 'certificate valid for 61 more days, renews below 30',
  })
  const replaced = generate.plan({ ...params, names: ['h1.lab.test'] }, contextOf(linked))
  expect(replaced.changes[0]?.data).toMatchObject({ certificate: { path: real } })
  for (const path of [certificate, real])
    expect(
      replaced.predicts.find(({ kind, target }) => kind === 'certificate' && (target as { path: string }).path === path)?.fact,
    ).toMatchObject({ pending: true })
})

test.each([
  { case: 'a key for everybody', params: { key_mode: '0644' }, warning: 'lets every user of the host read the private key' },
  {
    case: 'a key that browsers refuse',
    params: { key_type: 'ed25519' as const },
    warning: 'chrome and apple refuse it: browsers do not accept ed25519',
  },
  { case: 'years', params: { days: 1000 }, warning: 'apple refuses it: it lives longer than 825 days' },
])('$case is warned of', ({ params: more, warning }) => {
  expect(plan({ ...params, ...more }, {}).warnings).toMatchObject([expect.stringContaining(warning)])
  expect(isAbsent(plan(params, {}).warnings)).toBe(false)
  expect(plan(params, {}).warnings).toBeUndefined()
})
