import type { Answer, CertificateFact, CertificateFileFact, KeyFact } from '../../model/fact.ts'
import { isAbsent } from '../../model/fact.ts'
import type { FieldDiff } from '../../model/task-type.ts'
import { Unknown } from '../../model/value.ts'
import { isIssuedBy } from '../../pki/chain.ts'
import { formatDay, msPerMinute } from '../../pki/dates.ts'
import { formatName, sameName } from '../../pki/distinguished-name.ts'
import { listNames, sameNames } from '../../pki/names.ts'
import { profileDifferences } from '../../pki/profile.ts'
import { renewalDue } from '../../pki/renewal.ts'
import type { Wish } from './wish.ts'

/** Dates a certificate issued now would get, milliseconds since 1970. */
export interface Lifetime {
  readonly notBefore: number
  readonly notAfter: number
}

export type Assessment =
  /** what is there serves; `certificate` is it */
  | { readonly kind: 'good'; readonly certificate: CertificateFact; readonly reason: string; readonly warnings: readonly string[] }
  /** `renewal`: nothing is wrong with the certificate but its age */
  | {
      readonly kind: 'bad'
      readonly certificate: CertificateFact | undefined
      readonly reasons: readonly string[]
      readonly fields: readonly FieldDiff[]
      readonly renewal: boolean
    }

/** A host whose clock is ahead by more than this makes certificates that are not valid yet. */
export const clockToleranceMs = 10 * msPerMinute

/** Compares what is on the host with the wish. Dates computed anew are no difference: only the renewal window looks at the clock. */
export function assess(
  wish: Wish,
  file: Answer<CertificateFileFact>,
  key: Answer<KeyFact>,
  authority: CertificateFact | undefined,
  lifetime: Lifetime,
  now: number,
): Assessment {
  if (isAbsent(file) || file instanceof Unknown) return missing(wish, 'the certificate is missing', key)
  const certificate = file.chain[0]
  if (certificate === undefined || file.broken !== undefined) return missing(wish, `the certificate file ${file.broken ?? 'is empty'}`, key)
  const pending = file.pending === true
  const found = [
    ...contentDifferences(wish, certificate),
    ...issuerDifference(certificate, authority, pending),
    ...(pending
      ? []
      : profileDifferences(certificate, wish.profile).map((field) => ({
          reason: `${field.name} is ${field.before}, wanted ${field.after}`,
          field,
        }))),
    ...keyFault(wish, key, pending ? undefined : certificate).map((reason) => ({ reason, field: undefined })),
  ]
  const dates = datesReason(wish, certificate, authority, lifetime, now)
  if (found.length === 0 && !dates.due) return { kind: 'good', certificate, reason: dates.reason, warnings: dates.warnings }
  return {
    kind: 'bad',
    certificate,
    reasons: [...found.map(({ reason }) => reason), ...(dates.due ? [dates.reason] : [])],
    fields: found.flatMap(({ field }) => field ?? []),
    renewal: found.length === 0,
  }
}

/** Whether the key that is there can be used again. */
export function keyFits(wish: Wish, key: Answer<KeyFact>): boolean {
  return (
    wish.keepKey &&
    !isAbsent(key) &&
    !(key instanceof Unknown) &&
    key.spki !== undefined &&
    key.keyType === wish.keyType &&
    sealedAsWished(wish, key)
  )
}

function sealedAsWished({ keyPassphrase }: Wish, { encrypted }: KeyFact): boolean {
  return (keyPassphrase !== undefined) === (encrypted === true)
}

export function issuerText(certificate: Pick<CertificateFact, 'selfSigned' | 'issuer'>): string {
  return certificate.selfSigned ? 'itself' : formatName(certificate.issuer)
}

interface Difference {
  readonly reason: string
  readonly field: FieldDiff | undefined
}

function missing(wish: Wish, reason: string, key: Answer<KeyFact>): Assessment {
  return { kind: 'bad', certificate: undefined, reasons: [reason, ...keyFault(wish, key, undefined)], fields: [], renewal: false }
}

