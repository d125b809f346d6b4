import type { Diagnosis, Installed } from '../model/diagnosis.ts'
import type { Problem } from '../model/problem.ts'
import { escapeLine, joinLines, jsonLines } from './escape.ts'
import type { DoctorReportDocument } from './reports/schema.ts'
import { count } from './words.ts'

export interface DoctorReport {
  readonly found: readonly Diagnosis[]
  readonly installed: readonly Installed[]
  /** hosts that could not be asked */
  readonly problems: readonly Problem[]
  /** milliseconds since 1970 */
  readonly at: number
}

/** What is wrong first, then versions; one paragraph for each finding. */
export function doctorText({ found, installed }: DoctorReport, verbose: boolean): string {
  const lines = found.flatMap((one) => [
    `${one.severity === 'fault' ? '!' : '-'} ${one.host} ${one.service}: ${one.title} (${rowName(one.row)})`,
    `    cause: ${one.cause}`,
    ...one.evidence.filter(({ kind }) => verbose || kind !== 'process').map(({ kind, text }) => `    ${kind}: ${text}`),
    `    fix: ${one.fix}`,
    ...(one.playbook === undefined ? [] : [`    playbook: ${one.playbook}`]),
    ...one.planned.map((text) => `    planned: ${text}`),
  ])
  const strangers = [...new Set(installed.map(({ host }) => host))].filter(
    (host) => installed.filter((one) => one.host === host).length === 1,
  )
  const versions = installed.flatMap(({ host, program, version, defects }) => [
    `  ${host} ${program} ${version === '' ? '(version not known)' : version}`,
    ...defects.map((defect) => `      ${defect}`),
  ])
  const faults = found.filter(({ severity }) => severity === 'fault').length
  const notes = found.length - faults
  const sum = `${faults === 0 ? 'nothing is wrong' : count(faults, 'fault')}${notes === 0 ? '' : `, ${count(notes, 'note')}`}`
  const unknown = strangers.map((host) => `- ${host}: no service runs there that tlsplay knows`)
  return joinLines([...lines, ...unknown, ...(versions.length === 0 ? [] : ['versions', ...versions]), sum].map(escapeLine))
}

function rowName(row: string): string {
  return /^\d+$/.test(row) ? `row ${row}` : row
}

/** One document: schemas/doctor-report.json. */
export function doctorJson({ found, installed, problems, at }: DoctorReport): string {
  const document: DoctorReportDocument = {
    version: 1,
    at: new Date(at).toISOString(),
    findings: found.map(({ playbook, evidence, planned, ...one }) => ({
      ...one,
      evidence: [...evidence],
      playbook: playbook ?? null,
      planned: [...planned],
    })),
    installed: installed.map(({ defects, ...one }) => ({ ...one, defects: [...defects] })),
    problems: problems.map(({ host, code, message }) => ({ host: host ?? null, code, message })),
  }
  return jsonLines(document)
}
