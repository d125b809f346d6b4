import { type CompiledPlay, isBroughtToHandlers, type RoleContext } from '../compile/compiled-run.ts'
import { runsIn } from './blocks.ts'
import type { WalkState } from './entry.ts'
import { takes } from './includes.ts'
import type { Stop } from './stops.ts'

/** Plays and roles that ended early on a host, each with the number of the stop from which on they are left out. */
export type Endings = ReadonlyMap<string, number>

export function playEnded({ index }: CompiledPlay): string {
  return `play ${index}`
}

/** The host waits for a person: the plays behind the one of that number are left out too. */
export const hostWaits = 'host'

function roleEnded({ index }: CompiledPlay, role: RoleContext): string {
  return `role ${index} ${role.id}`
}

/** What ends behind this stop. A role that ends leaves its handlers to whoever notified them (A.12). */
export function endingOf(stop: Extract<Stop, { kind: 'end' }>, play: CompiledPlay): string {
  return stop.ends === 'role' && stop.guard.role !== undefined ? roleEnded(play, stop.guard.role) : playEnded(play)
}

export function isLeftOut(stop: Stop, at: number, play: CompiledPlay, ended: Endings): boolean {
  if (ended.size === 0) return false
  if (play.index > (ended.get(hostWaits) ?? Number.POSITIVE_INFINITY)) return true
  const role = stop.kind === 'task' ? stop.node.role : stop.kind === 'end' || stop.kind === 'renew' ? stop.guard.role : undefined
  const keys = [playEnded(play), ...(role === undefined ? [] : [roleEnded(play, role)])]
  return keys.some((key) => at >= (ended.get(key) ?? Number.POSITIVE_INFINITY))
}

/** Whether a host in this state surely comes to a stop: nothing before it has ended, failed or left it out. */
export function comesTo(stop: Stop, at: number, play: CompiledPlay, state: WalkState): boolean {
  if (isLeftOut(stop, at, play, state.ended) || !runsIn(stop.within, state.failures)) return false
  if (stop.kind === 'handler' && !isBroughtToHandlers(stop.node)) return state.notified.get(stop.node.id) === true
  if (stop.kind === 'handler') return takes(stop.node.includes, state) === true
  return stop.kind !== 'task' || takes(stop.node.includes, state) === true
}
