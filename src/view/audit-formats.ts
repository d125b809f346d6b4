import type { AuditEntry } from '../model/audit.ts'
import type { Problem } from '../model/problem.ts'
import { formatName } from '../pki/distinguished-name.ts'
import { jsonLines } from './escape.ts'
import type { AuditReport } from './reports/schema.ts'

export interface AuditDocument {
  readonly entries: readonly AuditEntry[]
  /** hosts that could not be asked */
  readonly problems: readonly Problem[]
  /** milliseconds since 1970 */
  readonly at: number
}

/** One document: schemas/audit-report.json. */
export function auditJson({ entries, problems, at }: AuditDocument): string {
  const document: AuditReport = {
    version: 1,
    at: new Date(at).toISOString(),
    entries: entries.map(plain),
    problems: problems.map(({ host, code, message }) => ({ host: host ?? null, code, message })),
  }
  return jsonLines(document)
}

function plain({ certificate, daysLeft, verdicts, findings, ...place }: AuditEntry): AuditReport['entries'][number] {
  return {
    ...place,
    certificate:
      certificate === undefined
        ? null
        : {
            fingerprint: certificate.fingerprint,
            subject: formatName(certificate.subject),
            issuer: formatName(certificate.issuer),
            self_signed: certificate.selfSigned,
            not_before: new Date(certificate.notBefore).toISOString(),
            not_after: new Date(certificate.notAfter).toISOString(),
            days_left: daysLeft ?? null,
            names: [...certificate.dnsNames, ...certificate.ipAddresses],
            key_type: certificate.keyType,
            clients: Object.fromEntries(verdicts.map(({ client, refusal }) => [client, refusal ?? 'accepts'])),
          },
    findings: [...findings],
  }
}

const csvColumns = [
  ...['host', 'product', 'service', 'source', 'place', 'use', 'days_left', 'not_after', 'issuer', 'names', 'key_type', 'fingerprint'],
  ...['refused_by', 'faults', 'notes'],
]

/** RFC 4180. A cell never begins with a sign that a spreadsheet takes for a formula. */
export function auditCsv({ entries }: AuditDocument): string {
  const rows = entries.map(({ host, product, service, source, place, use, certificate, daysLeft, verdicts, findings }) => [
    ...[host, product, service, source, place, use, daysLeft ?? ''],
    certificate === undefined ? '' : new Date(certificate.notAfter).toISOString(),
    certificate === undefined ? '' : formatName(certificate.issuer),
    certificate === undefined ? '' : [...certificate.dnsNames, ...certificate.ipAddresses].join(' '),
    ...[certificate?.keyType ?? '', certificate?.fingerprint ?? ''],
    verdicts.flatMap(({ client, refusal }) => (refusal === undefined ? [] : [client])).join(' '),
    ...(['fault', 'note'] as const).map((severity) => messages(findings, severity)),
  ])
  return [csvColumns, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

function messages(findings: AuditEntry['findings'], severity: 'fault' | 'note'): string {
  return findings
    .filter((one) => one.severity === severity)
    .map(({ kind, message }) => `${kind}: ${message}`)
    .join('; ')
}

function cell(value: string | number): string {
  if (typeof value === 'number') return String(value)
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

/** A suite for each host, a case for each place; hosts that could not be asked are errors. */
export function auditJunit({ entries, problems, at }: AuditDocument): string {
  const hosts = [...new Set([...entries.map(({ host }) => host), ...problems.flatMap(({ host }) => host ?? [])])]
  const suites = hosts.map((host) => {
    const own = entries.filter((entry) => entry.host === host)
    const lost = problems.filter((problem) => problem.host === host)
    const failing = own.filter(({ findings }) => findings.some(({ severity }) => severity === 'fault'))
    const cases = own.map((entry) => junitCase(entry))
    const errors = lost.map(
      ({ code, message }) =>
        `    <testcase classname="${xml(host)}" name="reached"><error type="${xml(code)}" message="${xml(message)}"/></testcase>`,
    )
    const counts = `tests="${own.length + lost.length}" failures="${failing.length}" errors="${lost.length}"`
    return [
      `  <testsuite name="${xml(host)}" ${counts} timestamp="${new Date(at).toISOString().slice(0, 19)}">`,
      ...[...cases, ...errors],
      '  </testsuite>',
    ].join('\n')
  })
  return `${['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites name="tlsplay audit">', ...suites, '</testsuites>'].join('\n')}\n`
}

function junitCase({ host, service, source, place, findings }: AuditEntry): string {
  const head = `    <testcase classname="${xml(`${host}.${service}`)}" name="${xml(`${source} ${place}`)}"`
  const faults = findings.filter(({ severity }) => severity === 'fault')
  if (faults.length === 0) return `${head}/>`
  const [first] = faults
  const all = faults.map(({ kind, message }) => `${kind}: ${message}`).join('\n')
  return `${head}><failure type="${xml(first?.kind ?? '')}" message="${xml(first?.message ?? '')}">${xml(all)}</failure></testcase>`
}

/** Characters that XML 1.0 cannot hold at all become a question mark. */
function xml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** For the textfile collector of the node exporter. */
export function auditMetrics({ entries, problems, at }: AuditDocument): string {
  const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000)
  const metric = (name: string, help: string, samples: readonly (readonly [labels: string, value: number])[]): readonly string[] => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    ...samples.map(([labels, value]) => `${name}${labels} ${value}`),
  ]
  const certified = entries.flatMap((entry) => (entry.certificate === undefined ? [] : [{ entry, certificate: entry.certificate }]))
  const lost = new Set(problems.flatMap(({ host }) => host ?? []))
  const asked = [...new Set(entries.map(({ host }) => host))]
  const lines = [
    ...metric(
      'tlsplay_certificate_not_after_seconds',
      'When a certificate ends, in seconds since 1970.',
      certified.map(({ entry, certificate }) => [labelsOf(entry), seconds(certificate.notAfter)]),
    ),
    ...metric(
      'tlsplay_certificate_refused',
      'Whether a class of clients refuses a certificate.',
      certified.flatMap(({ entry }) =>
        entry.verdicts.map(({ client, refusal }) => [labelsOf(entry, { client }), refusal === undefined ? 0 : 1] as const),
      ),
    ),
    ...metric(
      'tlsplay_certificate_faults',
      'How many faults tlsplay audit found at a place.',
      entries.map((entry) => [labelsOf(entry), entry.findings.filter(({ severity }) => severity === 'fault').length]),
    ),
    ...metric(
      'tlsplay_certificate_drift',
      'Whether what is served, what lies on disk and what is intended differ.',
      entries.map((entry) => [labelsOf(entry), entry.findings.some(({ kind }) => kind === 'drift') ? 1 : 0]),
    ),
    ...metric('tlsplay_audit_host_up', 'Whether a host could be asked.', [
      ...asked.map((host) => [labelText({ host }), 1] as const),
      ...[...lost].map((host) => [labelText({ host }), 0] as const),
    ]),
    ...metric('tlsplay_audit_time_seconds', 'When this was asked, in seconds since 1970.', [['', seconds(at)]]),
  ]
  return `${lines.join('\n')}\n`
}

function labelsOf({ host, product, service, source, place, use }: AuditEntry, more: Readonly<Record<string, string>> = {}): string {
  return labelText({ host, product, service, source, place, use, ...more })
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const escaped = (value: string): string => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',')}}`
}
