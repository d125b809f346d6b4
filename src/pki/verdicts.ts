import type { CertificateFact } from '../model/fact.ts'
import { isIssuedBy } from './chain.ts'
import { msPerDay } from './dates.ts'
import type { CertificateUsage } from './profile.ts'
import { permits } from './constraints.ts'
import { publicLifetimeProblem } from './public-lifetime.ts'
import { isPubliclyTrusted } from './public-roots.ts'

/**
 * Programs that check certificates alike. `go`: Prometheus, Telegraf, influx. `openssl`: curl, Python up to 3.12.
 * `openssl-strict`: Python from 3.13, `openssl verify -x509_strict`. The rules of the first four and of `node` are compared
 * with the programs themselves by test/pki/clients.test.ts; `chrome` was measured with Chromium 156, `apple` is what
 * Apple's page on requirements for trusted certificates (support.apple.com/103769) says.
 */
export const clientClasses = ['go', 'openssl', 'openssl-strict', 'gnutls', 'chrome', 'node', 'apple'] as const
export type ClientClass = (typeof clientClasses)[number]

export interface ClientVerdict {
  readonly client: ClientClass
  /** why it refuses the certificate; undefined: it accepts it */
  readonly refusal: string | undefined
}

/** Who serves with it, or connects with it. Browsers are asked about servers only. */
interface Judged {
  readonly leaf: CertificateFact
  /** from the issuer of the leaf up to the one that is trusted; empty when the leaf itself is trusted */
  readonly issuers: readonly CertificateFact[]
  readonly usage: CertificateUsage
  /** an authority that browsers ship vouches for it, and their limits bind it */
  readonly publiclyTrusted: boolean
}

type Rule = (judged: Judged) => string | undefined

const purposes: Readonly<Record<CertificateUsage, readonly string[]>> = {
  server: ['serverAuth'],
  client: ['clientAuth'],
  peer: ['serverAuth', 'clientAuth'],
}

const purpose: Rule = ({ leaf, usage }) => {
  const { extendedKeyUsage } = leaf
  const lacking = purposes[usage].filter((wanted) => extendedKeyUsage?.includes(wanted) === false)
  return lacking.length === 0 ? undefined : `the extended key usage lacks ${lacking.join(', ')}`
}

const namedInExtension: Rule = ({ leaf, usage }) =>
  usage !== 'client' && leaf.dnsNames.length + leaf.ipAddresses.length === 0
    ? 'it names no host; the common name does not count'
    : undefined

const signsHandshakes: Rule = ({ leaf }) =>
  leaf.keyUsage?.includes('digitalSignature') === false ? 'the key usage lacks digitalSignature' : undefined

/** X509_check_purpose wants one of three bits; a handshake of TLS 1.2 wants an elliptic key that may sign. */
const opensslKeyUsage: Rule = ({ leaf, usage }) => {
  const has = (...bits: readonly string[]) => leaf.keyUsage === undefined || bits.some((bit) => leaf.keyUsage?.includes(bit))
  const fits = usage === 'client' ? has('digitalSignature', 'keyAgreement') : has('digitalSignature', 'keyEncipherment', 'keyAgreement')
  if (!fits) return 'the key usage is that of no TLS certificate'
  return isElliptic(leaf) && !has('digitalSignature') ? 'the key usage lacks digitalSignature, which TLS 1.2 needs' : undefined
}

const issuersMayIssue: Rule = ({ leaf, issuers }) => {
  const unable = issuers.find(({ isAuthority, keyUsage }) => !isAuthority || keyUsage?.includes('keyCertSign') === false)
  if (unable !== undefined) return `its issuer ${unable.subject.CN ?? ''} may not issue certificates`
  const tooDeep = issuers.some(({ pathLength }, index) => pathLength !== undefined && index > pathLength)
  if (tooDeep) return 'an issuer may not have issuers below it'
  const names = [...leaf.dnsNames, ...leaf.ipAddresses]
  const foreign = names.find((name) => issuers.some((issuer) => !permits(issuer, name)))
  return foreign === undefined ? undefined : `its issuers may not issue for ${foreign}`
}

/** The signature of what is trusted is not looked at. */
const modernSignatures: Rule = ({ leaf, issuers }) =>
  [leaf, ...issuers].slice(0, -1).some(({ signatureAlgorithm }) => /sha1/i.test(signatureAlgorithm)) ? 'it is signed over SHA-1' : undefined

const rsaOfAtLeast =
  (bits: number): Rule =>
  ({ leaf, issuers }) => {
    const weak = [leaf, ...issuers].find(({ rsaBits }) => rsaBits !== undefined && rsaBits < bits)
    return weak === undefined ? undefined : `an RSA key of ${weak.rsaBits} bits is too short, ${bits} are needed`
  }

/** RFC 5280 by the letter, as far as `check_extensions` of OpenSSL 3.0 (crypto/x509/x509_vfy.c) goes. */
const strictProfile: Rule = ({ leaf, issuers }) => {
  for (const issuer of issuers) {
    if (issuer.keyUsage === undefined) return 'an authority has no key usage'
    if (issuer.constraintsCritical === false) return 'the basic constraints of an authority are not critical'
    if (issuer.subjectKeyId === undefined) return 'an authority has no subject key identifier'
  }
  if (!leaf.isAuthority && leaf.keyUsage?.includes('keyCertSign') === true) return 'the key usage is that of an authority, but it is none'
  const nameless = [leaf, ...issuers].slice(0, -1).find(({ authorityKeyId }) => authorityKeyId === undefined)
  return nameless === undefined ? undefined : 'the authority key identifier is missing'
}

