import { expect, test } from 'vitest'
import type { CertificateFact } from '../../src/model/fact.ts'
import { isIssuedBy, orderProblem, verifyChain } from '../../src/pki/chain.ts'
import { formatPermitted, parseIpRange, permits } from '../../src/pki/constraints.ts'
import { renewalDue } from '../../src/pki/renewal.ts'
import { mint } from '../fakes/certificates.ts'
import { day, noon } from '../fakes/context.ts'

const valid = { notBefore: noon - day, notAfter: noon + day }
const root = await mint({ subject: { CN: 'root' }, authority: true, ...valid })
const twin = await mint({ subject: { CN: 'root' }, authority: true, ...valid })
const middle = await mint({ subject: { CN: 'middle' }, authority: true, by: root, ...valid })
const leaf = (await mint({ names: ['h1.lab.test'], by: middle, ...valid })).fact
const direct = (await mint({ names: ['h1.lab.test'], by: root, ...valid })).fact
const alone = (await mint({ names: ['h1.lab.test'], ...valid })).fact
const fakeAuthority = await mint({ subject: { CN: 'fake' }, by: root, ...valid })
const underFake = (await mint({ names: ['h1.lab.test'], by: fakeAuthority, ...valid })).fact
const noSigning = await mint({ subject: { CN: 'no signing' }, authority: true, keyUsage: ['digitalSignature'], ...valid })
const underNoSigning = (await mint({ names: ['h1.lab.test'], by: noSigning, ...valid })).fact
const expired = (await mint({ names: ['h1.lab.test'], by: root, notBefore: noon - 2 * day, notAfter: noon - day })).fact
const early = (await mint({ names: ['h1.lab.test'], by: root, notBefore: noon + day, notAfter: noon + 2 * day })).fact
const oldRoot = await mint({ subject: { CN: 'old' }, authority: true, notBefore: noon - 2 * day, notAfter: noon - day })
const underOld = (await mint({ names: ['h1.lab.test'], by: oldRoot, ...valid })).fact

test.each<{ case: string; chain: readonly CertificateFact[]; trusted: readonly CertificateFact[]; reason?: string }>([
  { case: 'leaf and intermediate to the root', chain: [leaf, middle.fact], trusted: [root.fact] },
  { case: 'the intermediate among the authorities', chain: [leaf], trusted: [middle.fact, root.fact] },
  { case: 'trusting the intermediate alone', chain: [leaf], trusted: [middle.fact] },
  { case: 'leaf to the root', chain: [direct], trusted: [root.fact] },
  { case: 'among many authorities', chain: [direct], trusted: [twin.fact, oldRoot.fact, root.fact] },
  { case: 'a leaf that is trusted itself', chain: [alone], trusted: [alone] },
  { case: 'the root sent along', chain: [direct, root.fact], trusted: [root.fact] },
  {
    case: 'the intermediate not sent',
    chain: [leaf],
    trusted: [root.fact],
    reason: 'CN=h1.lab.test is issued by CN=middle, which is not among the trusted authorities',
  },
  { case: 'another root of the same name', chain: [direct], trusted: [twin.fact], reason: 'not among the trusted authorities' },
  { case: 'self-signed and not trusted', chain: [alone], trusted: [root.fact], reason: 'not among the trusted authorities' },
  { case: 'issued by a leaf', chain: [underFake, fakeAuthority.fact], trusted: [root.fact], reason: 'CN=fake may not issue certificates' },
  {
    case: 'an authority that may not sign',
    chain: [underNoSigning],
    trusted: [noSigning.fact],
    reason: 'CN=no signing may not issue certificates',
  },
  { case: 'an expired leaf', chain: [expired], trusted: [root.fact], reason: 'CN=h1.lab.test has expired on 2026-06-14' },
  { case: 'a leaf of tomorrow', chain: [early], trusted: [root.fact], reason: 'is not valid before 2026-06-16' },
  { case: 'an expired root', chain: [underOld], trusted: [oldRoot.fact], reason: 'CN=old has expired' },
  {
    case: 'a name outside the constraints',
    chain: [direct],
    trusted: [{ ...root.fact, permittedNames: ['example.org'] }],
    reason: 'CN=root may not issue for h1.lab.test',
  },
  { case: 'a length that the path keeps', chain: [leaf, middle.fact], trusted: [{ ...root.fact, pathLength: 1 }] },
  { case: 'no authority below it', chain: [direct], trusted: [{ ...root.fact, pathLength: 0 }] },
  {
    case: 'a path longer than the root allows',
    chain: [leaf, middle.fact],
    trusted: [{ ...root.fact, pathLength: 0 }],
    reason: 'CN=root may have 0 authorities below it, not 1',
  },
  { case: 'nothing', chain: [], trusted: [root.fact], reason: 'there is no certificate' },
])('verifyChain: $case', ({ chain, trusted, reason }) => {
  expect(verifyChain(chain, trusted, noon)).toEqual(
    reason === undefined ? { ok: true } : { ok: false, reason: expect.stringContaining(reason) },
  )
})

