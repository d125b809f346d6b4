import { resolve } from 'node:path'
import { audit, type Intended } from '../../diagnose/audit/index.ts'
import type { AuditEntry } from '../../model/audit.ts'
import type { RunEvent } from '../../model/event.ts'
import type { Plan } from '../../model/plan.ts'
import { TlsplayError } from '../../model/problem.ts'
import type { Clock } from '../../ports/ports.ts'
import { auditCsv, type AuditDocument, auditJson, auditJunit, auditMetrics } from '../../view/audit-formats.ts'
import { auditTable } from '../../view/audit-table.ts'
import { exitCodes } from '../exit-codes.ts'
import { showProblems } from '../failure.ts'
import type { Io } from '../io.ts'
import { keptOutput } from '../kept-output.ts'
import type { AuditRequest } from '../options.ts'
import { play } from '../play.ts'
import { replaceDurably } from '../ports/durable-file.ts'
import { surveyHosts } from '../survey-hosts.ts'

const clock: Clock = { now: () => Date.now() }

/** Lists certificates, served and on disk: 0 nothing is wrong, 2 faults, 4 hosts that could not be asked. */
export async function auditCommand(options: AuditRequest, io: Io): Promise<number> {
  const intended = options.playbook === undefined ? undefined : intendedBy(await planned(options.playbook, options, io))
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
    throw new TlsplayError([{ code: 'WRITE_FAILED', message: `the report could not be saved: ${(error as Error).message}` }], {
      cause: error,
    })
  }
}

function isFaulty({ findings }: AuditEntry): boolean {
  return findings.some(({ severity }) => severity === 'fault')
}

/** What `tlsplay plan` would say. */
async function planned(playbook: string, options: AuditRequest, io: Io): Promise<Plan> {
  const kept = keptOutput()
  const { output: _form, save: _file, ...asked } = options
  await play(
    {
      mode: 'plan',
      playbook,
      options: {
        ...{ tags: [], skipTags: [], check: true, diff: false, stats: false, rolesPath: [], detailedExitcode: false, output: 'json' },
        ...asked,
      },
    },
    { ...io, stdout: kept.stream },
  )
  const events = kept
    .text()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RunEvent)
  const ready = events.find((event) => event.type === 'plan_ready')
  if (ready?.type === 'plan_ready') return ready.plan
  throw new TlsplayError([
    {
      code: 'OPTION_INVALID',
      message: `what ${playbook} intends is not known: it could not be planned`,
      hint: `see why\ntlsplay plan ${playbook}`,
    },
  ])
}

/** A path or port that the plan would change is not as the playbook intends it. */
function intendedBy(plan: Plan): Intended {
  const hosts = new Map<string, Map<string, string>>()
  for (const { host, tasks } of plan.plays.flatMap((one) => one.hosts)) {
    const places = hosts.get(host) ?? new Map<string, string>()
    hosts.set(host, places)
    for (const { label, changes } of tasks.filter(({ outcome }) => outcome === 'change'))
      for (const { target, summary, reason } of changes) places.set(target, `${label} would ${summary}, because ${reason}`)
  }
  return hosts
}
