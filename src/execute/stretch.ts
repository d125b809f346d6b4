import type { CompiledPlay } from '../compile/compiled-run.ts'
import type { Stop } from '../plan/stops.ts'

/** A stretch of the stops of one play: what lies between two places where hosts wait for each other. */
export interface Stretch {
  readonly play: CompiledPlay
  readonly stops: readonly Stop[]
  readonly from: number
  readonly to: number
}

/** Cuts a play where hosts wait for each other: a run_once task is a stretch of its own. */
export function stretchesOf(play: CompiledPlay, stops: readonly Stop[]): readonly Stretch[] {
  const cuts = new Set([0, stops.length])
  stops.forEach((stop, at) => {
    if (stop.kind === 'task' && stop.node.task.runOnce) cuts.add(at).add(at + 1)
  })
  const ordered = [...cuts].sort((left, right) => left - right)
  return ordered.slice(0, -1).map((from, at) => ({ play, stops, from, to: ordered[at + 1] ?? stops.length }))
}