test('the order of a file is that of a chain', () => {
  expect(orderProblem([leaf, middle.fact, root.fact])).toBeUndefined()
  expect(orderProblem([leaf])).toBeUndefined()
  expect(orderProblem([middle.fact, leaf])).toBe('certificate 2 (CN=h1.lab.test) did not issue certificate 1 (CN=middle)')
  expect(orderProblem([leaf, root.fact])).toContain('certificate 2 (CN=root) did not issue')
})

test('a name alone makes no issuer', () => {
  expect(isIssuedBy(direct, root.fact)).toBe(true)
  expect(isIssuedBy(direct, twin.fact)).toBe(false)
  // Even with a key identifier that claims to be the right one.
  expect(isIssuedBy(direct, { ...twin.fact, subjectKeyId: root.fact.subjectKeyId })).toBe(false)
})

test.each([
  { permitted: ['lab.test'], name: 'h1.lab.test', ok: true },
  { permitted: ['lab.test'], name: 'LAB.test', ok: true },
  { permitted: ['lab.test'], name: 'evil-lab.test', ok: false },
  { permitted: ['lab.test'], name: '10.0.0.1', ok: true },
  { permitted: ['10.0.0.0/8'], name: '10.9.8.7', ok: true },
  { permitted: ['10.0.0.0/8'], name: '11.0.0.1', ok: false },
  { permitted: ['10.0.0.0/8'], name: 'any.test', ok: true },
  { permitted: ['192.0.2.64/26'], name: '192.0.2.127', ok: true },
  { permitted: ['192.0.2.64/26'], name: '192.0.2.128', ok: false },
  { permitted: ['fd00::/7'], name: 'fc00::1', ok: true },
  { permitted: ['10.0.0.0/8'], name: 'fd00::1', ok: false },
  { permitted: undefined, name: 'any.test', ok: true },
])('an authority for $permitted may sign $name: $ok', ({ permitted, name, ok }) => {
  expect(permits(permitted === undefined ? {} : { permittedNames: permitted }, name)).toBe(ok)
})

test('ranges have one spelling', () => {
  expect(formatPermitted('10.1.2.3/8')).toBe('10.0.0.0/8')
  expect(formatPermitted('Lab.Test')).toBe('lab.test')
  for (const text of ['10.0.0.0/33', '10.0.0.0/8/8', 'lab.test', '10.0.0.0/x', 'fd00::/129']) expect(parseIpRange(text)).toBeUndefined()
})

test.each([
  { before: 60, after: 30, renew: undefined, due: false, reason: 'certificate valid for 30 more days, renews below 30' },
  { before: 61, after: 29, renew: undefined, due: true, reason: 'expires in 29 days, renews below 30' },
  { before: 78, after: 12, renew: 30, due: true, reason: 'expires in 12 days, renews below 30' },
  { before: 1, after: 1, renew: 1, due: false, reason: 'certificate valid for 1 more day, renews below 1' },
  { before: 90, after: -1, renew: 0, due: true, reason: 'expired on 2026-06-14' },
  { before: 89, after: 1, renew: 0, due: false, reason: 'certificate valid for 1 more day, renews below 0' },
])('$before days old, $after left, renew before $renew: $reason', ({ before, after, renew, due, reason }) => {
  expect(renewalDue({ notBefore: noon - before * day, notAfter: noon + after * day }, noon, renew)).toMatchObject({ due, reason })
})
