import type { CertificateFact } from './fact.ts'

/** One certificate at one place: as it is served on a port, or as it lies in a file. */
export interface AuditEntry {
  readonly host: string
  readonly product: string
  /** unit, or program without one */
  readonly service: string
  readonly source: 'served' | 'disk'
  /** `127.0.0.1:9090`, or the path */
  readonly place: string
  /** whether a server shows it to its clients, shows it to servers as a client, or trusts whom it signs */
  readonly use: 'server' | 'client' | 'authority'
  /** undefined: there is none, and `findings` says why */
  readonly certificate: CertificateFact | undefined
  readonly daysLeft: number | undefined
  /** what each class of client says of it; `refusal` undefined: it accepts it */
  readonly verdicts: readonly { readonly client: string; readonly refusal: string | undefined }[]
  readonly findings: readonly AuditFinding[]
}

export const auditKinds = ['expired', 'expiring', 'not yet valid', 'unusable', 'drift', 'weak', 'refused', 'plain'] as const
export type AuditKind = (typeof auditKinds)[number]

/** What is wrong with an entry. A note says something worth knowing and does not make the exit code. */
export interface AuditFinding {
  readonly kind: AuditKind
  readonly severity: 'fault' | 'note'
  readonly message: string
}

/** What a plan would change: host -> path or `address:port` -> why. */
export type Intended = ReadonlyMap<string, ReadonlyMap<string, string>>