function contentDifferences(wish: Wish, certificate: CertificateFact): readonly Difference[] {
  const differences: Difference[] = []
  const differs = (name: string, before: string, after: string, reason: string) =>
    differences.push({ reason, field: { name, before, after } })
  if (!sameNames(certificate, wish.names))
    differs('names', listNames(certificate) || '(none)', listNames(wish.names), namesReason(wish, certificate))
  if (!sameName(certificate.subject, wish.subject)) {
    const [before, after] = [formatName(certificate.subject), formatName(wish.subject)]
    differs('subject', before, after, `the subject is ${before}, wanted ${after}`)
  }
  if (certificate.keyType !== wish.keyType)
    differs('key type', certificate.keyType, wish.keyType, `the key type is ${certificate.keyType}, wanted ${wish.keyType}`)
  return differences
}

function namesReason(wish: Wish, certificate: CertificateFact): string {
  const wanted = [...wish.names.dnsNames, ...wish.names.ipAddresses]
  const present = [...certificate.dnsNames.map((name) => name.toLowerCase()), ...certificate.ipAddresses]
  const lacking = wanted.filter((name) => !present.includes(name))
  const extra = present.filter((name) => !wanted.includes(name))
  return (
    [
      ...(lacking.length > 0 ? [`the names lack ${lacking.join(', ')}`] : []),
      ...(extra.length > 0 ? [`the names have ${extra.join(', ')} too many`] : []),
    ].join('; ') || 'a name stands there twice'
  )
}

function issuerDifference(certificate: CertificateFact, authority: CertificateFact | undefined, pending: boolean): readonly Difference[] {
  const before = issuerText(certificate)
  if (authority === undefined) {
    return certificate.selfSigned
      ? []
      : [{ reason: `it is issued by ${before}, wanted self-signed`, field: { name: 'issuer', before, after: 'itself' } }]
  }
  const after = formatName(authority.subject)
  if (pending ? sameName(certificate.issuer, authority.subject) && !certificate.selfSigned : isIssuedBy(certificate, authority)) return []
  const reason =
    before === after ? `it is issued by another ${before} than the authority has now` : `it is issued by ${before}, wanted ${after}`
  return [{ reason, field: { name: 'issuer', before, after: before === after ? `${after} (new key)` : after } }]
}

function keyFault(wish: Wish, key: Answer<KeyFact>, certificate: CertificateFact | undefined): readonly string[] {
  if (key instanceof Unknown) return []
  if (isAbsent(key)) return ['the private key is missing']
  if (key.spki === undefined) return [`the private key ${key.broken ?? 'cannot be used'}`]
  if (wish.keyPassphrase !== undefined && key.encrypted !== true) return ['the private key is not encrypted']
  if (certificate !== undefined && key.spki !== certificate.spki) return ['the private key does not belong to the certificate']
  return []
}

type DatesReason = { readonly due: boolean; readonly reason: string; readonly warnings: readonly string[] }

function datesReason(
  wish: Wish,
  certificate: CertificateFact,
  authority: CertificateFact | undefined,
  lifetime: Lifetime,
  now: number,
): DatesReason {
  if (certificate.notBefore > now + clockToleranceMs)
    return { due: true, reason: `it is not valid before ${formatDay(certificate.notBefore)}`, warnings: [] }
  const renewal = renewalDue(certificate, now, wish.renewBeforeDays)
  // No certificate outlives its authority: one that reaches that day already would be replaced on every run for nothing.
  const capped = authority !== undefined && renewal.due && certificate.notAfter > now && lifetime.notAfter <= certificate.notAfter
  if (!capped) return { due: renewal.due, reason: renewal.reason, warnings: [] }
  return {
    due: false,
    reason: `${renewal.reason}, but its authority ends on the same day`,
    warnings: [
      `${wish.certificate}: the authority ${formatName(authority.subject)} ends on ${formatDay(authority.notAfter)}, and no certificate outlives it`,
    ],
  }
}

/** The field that tells what happens to the key. */
export function keyField(key: Answer<KeyFact>, kept: boolean): FieldDiff {
  const before = isAbsent(key) ? undefined : 'present'
  return { name: 'private key', before, after: kept ? 'present' : 'new, made on the host' }
}
