import type { CertificateFact } from '../model/fact.ts'
import type { Problem } from '../model/problem.ts'
import type { Source } from '../model/source.ts'
import type { AnyTaskType, AssetRequest } from '../model/task-type.ts'
import type { Value } from '../model/value.ts'
import type { Asset } from './assets.ts'
import type { CompiledPlay, CompiledRun, TaskNode } from '../compile/compiled-run.ts'
import type { HostRuntime } from '../compile/variables.ts'
import type { Scope } from '../compile/scope.ts'
import type { KnownOutcome, Place, WalkState } from './entry.ts'
import type { Observed } from './overlay.ts'
import type { Stop } from './stops.ts'

/** Everything planning needs beside facts; the same for every host of a run. */
export interface PlanTools {
  readonly run: CompiledRun
  readonly taskTypes: ReadonlyMap<string, AnyTaskType>
  /** milliseconds since 1970; one instant for the whole run, so that two hosts never disagree about a renewal window */
  readonly now: number
  /** the run that comes has nobody who could answer a question */
  readonly unattended?: boolean
  authority(name: string): CertificateFact | undefined
  stored(name: string): readonly CertificateFact[] | undefined
  /** rendered parameters against the schema of their task type, problems at the place that wrote them */
  checkParams(type: string, params: unknown, source: Source): readonly Problem[]
  /** files a task asked for, rendered where it asked for that */
  readAsset(request: AssetRequest, node: TaskNode, scope: Scope): Asset
}

export interface HostOfPlay {
  readonly play: CompiledPlay
  readonly name: string
  readonly address: string
  readonly loginUser: string
}

/** What was observed on each place; a place that nobody asked has nothing. */
export type ObservedPlaces = { readonly [P in Place]?: Observed }

export interface WalkInput {
  readonly host: HostOfPlay
  readonly stops: readonly Stop[]
  readonly from: number
  /** exclusive */
  readonly to: number
  readonly state: WalkState
  /** what was set on other hosts, for `hostvars` */
  runtimeOf?(host: string): HostRuntime | undefined
  readonly observed: ObservedPlaces
  /**
   * plan: to the end, what is unknown is said. segment: up to the first task that needs to know what only an act settles.
   * replay: a segment again with what its acts really answered, to learn the state after it.
   * converge: like plan, but tasks whose effect nothing can prove answer what they answered in the run, and nothing notifies.
   */
  readonly mode: 'plan' | 'segment' | 'replay' | 'converge'
  /** places that could not be reached, each with why */
  readonly unreachable: ReadonlyMap<Place, Problem>
  /** outcomes that are not to be decided again, by entry id; for replay and converge */
  readonly known: ReadonlyMap<string, KnownOutcome>
}

/** What `register` keeps; also how a loop adds up. */
export type Registered = Value
