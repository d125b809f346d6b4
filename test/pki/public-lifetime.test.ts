import { rootCertificates } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { parseCertificates } from '../../src/pki/parse.ts'
import { limitAt, publicLifetimeLimits, publicLifetimeProblem } from '../../src/pki/public-lifetime.ts'
import { isPubliclyTrusted } from '../../src/pki/public-roots.ts'
import { clientVerdicts, refusalTexts } from '../../src/pki/verdicts.ts'
import { mint } from '../fakes/certificates.ts'
import { day, noon } from '../fakes/context.ts'

const second = 1000
const border = {
  first: Date.UTC(2020, 8, 1),
  days200: Date.UTC(2026, 2, 15),
  days100: Date.UTC(2027, 2, 15),
  days47: Date.UTC(2029, 2, 15),
}

describe('how long a publicly trusted certificate may live', () => {
  test.each([
    { case: 'before the first limit', at: border.first - second, days: undefined },
    { case: 'from the first limit on', at: border.first, days: 398 },
    { case: 'the last second of 398 days', at: border.days200 - second, days: 398 },
    { case: 'the first second of 200 days', at: border.days200, days: 200 },
    { case: 'the last second of 200 days', at: border.days100 - second, days: 200 },
    { case: 'the first second of 100 days', at: border.days100, days: 100 },
    { case: 'the last second of 100 days', at: border.days47 - second, days: 100 },
    { case: 'the first second of 47 days', at: border.days47, days: 47 },
    { case: 'long after', at: Date.UTC(2040, 0, 1), days: 47 },
  ])('$case: $days', ({ at, days }) => {
    expect(limitAt(publicLifetimeLimits, at)).toBe(days)
    const issued = (lifetime: number) => publicLifetimeProblem({ notBefore: at, notAfter: at + lifetime })
    if (days === undefined) return expect(issued(825 * day)).toBeUndefined()
    // Both ends count: what ends in the second in which the days are over has lived one too many.
    expect(issued(days * day - second)).toBeUndefined()
    expect(issued(days * day)).toContain(`longer than the ${days} days`)
  })
})

const root = await mint({ subject: { CN: 'shipped' }, authority: true, notBefore: noon - day, notAfter: noon + 900 * day })
const own = await mint({ subject: { CN: 'own' }, authority: true, notBefore: noon - day, notAfter: noon + 900 * day })
const middle = await mint({ subject: { CN: 'middle' }, authority: true, by: root, notBefore: noon - day, notAfter: noon + 900 * day })
const life = { names: ['h1.lab.test'], notBefore: noon, notAfter: noon + 300 * day }
const below = (await mint({ ...life, by: middle })).fact
const ours = (await mint({ ...life, by: own })).fact
const namesake = await mint({ subject: { CN: 'shipped' }, authority: true, notBefore: noon - day, notAfter: noon + 900 * day })

describe('whom browsers trust by themselves', () => {
  test.each([
    { case: 'a path that ends below a shipped authority', leaf: below, issuers: [middle.fact], trusted: true },
    { case: 'a path that ends with it', leaf: below, issuers: [middle.fact, root.fact], trusted: true },
    { case: 'a leaf alone, whose issuer nobody ships', leaf: below, issuers: [], trusted: false },
    { case: 'an authority of our own', leaf: ours, issuers: [own.fact], trusted: false },
    {
      case: 'an authority that bears the name of a shipped one',
      leaf: { ...ours, issuer: { CN: 'shipped' } },
      issuers: [namesake.fact],
      trusted: false,
    },
    { case: 'a leaf that is its own authority', leaf: own.fact, issuers: [], trusted: false },
    { case: 'a certificate to come', leaf: { ...ours, pem: '', issuer: { CN: 'shipped' } }, issuers: [], trusted: false },
  ])('$case: $trusted', ({ leaf, issuers, trusted }) => {
    expect(isPubliclyTrusted(leaf, issuers, () => [root.fact])).toBe(trusted)
  })

  test('the authorities that this Node was built with', () => {
    const shipped = parseCertificates(rootCertificates.join('\n'))
    expect(shipped.length).toBe(rootCertificates.length)
    expect(shipped.filter((one) => !isPubliclyTrusted(ours, [one]))).toEqual([])
    expect(isPubliclyTrusted(ours, [own.fact])).toBe(false)
  })
})

describe('verdicts over a lifetime of 300 days', () => {
  const [shipped] = parseCertificates(rootCertificates[0] ?? '')
  const refusals = (...verdict: Parameters<typeof clientVerdicts>) => refusalTexts(clientVerdicts(...verdict))

  test('browsers refuse it of a public authority, and nobody does of one of our own', () => {
    expect(refusals(ours, [shipped!], 'server')).toEqual([
      'chrome and apple refuse it: it lives longer than the 200 days that a publicly trusted certificate issued on 2026-06-15 may',
    ])
    expect(refusals(ours, [own.fact], 'server')).toEqual([])
    expect(refusals({ ...ours, notAfter: noon + 200 * day - second }, [shipped!], 'server')).toEqual([])
  })

  test('the limit is that of the day it was issued on', () => {
    const before = { ...ours, notBefore: border.days200 - second, notAfter: border.days200 + 300 * day }
    expect(refusals(before, [shipped!], 'server')).toEqual([])
  })

  test('what is planned is judged as the caller expects it', () => {
    const pending = { ...ours, pem: '', fingerprint: '' }
    expect(refusals(pending, [], 'server', true)).toHaveLength(1)
    expect(refusals(pending, [], 'server')).toEqual([])
  })
})
