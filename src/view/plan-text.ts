import type { Plan, PlannedOutcome, PlannedPlay, PlannedTask } from '../model/plan.ts'
import type { Problem } from '../model/problem.ts'
import { changeLines, outcomeLine } from './change-text.ts'
import { escapeLine, escapeLines, joinLines } from './escape.ts'
import { type Paint, painter } from './paint.ts'
import { groupTasks, type TaskGroup, type Variant } from './plan-groups.ts'
import { count, listed } from './words.ts'

export interface PlanTextOptions {
  /** show how each target differs, not only that it does */
  readonly diff: boolean
  /** 1 and more: also list the tasks that have nothing to do */
  readonly verbosity: number
  readonly colour: boolean
}

/** The plan for people: one block per task, hosts that agree listed once, and a last line that says it all. */
export function planText(plan: Plan, options: PlanTextOptions): string {
  const paint = painter(options.colour)
  return joinLines([
    ...plan.plays.flatMap((play) => [...playLines(play, options, paint), '']),
    ...plan.warnings.map((warning) => `${paint('change', 'warning:')} ${escapeLine(warning)}`),
    ...refusals(plan).flatMap((refusal) => refusalLines(refusal, paint)),
    paint('strong', planSummaryLine(plan)),
  ])
}

/** Whether a run would act, or would have to act to know. */
export function hasPendingChanges(plan: Plan): boolean {
  return plan.summary.changes + outcomes(plan, 'later') + outcomes(plan, 'check') > 0
}

/** `Plan: 3 hosts, 12 changes on 2 hosts, 2 checks after apply.` */
export function planSummaryLine(plan: Plan): string {
  const { hosts, hostsChanging, changes } = plan.summary
  const checks = outcomes(plan, 'check')
  const unreachable = new Set(plan.plays.flatMap((play) => play.hosts.filter((host) => host.unreachable).map((host) => host.host))).size
  const troubles = [
    ...some(outcomes(plan, 'failed'), (n) => `${count(n, 'task')} that will fail`),
    ...some(outcomes(plan, 'refused'), (n) => `${count(n, 'task')} refused`),
    ...some(hostsRefused(plan), (n) => `${count(n, 'host')} refused`),
    ...some(unreachable, (n) => `${count(n, 'host')} unreachable`),
  ]
  if (!hasPendingChanges(plan) && troubles.length === 0) return `Plan: nothing to do on ${count(hosts, 'host')}.`
  return `Plan: ${[
    count(hosts, 'host'),
    changes === 0 ? 'no change' : `${count(changes, 'change')} on ${count(hostsChanging, 'host')}`,
    ...some(checks, (n) => `${count(n, 'check')} after apply`),
    ...some(outcomes(plan, 'later'), (n) => `${n} known after apply`),
    ...troubles,
  ].join(', ')}.`
}

/** Hosts that are refused as a whole: no task of theirs says why. */
function hostsRefused(plan: Plan): number {
  const withTasks = plan.plays.flatMap((play) => play.hosts.filter(({ tasks }) => tasks.some(({ outcome }) => outcome === 'refused')))
  const named = new Set(refusals(plan).flatMap(({ hosts }) => hosts))
  for (const { host } of withTasks) named.delete(host)
  return named.size
}

function outcomes(plan: Plan, outcome: PlannedOutcome): number {
  return plan.plays.flatMap((play) => play.hosts.flatMap((host) => host.tasks)).filter((task) => task.outcome === outcome).length
}

function some(n: number, text: (n: number) => string): readonly string[] {
  return n === 0 ? [] : [text(n)]
}

interface Refusal {
  readonly problem: Problem
  readonly hosts: readonly string[]
}

/** Problems that no task of the plan shows in its place; what several hosts have is listed once. */
function refusals(plan: Plan): readonly Refusal[] {
  const unreachable = new Set(
    plan.plays.flatMap((play) => play.hosts.flatMap((host) => (host.unreachable === undefined ? [] : [JSON.stringify(host.unreachable)]))),
  )
  const groups = new Map<string, { readonly problem: Problem; readonly hosts: string[] }>()
  for (const problem of plan.problems) {
    if (unreachable.has(JSON.stringify(problem)) || shownInPlace.has(problem.code)) continue
    const key = JSON.stringify({ ...problem, host: undefined })
    const group = groups.get(key) ?? { problem, hosts: [] }
    groups.set(key, group)
    if (problem.host !== undefined) group.hosts.push(problem.host)
  }
  return [...groups.values()]
}

const shownInPlace: ReadonlySet<Problem['code']> = new Set(['TASK_FAILED', 'VERIFY_FAILED'])

