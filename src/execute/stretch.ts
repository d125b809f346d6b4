import type { CompiledPlay, TaskNode } from '../compile/compiled-run.ts'
import { isTemplate } from '../compile/template.ts'
import type { Play } from '../model/playbook.ts'
import type { Stop } from '../plan/stops.ts'

/** A stretch of the stops of one play: what lies between two places where hosts wait for each other. */
export interface Stretch {
  /** unique in the run */
  readonly id: string
  readonly play: CompiledPlay
  readonly stops: readonly Stop[]
  readonly from: number
  readonly to: number
  /** where its only task is delegated to and may act: there hosts come one after another, in their order */
  readonly delegate: string | undefined
  /** its only task may read what was set on other hosts */
  readonly waits: boolean
  /** its only task sets something on other hosts */
  readonly gives: boolean
}

/** What a cut depends on beside the words of a task. */
export interface Cutting {
  /** whether a task does something to where it acts */
  acts(node: TaskNode): boolean
  /** whether it may read what was set on other hosts */
  reads(node: TaskNode): boolean
  /** a person is asked before each task */
  readonly taskByTask: boolean
}

export type EndStop = Extract<Stop, { kind: 'end' }>

/** Cuts a play where hosts wait for each other: tasks that count for all hosts, or that only some may run at a time. */
export function stretchesOf(play: CompiledPlay, stops: readonly Stop[], { acts, reads, taskByTask }: Cutting): readonly Stretch[] {
  const cuts = new Set([0, stops.length])
  stops.forEach((stop, at) => {
    if ((stop.kind === 'end' && endsForAll(stop)) || stop.kind === 'renew') cuts.add(at).add(at + 1)
    if (!('node' in stop)) return
    const { runOnce, throttle, delegateFacts } = stop.node.task
    const shared = sharedBy(stop, acts) !== undefined
    if (
      taskByTask ||
      delegateFacts ||
      reads(stop.node) ||
      (stop.kind === 'task' && runOnce) ||
      throttle !== undefined ||
      shared ||
      countsForAll(play.play, stop)
    )
      cuts.add(at).add(at + 1)
  })
  const ordered = [...cuts].sort((left, right) => left - right)
  return ordered.slice(0, -1).map((from, at) => {
    const stop = stops[from]
    const node = stop !== undefined && 'node' in stop ? stop.node : undefined
    return {
      ...{ id: `${play.index}.${at}`, play, stops, from, to: ordered[at + 1] ?? stops.length },
      delegate: stop === undefined ? undefined : sharedBy(stop, acts),
      waits: node !== undefined && reads(node),
      gives: node?.task.delegateFacts === true,
    }
  })
}

/** Whether tasks of other hosts may act on a host there. */
export function mayBeLent(host: string, stretches: readonly Stretch[]): boolean {
  return stretches.some(({ delegate }) => delegate !== undefined && (isTemplate(delegate) || delegate === host))
}

/** One host decides for all of the batch, or of the play. */
export function endsForAll({ ends }: EndStop): boolean {
  return ends === 'play' || ends === 'batch'
}

function sharedBy(stop: Stop, acts: (node: TaskNode) => boolean): string | undefined {
  return !('node' in stop) || !acts(stop.node) ? undefined : stop.node.task.delegateTo?.value
}

/** Whether a failure of this task on some hosts may be one of all. */
export function countsForAll({ anyErrorsFatal, maxFailPercentage }: Play, stop: Stop): boolean {
  return 'node' in stop && (anyErrorsFatal || stop.node.task.anyErrorsFatal || maxFailPercentage !== undefined)
}

/** How many hosts of a batch are lost by now, of how many. */
export interface Losses {
  readonly lost: number
  readonly all: number
}

/** Why a failure that lost the hosts `byThis` is one of every host of the batch; undefined when it is not. */
export function whyAllFail(play: Play, stop: Stop, byThis: readonly string[], { lost, all }: Losses): string | undefined {
  if (!('node' in stop) || byThis.length === 0) return undefined
  if (play.anyErrorsFatal || stop.node.task.anyErrorsFatal) return `any_errors_fatal: it failed on ${byThis.join(', ')}`
  const { maxFailPercentage } = play
  if (maxFailPercentage === undefined || (100 * lost) / all <= maxFailPercentage) return undefined
  return `max_fail_percentage: ${lost} of ${all} hosts of the batch are lost, ${maxFailPercentage}% may be`
}
