import { resolve } from 'node:path'
import { audit } from '../../diagnose/audit/index.ts'
import type { AuditEntry } from '../../model/audit.ts'
import type { Clock } from '../../ports/ports.ts'
import { auditCsv, type AuditDocument, auditJson, auditJunit, auditMetrics } from '../../view/audit-formats.ts'
import { auditTable } from '../../view/audit-table.ts'
import { couldNotSave } from '../could-not-save.ts'
import { exitCodes } from '../exit-codes.ts'
import { showProblems } from '../failure.ts'
import { intendedBy } from '../intended.ts'
import type { Io } from '../io.ts'
import type { AuditRequest } from '../options.ts'
import { replaceDurably } from '../ports/durable-file.ts'
import { surveyHosts } from '../survey-hosts.ts'

const clock: Clock = { now: () => Date.now() }

/** Lists certificates, served and on disk: 0 nothing is wrong, 2 faults, 4 hosts that could not be asked. */
export async function auditCommand(options: AuditRequest, io: Io): Promise<number> {
  const intended = options.playbook === undefined ? undefined : await intendedBy(options.playbook, options, io)
  const { surveys, problems, authorities, texts } = await surveyHosts(options, { window: 1, weaknesses: true }, clock, io)
  const at = clock.now()
  const entries = [...surveys].flatMap(([host, survey]) =>
    audit(host, survey, { now: at, minDays: options.minDays, authorities, intended }),
  )
  const report = renderers[options.output]({ entries, problems, at })
  if (options.save === undefined) io.stdout.write(report)
  else writeReport(resolve(io.cwd, options.save), report)
  await showProblems(problems, texts, io)
  if (entries.some(isFaulty)) return exitCodes.failed
  return problems.length > 0 ? exitCodes.unreachable : exitCodes.done
}

const renderers: Readonly<Record<AuditRequest['output'], (document: AuditDocument) => string>> = {
  table: ({ entries }) => auditTable(entries),
  json: auditJson,
  junit: auditJunit,
  csv: auditCsv,
  prometheus: auditMetrics,
}

function writeReport(path: string, report: string): void {
  try {
    replaceDurably(path, report, 0o644)
  } catch (error) {
    throw couldNotSave('the report', error)
  }
}

function isFaulty({ findings }: AuditEntry): boolean {
  return findings.some(({ severity }) => severity === 'fault')
}