const quietOutcomes: ReadonlySet<PlannedOutcome> = new Set(['ok', 'skipped'])

function isQuiet(task: PlannedTask): boolean {
  return quietOutcomes.has(task.outcome) && task.warnings.length === 0
}

function playLines(play: PlannedPlay, options: PlanTextOptions, paint: Paint): readonly string[] {
  const shown = groupTasks(play, (task) => options.verbosity > 0 || !isQuiet(task))
  const batches = play.batches.length > 1 ? ` in batches of ${listed(play.batches.map((batch) => String(batch.length)))}` : ''
  return [
    `${paint('strong', `PLAY [${escapeLine(play.name)}]`)}  ${count(play.hosts.length, 'host')}${batches}`,
    ...shown.flatMap((group, index) => groupLines(group, shown[index - 1], play, options, paint)),
    ...play.hosts.flatMap((host) => (host.unreachable === undefined ? [] : unreachableLines(host.host, host.unreachable, paint))),
    ...foldedLine(play, options, paint),
  ]
}

function groupLines(
  group: TaskGroup,
  before: TaskGroup | undefined,
  play: PlannedPlay,
  options: PlanTextOptions,
  paint: Paint,
): readonly string[] {
  const { task } = group
  const where = `${task.type}, ${task.at.file}:${task.at.line}`
  const title = `${paint('strong', `${task.handler ? 'HANDLER' : 'TASK'} [${escapeLine(task.label)}]`)}  ${paint('quiet', escapeLine(where))}`
  // The items of a loop stand below one title.
  const sameTask = before !== undefined && loopId(before.task) === loopId(task) && before.task.label === task.label
  return [...(sameTask ? [] : ['', title]), ...group.variants.flatMap((variant) => variantLines(variant, play, options, paint))]
}

function loopId(task: PlannedTask): string {
  return task.id.replace(/#\d+$/, '')
}

function variantLines(variant: Variant, play: PlannedPlay, options: PlanTextOptions, paint: Paint): readonly string[] {
  const { task } = variant
  const item = task.item === undefined ? '' : `, item ${escapeLine(task.item)}`
  const body =
    task.changes.length === 0 || isQuiet(task)
      ? [outcomeLine(task.outcome, task.reason, paint)]
      : [
          ...(task.outcome === 'change' || task.outcome === 'check' ? [] : [outcomeLine(task.outcome, task.reason, paint)]),
          ...task.changes.flatMap((change) => changeLines(change, options.diff || task.diff === true, paint)),
        ]
  const warnings = task.warnings.map((warning) => `${paint('change', 'warning:')} ${escapeLine(warning)}`)
  return [`  on ${hostList(variant.hosts, play)}${item}`, ...[...body, ...warnings].map((line) => `    ${line}`)]
}

function hostList(hosts: readonly string[], play: PlannedPlay): string {
  if (hosts.length > 4 && hosts.length === play.hosts.length) return `all ${hosts.length} hosts`
  return escapeLine(hosts.join(', '))
}

function unreachableLines(host: string, problem: Problem, paint: Paint): readonly string[] {
  const named = problem.message.includes(host) ? problem.message : `${host}: ${problem.message}`
  return ['', `${paint('bad', 'x unreachable')}  ${escapeLine(named)}`, ...hintLines(problem)]
}

function foldedLine(play: PlannedPlay, options: PlanTextOptions, paint: Paint): readonly string[] {
  if (options.verbosity > 0) return []
  const quiet = play.hosts.flatMap((host) => host.tasks.filter(isQuiet))
  const skipped = quiet.filter((task) => task.outcome === 'skipped').length
  const parts = [
    ...(quiet.length === skipped ? [] : [`${count(quiet.length - skipped, 'task')} with nothing to do`]),
    ...(skipped === 0 ? [] : [`${skipped} skipped`]),
  ]
  return parts.length === 0 ? [] : ['', paint('quiet', `  ${parts.join(', ')} (-v lists them)`)]
}

function refusalLines({ problem, hosts }: Refusal, paint: Paint): readonly string[] {
  const at = problem.at === undefined ? [] : [`    at ${escapeLine(problem.at.file)}:${problem.at.line}:${problem.at.column}`]
  const task = problem.task === undefined ? [] : [`    task ${escapeLine(problem.task)}`]
  const place = hosts.length === 0 ? '' : ` on ${escapeLine(hosts.join(', '))}`
  return [`${paint('bad', `refused${place}:`)} ${escapeLine(problem.message)} [${problem.code}]`, ...task, ...at, ...hintLines(problem)]
}

function hintLines(problem: Problem): readonly string[] {
  return problem.hint === undefined ? [] : escapeLines(problem.hint).map((line) => `    hint: ${line}`)
}
