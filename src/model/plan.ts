import type { Action, FieldDiff } from './task-type.ts'
import type { Position, Problem } from './problem.ts'

/** What a run would do: a closed, versioned document without secrets and without whole files. Every view renders from it. */
export interface Plan {
  readonly formatVersion: 1
  readonly tlsplay: string
  /** ISO 8601, UTC */
  readonly createdAt: string
  readonly playbook: string
  readonly plays: readonly PlannedPlay[]
  readonly summary: PlanSummary
  readonly warnings: readonly string[]
  /** refusals: the run stops before its first change when there is one */
  readonly problems: readonly Problem[]
}

export interface PlanSummary {
  readonly hosts: number
  readonly hostsChanging: number
  /** number of tasks (loop items counted one by one) that change something */
  readonly changes: number
  /** number of tasks whose answer is only known after apply */
  readonly later: number
}

export interface PlannedPlay {
  readonly name: string
  readonly batches: readonly (readonly string[])[]
  readonly hosts: readonly PlannedHost[]
}

export interface PlannedHost {
  readonly host: string
  readonly tasks: readonly PlannedTask[]
  /** why nothing could be planned: the host was not reached */
  readonly unreachable?: Problem
}

/**
 * change: will act. ok: nothing to do. skipped: a condition said no. later: known after apply.
 * check: asks once what came before has acted. failed: fails now and surely. refused: a preflight problem.
 */
export type PlannedOutcome = 'change' | 'ok' | 'skipped' | 'later' | 'check' | 'failed' | 'refused'

export interface PlannedTask {
  /** stable over the runs of an unchanged playbook; loop items end in `#index` */
  readonly id: string
  readonly label: string
  readonly type: string
  readonly at: Position
  readonly item?: string
  readonly handler: boolean
  readonly outcome: PlannedOutcome
  readonly reason: string
  readonly changes: readonly PlannedChange[]
  /** its differences are shown whatever the command line says */
  readonly diff?: true
  readonly warnings: readonly string[]
}

export interface PlannedChange {
  readonly action: Action
  readonly target: string
  readonly summary: string
  readonly reason: string
  readonly diffs: readonly PlannedDiff[]
}

/** Masked already: secrets are replaced before a diff enters the document. */
export type PlannedDiff =
  | { readonly kind: 'text'; readonly path: string /** unified hunks, one line each */; readonly lines: readonly string[] }
  | { readonly kind: 'fields'; readonly fields: readonly FieldDiff[] }
