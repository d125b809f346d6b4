import type { CertificateFact } from '../../model/fact.ts'
import type { Problem } from '../../model/problem.ts'
import { formatDay, msPerDay } from '../../pki/dates.ts'
import { type LifetimeLimit, limitAt, publicLifetimeLimits } from '../../pki/public-lifetime.ts'
import type { AcmeWish, Wish } from './wish.ts'

/** What Let's Encrypt gave in its classic profile when this was written; a plan needs some end, and only the server knows it. */
const usualDays = 90

/** Whole days, by profile. Sources: letsencrypt.org/docs/profiles and the announcement of 45-day certificates of December 2025. */
const letsEncryptLimits: Readonly<Record<string, readonly LifetimeLimit[]>> = {
  classic: [
    { from: 0, days: 90 },
    { from: Date.UTC(2027, 1, 10), days: 64 },
    { from: Date.UTC(2028, 1, 16), days: 45 },
  ],
  tlsserver: [
    { from: 0, days: 90 },
    { from: Date.UTC(2026, 4, 13), days: 45 },
  ],
  // 160 hours
  shortlived: [{ from: 0, days: 6 }],
}

/** A server that one's own authority vouches for issues what it likes; any other is taken for one whose certificates browsers trust. */
export function isPublicServer({ caFile }: AcmeWish): boolean {
  return caFile === undefined
}

/** How long a certificate ordered now will live, as far as anybody but the server can tell. Days. */
export function expectedDays(acme: AcmeWish, now: number): number {
  return Math.min(usualDays, limitAt(limitsOf(acme), now) ?? usualDays)
}

/** A window that opens before the certificate is issued orders anew in every run, until the server has had enough. */
export function windowProblems({ acme, renewBeforeDays }: Wish, now: number): readonly Problem[] {
  const days = acme === undefined ? undefined : limitAt(limitsOf(acme), now)
  if (acme === undefined || days === undefined || renewBeforeDays === undefined || renewBeforeDays < days) return []
  return [
    {
      code: 'VALUE_INVALID',
      message: `renew_before: ${renewBeforeDays} days before the end is never after the start of a certificate of ${acme.directory}, which lives ${days} days at most`,
      hint: `write a number below ${days}; without renew_before it is a third of the lifetime`,
    },
  ]
}

/** What is in order today, and will not be once certificates live for less. `held`: the one that is there. */
export function windowWarnings(
  { acme, renewBeforeDays, certificate }: Wish,
  held: CertificateFact | undefined,
  now: number,
): readonly string[] {
  if (acme === undefined || renewBeforeDays === undefined) return []
  const advice = 'it would be ordered anew in every run; without renew_before it is a third of the lifetime'
  if (held !== undefined && !held.selfSigned && held.notAfter - held.notBefore <= renewBeforeDays * msPerDay)
    return [`${certificate}: renew_before is ${renewBeforeDays} days, and all of its life is ${daysOf(held)}: ${advice}`]
  const limit = limitsOf(acme).find(({ from, days }) => from > now && days <= renewBeforeDays)
  if (limit === undefined) return []
  return [
    `${certificate}: renew_before is ${renewBeforeDays} days, and from ${formatDay(limit.from)} on certificates of ${acme.directory} live ${limit.days} days at most: ${advice}`,
  ]
}

function limitsOf(acme: AcmeWish): readonly LifetimeLimit[] {
  const own = new URL(acme.directory).hostname.endsWith('.letsencrypt.org') ? letsEncryptLimits[acme.profile ?? 'classic'] : undefined
  return own ?? (isPublicServer(acme) ? publicLifetimeLimits : [])
}

function daysOf({ notBefore, notAfter }: CertificateFact): string {
  const days = Math.round((notAfter - notBefore) / msPerDay)
  return days === 1 ? '1 day' : `${days} days`
}
