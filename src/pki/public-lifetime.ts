import type { CertificateFact } from '../model/fact.ts'
import { formatDay, msPerDay } from './dates.ts'

export interface LifetimeLimit {
  /** milliseconds since 1970; it binds what is issued from then on */
  readonly from: number
  readonly days: number
}

/**
 * How long a certificate of an authority that browsers ship may live. 398 days: Chromium, net/docs/certificate_lifetimes.md,
 * and Apple likewise; the rest: ballot SC-081v3 of the CA/Browser Forum (Baseline Requirements, 6.3.2). What is older than the
 * first row has ended by now whatever it was allowed.
 */
export const publicLifetimeLimits: readonly LifetimeLimit[] = [
  { from: Date.UTC(2020, 8, 1), days: 398 },
  { from: Date.UTC(2026, 2, 15), days: 200 },
  { from: Date.UTC(2027, 2, 15), days: 100 },
  { from: Date.UTC(2029, 2, 15), days: 47 },
]

/** What a table says of a day; undefined before its first row. */
export function limitAt(limits: readonly LifetimeLimit[], at: number): number | undefined {
  return limits.findLast(({ from }) => from <= at)?.days
}

/** Why it lives too long for a publicly trusted certificate of its day. Both ends count (RFC 5280, 4.1.2.5): 200 days to the second are too long. */
export function publicLifetimeProblem({ notBefore, notAfter }: Pick<CertificateFact, 'notBefore' | 'notAfter'>): string | undefined {
  const days = limitAt(publicLifetimeLimits, notBefore)
  if (days === undefined || notAfter - notBefore < days * msPerDay) return undefined
  return `it lives longer than the ${days} days that a publicly trusted certificate issued on ${formatDay(notBefore)} may`
}
