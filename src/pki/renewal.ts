import type { CertificateFact } from '../model/fact.ts'
import { daysUntil, formatDay, msPerDay } from './dates.ts'

export interface Renewal {
  readonly due: boolean
  /** whole days; negative when it has expired */
  readonly daysLeft: number
  /** a certificate with fewer days left than this is renewed */
  readonly renewsBelow: number
  /** `certificate valid for 61 more days, renews below 30` or `expires in 12 days, renews below 30` */
  readonly reason: string
}

/** Whether the certificate is due. Without `renewBeforeDays` it is when less than a third of its lifetime is left, as lego and certbot 4 do. */
export function renewalDue(certificate: Pick<CertificateFact, 'notBefore' | 'notAfter'>, now: number, renewBeforeDays?: number): Renewal {
  const renewsBelow = renewBeforeDays ?? Math.round((certificate.notAfter - certificate.notBefore) / 3 / msPerDay)
  const threshold = renewBeforeDays === undefined ? (certificate.notAfter - certificate.notBefore) / 3 : renewBeforeDays * msPerDay
  const left = certificate.notAfter - now
  const daysLeft = daysUntil(certificate.notAfter, now)
  if (left <= 0) return { due: true, daysLeft, renewsBelow, reason: `expired on ${formatDay(certificate.notAfter)}` }
  if (left < threshold) return { due: true, daysLeft, renewsBelow, reason: `expires in ${days(daysLeft)}, renews below ${renewsBelow}` }
  return {
    due: false,
    daysLeft,
    renewsBelow,
    reason: `certificate valid for ${daysLeft} more ${daysLeft === 1 ? 'day' : 'days'}, renews below ${renewsBelow}`,
  }
}

function days(count: number): string {
  return count === 1 ? '1 day' : `${count} days`
}
