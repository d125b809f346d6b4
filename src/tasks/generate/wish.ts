import { parseMode } from '../../lib/mode.ts'
import { tidyPath } from '../../lib/paths.ts'
import type { DistinguishedName, KeyType } from '../../model/fact.ts'
import type { Problem } from '../../model/problem.ts'
import { canonicalIp } from '../../pki/ip.ts'
import { type CertificateNames, isHostName } from '../../pki/match.ts'
import { splitNames } from '../../pki/names.ts'
import { type CertificateUsage, type LeafProfile, leafProfile } from '../../pki/profile.ts'
import type { GenerateParams } from './schema.ts'

/** The parameters with every default resolved. */
export interface Wish {
  readonly certificate: string
  readonly privateKey: string
  readonly names: CertificateNames
  /** the name to call the certificate by */
  readonly called: string
  readonly subject: DistinguishedName
  /** undefined: self-signed */
  readonly authority: string | undefined
  readonly keyType: KeyType
  readonly usage: CertificateUsage
  readonly profile: LeafProfile
  readonly days: number
  readonly renewBeforeDays: number | undefined
  readonly keepKey: boolean
  readonly owner: string | undefined
  readonly group: string | undefined
  readonly keyMode: number
  readonly certificateMode: number
  readonly backdateMinutes: number
}

export type WishResult = { readonly wish: Wish } | { readonly problems: readonly [Problem, ...Problem[]] }

/** The upper bound of X.520 for a common name. */
const longestCommonName = 64

export function wishOf(params: GenerateParams): WishResult {
  const {
    certificate,
    private_key,
    names,
    subject,
    authority,
    issuer = 'self',
    key_type = 'ecdsa-p256',
    usage = 'server',
    days = 90,
    renew_before,
  } = params
  const split = splitNames(names)
  const called = split.dnsNames[0] ?? split.ipAddresses[0] ?? certificate
  const commonName = subject?.CN ?? [...split.dnsNames.slice(0, 1), ...split.ipAddresses].find((name) => name.length <= longestCommonName)
  const problems: Problem[] = []
  const refuse = (message: string, hint?: string) =>
    problems.push({ code: 'VALUE_INVALID', message, ...(hint === undefined ? {} : { hint }) })
  for (const name of names) {
    if (canonicalIp(name) === undefined && !isHostName(name, true))
      refuse(`names: ${JSON.stringify(name)} is neither a DNS name nor an IP address`, 'write the bare name, without scheme, port or slash')
    // Only digits and dots: a client would take it for an address, and no address stands in the certificate then.
    else if (canonicalIp(name) === undefined && /^[0-9.]+$/.test(name)) refuse(`names: ${name} looks like an IP address but is none`)
  }
  if (tidyPath(certificate) === tidyPath(private_key))
    refuse('certificate and private_key name the same file', 'give each a file of its own')
  // A role passes both on; only who forgot `issuer: ca` is told.
  if (params.issuer === undefined && authority !== undefined)
    refuse(`authority: ${authority} signs nothing while the issuer is self`, 'write issuer: ca')
  if (renew_before !== undefined && renew_before >= days)
    refuse(
      `renew_before: ${renew_before} days before the end is never after the start of a certificate of ${days} days`,
      `write a number below ${days}`,
    )
  if (commonName === undefined)
    refuse(
      `names: ${called} is longer than the ${longestCommonName} characters of a common name`,
      'give subject: { CN: ... } a shorter name',
    )
  const [first, ...more] = problems
  if (first !== undefined) return { problems: [first, ...more] }
  return {
    wish: {
      certificate: tidyPath(certificate),
      privateKey: tidyPath(private_key),
      names: split,
      called,
      subject: { ...subject, ...(commonName === undefined ? {} : { CN: commonName }) },
      authority: issuer === 'ca' ? (authority ?? 'default') : undefined,
      keyType: key_type,
      usage,
      profile: leafProfile(key_type, usage),
      days,
      renewBeforeDays: renew_before,
      keepKey: params.key_on_renewal === 'reuse',
      owner: params.owner,
      group: params.group,
      keyMode: modeOf(params.key_mode, 0o400),
      certificateMode: modeOf(params.certificate_mode, 0o644),
      backdateMinutes: params.backdate_minutes ?? 5,
    },
  }
}

function modeOf(text: string | undefined, standard: number): number {
  return (text === undefined ? undefined : parseMode(text)) ?? standard
}
