import { X509Certificate } from 'node:crypto'
import type { CertificateFact } from '../model/fact.ts'
import { permits } from './constraints.ts'
import { formatDay } from './dates.ts'
import { formatName, sameName } from './distinguished-name.ts'
import { hasSignatureOf } from './signature.ts'

export type ChainVerdict = { readonly ok: true } | { readonly ok: false; readonly reason: string }

/** Whether `issuer` signed `certificate`: names, key identifiers where both have one, and the signature itself. */
export function isIssuedBy(certificate: CertificateFact, issuer: CertificateFact): boolean {
  if (!sameName(certificate.issuer, issuer.subject)) return false
  const { authorityKeyId } = certificate
  if (authorityKeyId !== undefined && issuer.subjectKeyId !== undefined && authorityKeyId !== issuer.subjectKeyId) return false
  return hasSignatureOf(new X509Certificate(certificate.pem), new X509Certificate(issuer.pem))
}

/** The certificate of the key, then each issuer of the one before, then what has no place; empty when none is of that key. */
export function leafFirst(certificates: readonly CertificateFact[], spki: string): readonly CertificateFact[] {
  const leaf = certificates.find((certificate) => certificate.spki === spki)
  const chain: CertificateFact[] = []
  for (let next = leaf; next !== undefined; ) {
    const below = next
    chain.push(below)
    next = below.selfSigned ? undefined : certificates.find((candidate) => !chain.includes(candidate) && isIssuedBy(below, candidate))
  }
  return leaf === undefined ? [] : [...chain, ...certificates.filter((certificate) => !chain.includes(certificate))]
}

/** The same certificates in the same order. */
export function isSameChain(one: readonly CertificateFact[], other: readonly CertificateFact[]): boolean {
  return one.length === other.length && one.every(({ fingerprint }, at) => fingerprint === other[at]?.fingerprint)
}

/** What is wrong with the order of a file or a served chain (leaf, then each issuer of the one before), in words. */
export function orderProblem(chain: readonly CertificateFact[]): string | undefined {
  for (const [index, certificate] of chain.entries()) {
    const next = chain[index + 1]
    if (next !== undefined && !isIssuedBy(certificate, next))
      return `certificate ${index + 2} (${formatName(next.subject)}) did not issue certificate ${index + 1} (${formatName(certificate.subject)})`
  }
  return undefined
}

/**
 * Verifies the path from the first certificate to one of the authorities: signatures, dates, CA flag, key usage, path length,
 * name constraints. A leaf that is itself among the authorities is trusted as it is, as Go and OpenSSL do.
 * It is the opinion of a plan; the clients' own libraries have the last word when something is served.
 */
export function verifyChain(chain: readonly CertificateFact[], authorities: readonly CertificateFact[], now: number): ChainVerdict {
  const leaf = chain[0]
  if (leaf === undefined) return { ok: false, reason: 'there is no certificate' }
  const trusted = new Set(authorities.map(({ fingerprint }) => fingerprint))
  const names = [...leaf.dnsNames, ...leaf.ipAddresses]
  let current = leaf
  // A path visits each certificate at most once.
  for (let steps = 0; steps <= chain.length + authorities.length; steps += 1) {
    const dates = dateProblem(current, now)
    if (dates !== undefined) return { ok: false, reason: dates }
    if (trusted.has(current.fingerprint)) return { ok: true }
    const issuer = [...authorities, ...chain.slice(1)].find(
      (candidate) => candidate.fingerprint !== current.fingerprint && isIssuedBy(current, candidate),
    )
    if (issuer === undefined)
      return {
        ok: false,
        reason: `${formatName(current.subject)} is issued by ${formatName(current.issuer)}, which is not among the trusted authorities`,
      }
    if (!issuer.isAuthority || issuer.keyUsage?.includes('keyCertSign') === false)
      return { ok: false, reason: `${formatName(issuer.subject)} may not issue certificates` }
    // The leaf does not count: the first issuer has none below it.
    if (issuer.pathLength !== undefined && steps > issuer.pathLength)
      return { ok: false, reason: `${formatName(issuer.subject)} may have ${issuer.pathLength} authorities below it, not ${steps}` }
    const foreign = names.find((name) => !permits(issuer, name))
    if (foreign !== undefined) return { ok: false, reason: `${formatName(issuer.subject)} may not issue for ${foreign}` }
    current = issuer
  }
  return { ok: false, reason: 'the certificates issue each other in a circle' }
}

/** Why a certificate cannot be used at this moment, in words. */
export function dateProblem(certificate: CertificateFact, now: number): string | undefined {
  if (now < certificate.notBefore)
    return `${formatName(certificate.subject)} is not valid before ${new Date(certificate.notBefore).toISOString()}`
  if (now > certificate.notAfter) return `${formatName(certificate.subject)} has expired on ${formatDay(certificate.notAfter)}`
  return undefined
}
