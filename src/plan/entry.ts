import type { TaskNode } from '../compile/compiled-run.ts'
import type { HostRuntime } from '../compile/variables.ts'
import type { Probe } from '../model/fact.ts'
import type { PlannedOutcome } from '../model/plan.ts'
import type { Problem } from '../model/problem.ts'
import type { MapSource } from '../model/source.ts'
import type { Decision } from '../model/task-type.ts'
import type { Unknown, Value, ValueMap } from '../model/value.ts'
import { type Failures, noFailures } from './blocks.ts'
import type { Endings } from './endings.ts'
import { type Overlay, settledOverlay } from './overlay.ts'
import type { Outcome } from './registered.ts'
import type { Turn } from './turn.ts'

/** Where a task acts: the host of the play, the machine that runs tlsplay, or a host that the task names. */
export type Place = 'host' | 'controller' | `delegate ${string}`

export function delegatePlace(name: string): Place {
  return `delegate ${name}`
}

/** The name of the host that a task was delegated to. */
export function delegateOf(place: Place): string | undefined {
  return place === 'host' || place === 'controller' ? undefined : place.slice('delegate '.length)
}

/** What will be so on each place; where nothing was planned there is none. */
export type Overlays = { readonly [P in Place]?: Overlay }

/** Once tasks have acted, what they predicted is to be seen; only where they wrote secrets is not. */
export function settled(overlays: Overlays): Overlays {
  return Object.fromEntries(
    Object.entries(overlays).flatMap(([place, overlay]) => (overlay === undefined ? [] : [[place, settledOverlay(overlay)]])),
  )
}

/** One task, or one item of its loop, with what was decided. */
export interface Entry {
  readonly id: string
  readonly node: TaskNode
  readonly item: { readonly value: Value; readonly label: string } | undefined
  readonly handler: boolean
  readonly place: Place
  readonly outcome: PlannedOutcome
  readonly reason: string
  readonly decision: Decision | undefined
  readonly problems: readonly Problem[]
  readonly registered: Outcome
  /** a failure does not end the host */
  readonly tolerant: boolean
  /** it failed, and the rescue of a block goes on from there */
  readonly rescued: boolean
  /** `check_mode: true`: planned and shown, never applied */
  readonly dry: boolean
  /** of the commands it runs */
  readonly environment: Readonly<Record<string, string>>
  /** the host ends behind it, and waits for this */
  readonly waits: string | undefined
  /** what a look at its place will ask once it has acted, and nobody asked before */
  readonly questionsAfter: readonly Probe[]
  /** it is tried more than once, or what comes after it in its loop waits for how it ends */
  readonly turn: Turn | undefined
}

/** The branch of an include that a host took, and what its item gives to the tasks in it. */
export interface Taken {
  readonly path: string
  readonly values: ValueMap
}

/** What a task gave that one host ran for all (run_once). */
export interface OnceResult {
  readonly result: ValueMap | Unknown
  /** facts that it set */
  readonly sets: ValueMap
  /** variables that it read (include_vars) */
  readonly reads: readonly MapSource[]
}

/** What a host carries from task to task, from segment to segment, from play to play. A new task makes a new state. */
export interface WalkState {
  readonly runtime: HostRuntime
  readonly overlays: Overlays
  /** what tasks with delegate_facts set on other hosts, until it is handed over to them */
  readonly given: ReadonlyMap<string, HostRuntime>
  /** ids of handlers that wait for the next flush: surely (true), or if an unknown turns out so */
  readonly notified: ReadonlyMap<string, true | Unknown>
  /** results of tasks that another host ran for all (run_once), by node id */
  readonly once: ReadonlyMap<string, OnceResult>
  /** what run_once tasks of this host gave, by node id */
  readonly results: ReadonlyMap<string, OnceResult>
  readonly failures: Failures
  /** what a `meta` ended, with the number of the stop from which on it is left out */
  readonly ended: Endings
  /** what was decided of includes, by the key of their guards; what is not there was not taken */
  readonly included: ReadonlyMap<string, Taken | Unknown>
  /** how often a `meta` renewed something */
  readonly renewals: number
  /** blocks in which a planned task may fail */
  readonly risky: ReadonlySet<string>
}

export const freshState: WalkState = {
  runtime: { facts: {}, registered: {}, includeVars: [] },
  overlays: {},
  given: new Map(),
  notified: new Map(),
  once: new Map(),
  results: new Map(),
  failures: noFailures,
  ended: new Map(),
  included: new Map(),
  renewals: 0,
  risky: new Set(),
}

/** How a task ended that is not to be decided again. */
export interface KnownOutcome {
  readonly outcome: Outcome
  readonly sets: ValueMap | undefined
  /** the host ends behind it */
  readonly waits?: string | undefined
  /** changed_when and failed_when have spoken already */
  readonly judged?: boolean
}

/** Whether it has something to do or to check on the host. */
export function hasChanges(entry: Entry): boolean {
  return entry.decision !== undefined && entry.decision.changes.length > 0
}

/** Id of the stop an entry belongs to, without the number of the item. */
export function stopOf({ id }: Pick<Entry, 'id'>): string {
  return id.split('#')[0] ?? id
}
