import { describe, expect, test } from 'vitest'
import { absent, type CertificateFact, type FileFact } from '../../../src/model/fact.ts'
import { generate } from '../../../src/tasks/generate/index.ts'
import type { GenerateParams } from '../../../src/tasks/generate/schema.ts'
import { mint } from '../../fakes/certificates.ts'
import { contextOf, day, noon } from '../../fakes/context.ts'
import type { Told } from '../../fakes/view.ts'

const certificate = '/etc/app/h1.crt'
const key = '/etc/app/h1.key'
const names = ['h1.lab.test']
const letsEncrypt = 'https://acme-v02.api.letsencrypt.org/directory'
const other = 'https://acme.example.net/dir'
const file: FileFact = { type: 'file', owner: 'root', group: 'root', uid: 0, gid: 0, mode: 0o400, size: 1, mtime: 1, links: 1 }

function hostWith(leaf: CertificateFact | undefined): readonly Told[] {
  return [
    ['file', { path: certificate }, leaf === undefined ? absent : { ...file, mode: 0o644 }],
    ['file', { path: key }, leaf === undefined ? absent : file],
    ['file', { path: '/etc/app' }, { ...file, type: 'directory', mode: 0o755 }],
    ['certificate', { path: certificate }, leaf === undefined ? absent : { chain: [leaf] }],
    ['key', { path: key }, leaf === undefined ? absent : { spki: leaf.spki, keyType: leaf.keyType }],
    ['digest', { path: certificate }, leaf === undefined ? absent : { sha256: 'd1' }],
  ]
}

interface Ordered {
  readonly renewBefore?: number
  readonly acme?: Partial<NonNullable<GenerateParams['acme']>>
  readonly at?: number
  readonly held?: CertificateFact
  readonly more?: Partial<GenerateParams>
}

function plan({ renewBefore, acme = {}, at = noon, held, more = {} }: Ordered) {
  const window = renewBefore === undefined ? {} : { renew_before: renewBefore }
  const how = { agree_terms: true, webroot: '/srv/www', ...acme }
  const wished: GenerateParams = { certificate, private_key: key, names, issuer: 'acme', acme: how, ...window, ...more }
  return generate.plan(wished, contextOf(hostWith(held), { now: at, assets: [] }))
}

describe('a window that the lifetime of an ordered certificate cannot hold', () => {
  test.each<Ordered & { readonly case: string; readonly days?: number }>([
    { case: 'none is set', acme: { profile: 'shortlived' } },
    { case: 'the usual one', renewBefore: 30 },
    { case: 'one day less than the lifetime', renewBefore: 89 },
    { case: 'the lifetime', renewBefore: 90, days: 90 },
    { case: 'of six days', renewBefore: 30, acme: { profile: 'shortlived' }, days: 6 },
    { case: 'the last second of 90 days', renewBefore: 64, at: Date.UTC(2027, 1, 10) - 1000 },
    { case: 'the first second of 64 days', renewBefore: 64, at: Date.UTC(2027, 1, 10), days: 64 },
    { case: 'the first second of 45 days', renewBefore: 45, at: Date.UTC(2028, 1, 16), days: 45 },
    { case: 'of another public server', renewBefore: 199, acme: { directory: other } },
    { case: 'the limit of all public servers', renewBefore: 200, acme: { directory: other }, days: 200 },
    { case: 'that limit later', renewBefore: 100, acme: { directory: other }, at: Date.UTC(2027, 2, 15), days: 100 },
    { case: 'a server of our own, which no limit binds', renewBefore: 300, acme: { directory: other, ca: 'ca.pem' } },
  ])('$case', ({ days, ...ordered }) => {
    const { problems } = plan(ordered)
    if (days === undefined) return expect(problems).toBeUndefined()
    expect(problems).toEqual([
      {
        code: 'VALUE_INVALID',
        message: expect.stringMatching(new RegExp(`^renew_before: ${ordered.renewBefore} days .* lives ${days} days at most$`)),
        hint: expect.stringContaining(`below ${days};`),
      },
    ])
  })

  test('is refused of a pair that the controller keeps, too', () => {
    const dns = { challenge: 'dns-01' as const, hook: ['./zone'] }
    expect(plan({ renewBefore: 90, acme: dns, more: { stored: 'wild' } }).problems).toMatchObject([{ code: 'VALUE_INVALID' }])
  })
})

describe('a window that will be greater than the lifetime', () => {
  const from = (renewBefore: number, acme: Ordered['acme'] = {}, at = noon) => plan({ renewBefore, acme, at }).warnings?.join('\n') ?? ''

  test('the first limit that it does not fit is named with its day', () => {
    expect(from(44)).toBe('')
    expect(from(45)).toBe(
      `${certificate}: renew_before is 45 days, and from 2028-02-16 on certificates of ${letsEncrypt} live 45 days at most: it would be ordered anew in every run; without renew_before it is a third of the lifetime`,
    )
    expect(from(70)).toContain('from 2027-02-10 on')
    expect(from(47, { directory: other })).toContain('from 2029-03-15 on')
    expect(from(46, { directory: other })).toBe('')
    expect(from(150, { directory: other, ca: 'ca.pem' })).toBe('')
  })

  test('a server whose certificates are shorter already is known by the one that is there', async () => {
    const server = await mint({ subject: { CN: 'server' }, authority: true, notBefore: noon - 100 * day, notAfter: noon + 300 * day })
    const of = async (days: number) => (await mint({ names, notBefore: noon - day, notAfter: noon + (days - 1) * day, by: server })).fact
    const acme = { directory: other, ca: 'ca.pem' }
    expect(plan({ renewBefore: 30, acme, held: await of(10) }).warnings?.[0]).toContain('all of its life is 10 days')
    expect(plan({ renewBefore: 9, acme, held: await of(10) }).warnings).toBeUndefined()
  })
})

test('the certificate to come is taken to live as long as the server lets it on that day', () => {
  const until = (at: number, acme: Ordered['acme'] = {}) => {
    const [told] = plan({ at, acme }).predicts.flatMap(({ kind, fact }) =>
      kind === 'certificate' ? [fact as { chain: CertificateFact[] }] : [],
    )
    return ((told?.chain[0]?.notAfter ?? 0) + 1000 - at) / day
  }
  expect(until(noon)).toBe(90)
  expect(until(Date.UTC(2027, 1, 10))).toBe(64)
  expect(until(noon, { profile: 'tlsserver' })).toBe(45)
  expect(until(Date.UTC(2030, 0, 1), { directory: other })).toBe(47)
})
