import type { Answer, Fact, Invalidation, Prediction, Probe, ProbeKindName, Target, CertificateFact } from './fact.ts'
import type { ProblemCode } from './problem-codes.ts'
import type { Problem } from './problem.ts'
import type { Step, StepAnswer } from './step.ts'
import type { Text, ValueMap } from './value.ts'

/**
 * What a plan can say of a task (design/architecture.md, "What a plan knows").
 * predicted: exact change and the facts it makes true. overlay: answered as if the earlier tasks had run.
 * asked: asked now unless something before it acts. named: only what it would run.
 */
export type Knowledge = 'predicted' | 'overlay' | 'asked' | 'named'

/** A file of the controller that a task needs, read before planning. */
export interface AssetRequest {
  readonly path: string
  /** folder searched first inside a role: files or templates */
  readonly kind: 'files' | 'templates'
  /** whether Handlebars is rendered with the variables of the task */
  readonly render: boolean
  /** false: a file that is encrypted is taken as it is */
  readonly decrypt?: boolean
  /** a file that is not there counts as an empty text */
  readonly optional?: true
}

/** Observed facts overlaid by what earlier tasks predict. Asking what was never observed makes the engine ask the host and plan again. */
export interface HostView {
  get<K extends ProbeKindName>(kind: K, target: Target<K>): Answer<Fact<K>>
}

/** What `observe` sees: answers of the host, without any prediction. */
export interface ObservedView {
  get<K extends ProbeKindName>(kind: K, target: Target<K>): Answer<Fact<K>>
}

export interface PlanContext {
  readonly view: HostView
  /** milliseconds since 1970 on the controller */
  readonly now: number
  /** content of the files asked for by `assets`, same order: a text when it was rendered or is secret, bytes otherwise */
  readonly assets: readonly (Text | Uint8Array)[]
  /** an earlier task of this plan changes this host */
  readonly dirty: boolean
  /** the certificate authority of that name beside the inventory: its certificate, undefined when there is none */
  authority(name: string): CertificateFact | undefined
  /** the certificate that the controller keeps under that name, with its intermediates; undefined when there is none */
  stored(name: string): readonly CertificateFact[] | undefined
  /** inventory name of the host and the address tlsplay dials it by */
  readonly host: { readonly name: string; readonly address: string }
  /** a role asks for it: the text of somebody else */
  readonly fromRole?: boolean
  /** the run that comes has nobody who could answer a question */
  readonly unattended?: boolean
  /** name of the user the task acts as: root, or who it becomes */
  readonly user: string
}

export type Action = 'create' | 'update' | 'remove' | 'restart' | 'reload' | 'start' | 'stop' | 'run' | 'check'

/** How a target differs, ready to be masked and shown. */
export type Diff =
  | { readonly kind: 'text'; readonly path: string; readonly before: Text; readonly after: Text }
  | { readonly kind: 'fields'; readonly fields: readonly FieldDiff[] }

export interface FieldDiff {
  readonly name: string
  /** undefined: was not there / will not be there */
  readonly before: string | undefined
  readonly after: string | undefined
}

export interface Change<C = unknown> {
  readonly action: Action
  /** what is changed: a path, a unit, a command line */
  readonly target: string
  /** one line, starts with a verb: `install certificate for h1.lab.test` */
  readonly summary: string
  readonly diffs: readonly Diff[]
  /** why this is needed: `expires in 12 days, renews below 30` */
  readonly reason: string
  readonly data: C
}

export interface Decision<C = unknown> {
  /** empty: nothing to do */
  readonly changes: readonly Change<C>[]
  readonly predicts: readonly Prediction[]
  readonly invalidates?: readonly Invalidation[]
  /** why, also when there is nothing to do: `certificate valid for 61 more days, renews below 30` */
  readonly reason: string
  /** asked for whatever the host is like (`state: restarted`): planning again would find it again */
  readonly unconditional?: boolean
  /** keys for `register` beside changed, failed and msg; Unknown values where only the act tells */
  readonly result?: ValueMap
  /** refusals: stop the whole run before its first change */
  readonly problems?: readonly Problem[]
  readonly warnings?: readonly string[]
  /** the authority of the controller that signs what it makes; its key is opened before the first change of the run */
  readonly signedBy?: string
  /** what it reads is settled by an earlier act of this plan only, so it is planned again after that; says what it waits for */
  readonly later?: string
  /** the task itself fails, now and surely (assert, fail) */
  readonly failed?: string
  /** the host ends behind this task, and has not failed: what comes next waits for a person, as this says */
  readonly waiting?: string
  /** variables it sets on the host (set_fact) */
  readonly sets?: ValueMap
}

export interface TaskResult {
  readonly changed: boolean
  /** message of a failure */
  readonly failed?: string
  /** what it is a case of, where that says more than the type of the task */
  readonly code?: ProblemCode
  readonly hint?: string
  /** keys for `register` beside changed, failed and msg */
  readonly values?: ValueMap
}

/**
 * A task type is pure: it asks (observe), decides (plan) and describes deeds (apply), all as data.
 * It never throws for a user's mistake and never sees a host.
 */
export interface TaskType<P, C> {
  readonly name: string
  readonly summary: string
  readonly knowledge: Knowledge
  /** fully qualified names of Ansible whose parameters mean the same */
  readonly aliases?: readonly string[]
  /** one host does it for all of its batch, as with `run_once` */
  readonly once?: true
  /** parameter a plain string stands for: `command: uptime` */
  readonly shorthand?: string
  /** parameters whose text is not rendered (copy content) */
  readonly unrendered?: readonly string[]
  /** parameters that are conditions (assert that); each text is replaced by {text, result} with a boolean before `plan` */
  readonly conditions?: readonly string[]
  /** parameters that are expressions of any type (debug var), replaced the same way with any Value */
  readonly expressions?: readonly string[]
  assets?(params: P): readonly AssetRequest[]
  /** Questions that can be asked while other parameters still wait for an answer; `known` holds those that do not. */
  ahead?(known: Readonly<Record<string, unknown>>): readonly Probe[]
  /** Questions in rounds: each yield is answered before the next one is computed. */
  observe(params: P): Generator<readonly Probe[], void, ObservedView>
  plan(params: P, context: PlanContext): Decision<C>
  /**
   * Deeds in rounds: rounds of only `make` and `issue` steps are staging; the last yield may hold anything else.
   * Run once per change, in order. Never called for an overlay task.
   */
  apply(change: Change<C>): Generator<readonly Step[], TaskResult, readonly StepAnswer[]>
}

/** A task type whose parameters only its schema vouches for. */
export type AnyTaskType = TaskType<unknown, unknown>

export function defineTaskType<P, C>(type: TaskType<P, C>): TaskType<P, C> {
  return type
}
