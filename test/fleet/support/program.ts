import { fileURLToPath } from 'node:url'
import type { RunEvent } from '../../../src/model/event.ts'
import type { Plan } from '../../../src/model/plan.ts'
import type { Report } from '../../../src/model/report.ts'
import { command, type CommandResult } from '../lab/command.ts'

const main = fileURLToPath(new URL('../../../dist/main.js', import.meta.url))

/** Runs the built program as a user would; its own process, no colour, no configuration of the machine's own. */
export function tlsplay(
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly stdin?: string } = {},
): Promise<CommandResult> {
  return command([process.execPath, main, ...args], {
    timeoutMs: 110_000,
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', NO_COLOR: '1', ...options.env },
    ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
  })
}

export interface Told {
  readonly code: number
  readonly stderr: string
  readonly plan: Plan
  readonly report: Report
  /** `host label status`, as they were reported */
  readonly results: readonly string[]
}

/** The same, read from its JSON lines. */
export async function tlsplayJson(args: readonly string[], options: Parameters<typeof tlsplay>[1] = {}): Promise<Told> {
  const { code, stdout, stderr } = await tlsplay([...args, '--output', 'json'], options)
  const events = stdout.split('\n').flatMap((line): readonly RunEvent[] => (line === '' ? [] : [JSON.parse(line) as RunEvent]))
  const planned = events.find((event) => event.type === 'plan_ready')
  const finished = events.find((event) => event.type === 'run_finished')
  if (planned?.type !== 'plan_ready' || finished?.type !== 'run_finished')
    throw new Error(`the run ended early (exit ${code}): ${stderr}\n${stdout.slice(-2000)}`)
  const results = events.flatMap((event) =>
    event.type === 'task_finished'
      ? [
          `${event.result.host} ${event.result.label}${event.result.item === undefined ? '' : `(${event.result.item})`} ${event.result.status}`,
        ]
      : [],
  )
  return { code, stderr, plan: planned.plan, report: finished.report, results }
}

/** What a plan says will change, and what a run says it changed: `host label`, items of a loop as `host label(item)`. */
export function plannedChanges({ plan }: Told): readonly string[] {
  return plan.plays
    .flatMap((play) =>
      play.hosts.flatMap(({ host, tasks }) =>
        tasks.flatMap((task) =>
          task.outcome === 'change' ? [`${host} ${task.label}${task.item === undefined ? '' : `(${task.item})`}`] : [],
        ),
      ),
    )
    .toSorted()
}

export function changed({ results }: Told): readonly string[] {
  return results.flatMap((line) => (line.endsWith(' changed') ? [line.slice(0, -' changed'.length)] : [])).toSorted()
}
