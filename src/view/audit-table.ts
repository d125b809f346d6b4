import type { AuditEntry } from '../model/audit.ts'
import { listNames } from '../pki/names.ts'
import { formatDay } from '../pki/dates.ts'
import { formatName } from '../pki/distinguished-name.ts'
import { acceptedBy } from '../pki/verdicts.ts'
import { escapeLine, joinLines } from './escape.ts'
import { count } from './words.ts'

const columns = ['HOST', 'SERVICE', 'WHERE', 'DAYS', 'UNTIL', 'ISSUER', 'NAMES', 'ACCEPTED BY']

/** A table, one line for each certificate and place; what is wrong with it stands below its line. */
export function auditTable(entries: readonly AuditEntry[]): string {
  const rows = entries.map((entry) => cellsOf(entry).map(escapeLine))
  const widths = columns.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]): string => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
  const body = entries.flatMap((entry, index) => [
    line(rows[index] ?? []),
    ...entry.findings.map(({ kind, severity, message }) => escapeLine(`    ${severity === 'fault' ? '!' : '-'} ${kind}: ${message}`)),
  ])
  return joinLines([...(entries.length === 0 ? [] : [line(columns)]), ...body, summary(entries)])
}

function cellsOf({ host, service, source, place, certificate, daysLeft, verdicts }: AuditEntry): readonly string[] {
  const where = `${source} ${place}`
  if (certificate === undefined) return [host, service, where, '-', '-', '-', '-', '-']
  const { issuer, selfSigned, notAfter } = certificate
  return [
    ...[host, service, where, String(daysLeft), formatDay(notAfter), selfSigned ? 'itself' : formatName(issuer)],
    listNames(certificate) || '(none)',
    verdicts.length === 0 ? '-' : acceptedBy(verdicts),
  ]
}

function summary(entries: readonly AuditEntry[]): string {
  const faults = entries.flatMap(({ findings }) => findings).filter(({ severity }) => severity === 'fault').length
  const certificates = entries.filter(({ certificate }) => certificate !== undefined).length
  return `${count(certificates, 'certificate')} at ${count(entries.length, 'place')}: ${faults === 0 ? 'nothing is wrong' : count(faults, 'fault')}`
}