const noEd25519: Rule = ({ leaf }) => (leaf.keyType === 'ed25519' ? 'browsers do not accept ed25519 keys' : undefined)

const appleLifetimeDays = 825
const appleLifetime: Rule = ({ leaf }) =>
  leaf.notAfter - leaf.notBefore > appleLifetimeDays * msPerDay ? `it lives longer than ${appleLifetimeDays} days` : undefined

const publicLifetime: Rule = ({ leaf, publiclyTrusted }) => (publiclyTrusted ? publicLifetimeProblem(leaf) : undefined)

const namesItsPurpose: Rule = ({ leaf }) => (leaf.extendedKeyUsage === undefined ? 'the extended key usage is missing' : undefined)

const openssl: readonly Rule[] = [issuersMayIssue, purpose, opensslKeyUsage, modernSignatures, rsaOfAtLeast(2048)]

const rules: Readonly<Record<ClientClass, readonly Rule[]>> = {
  go: [issuersMayIssue, namedInExtension, purpose, modernSignatures, rsaOfAtLeast(1024)],
  openssl,
  'openssl-strict': [...openssl, strictProfile],
  gnutls: [issuersMayIssue, purpose, signsHandshakes, modernSignatures, rsaOfAtLeast(1024)],
  // The common name has counted for nothing since Chrome 58, key usages count for every authority since Chrome 124.
  chrome: [issuersMayIssue, namedInExtension, purpose, signsHandshakes, noEd25519, modernSignatures, rsaOfAtLeast(1024), publicLifetime],
  // Node 24 raised the security level of its OpenSSL from 1 to 2 (2048 bits); the older accept 1024.
  node: openssl,
  apple: [
    issuersMayIssue,
    namedInExtension,
    namesItsPurpose,
    purpose,
    signsHandshakes,
    noEd25519,
    modernSignatures,
    rsaOfAtLeast(2048),
    publicLifetime,
    appleLifetime,
  ],
}

/**
 * What each class of client says of a certificate when it trusts the last of `issuers`, or the certificate itself when
 * there is none. Neither dates nor the name dialled count, nor whether the signatures are right: `verifyChain` and
 * `coversName` are for that. A certificate to come, which has no signature yet, is judged like any other; whether an
 * authority that browsers ship will vouch for it, only the caller can tell.
 */
export function clientVerdicts(
  leaf: CertificateFact,
  issuers: readonly CertificateFact[],
  usage: CertificateUsage,
  publiclyTrusted: boolean = isPubliclyTrusted(leaf, issuers),
): readonly ClientVerdict[] {
  const asked = usage === 'client' ? clientClasses.filter((client) => client !== 'chrome' && client !== 'apple') : clientClasses
  return asked.map((client) => {
    for (const rule of rules[client]) {
      const refusal = rule({ leaf, issuers, usage, publiclyTrusted })
      if (refusal !== undefined) return { client, refusal }
    }
    return { client, refusal: undefined }
  })
}

/** The issuers of a certificate among `candidates`, nearest first, as far as they are there. */
export function issuersOf(leaf: CertificateFact, candidates: readonly CertificateFact[]): readonly CertificateFact[] {
  const path: CertificateFact[] = []
  for (let current: CertificateFact | undefined = leaf; current !== undefined && !current.selfSigned; ) {
    const below: CertificateFact = current
    current = candidates.find((candidate) => !path.includes(candidate) && isIssuedBy(below, candidate))
    if (current !== undefined) path.push(current)
  }
  return path
}

/** `go, openssl, node`; a client that refuses it is left to `refusalTexts`. */
export function acceptedBy(verdicts: readonly { readonly client: string; readonly refusal: string | undefined }[]): string {
  const accepting = verdicts.flatMap(({ client, refusal }) => (refusal === undefined ? [client] : []))
  return accepting.length === verdicts.length ? 'every client' : accepting.length === 0 ? 'no client' : accepting.join(', ')
}

/** `chrome and apple refuse it: browsers do not accept ed25519 keys`, one text for each reason. */
export function refusalTexts(verdicts: readonly ClientVerdict[]): readonly string[] {
  const reasons = new Map<string, ClientClass[]>()
  for (const { client, refusal } of verdicts) if (refusal !== undefined) reasons.set(refusal, [...(reasons.get(refusal) ?? []), client])
  return [...reasons].map(([reason, clients]) => `${listed(clients)} ${clients.length === 1 ? 'refuses' : 'refuse'} it: ${reason}`)
}

/** The same as warnings about a file. */
export function refusalWarnings(path: string, verdicts: readonly ClientVerdict[]): readonly string[] {
  return refusalTexts(verdicts).map((text) => `${path}: ${text}`)
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

function isElliptic({ keyType }: CertificateFact): boolean {
  return keyType.startsWith('ecdsa-') || keyType === 'ed25519'
}
