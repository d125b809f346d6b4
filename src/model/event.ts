import type { Plan } from './plan.ts'
import type { Position, Problem } from './problem.ts'
import type { Report } from './report.ts'

/** What happens, as it happens; text, JSON lines and progress all listen to this. Never holds a secret. */
export type RunEvent =
  | {
      readonly type: 'run_started'
      readonly formatVersion: 1
      readonly tlsplay: string
      readonly playbook: string
      readonly mode: 'plan' | 'run'
      readonly hosts: number
    }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'phase_started'; readonly phase: Phase; readonly play?: string; readonly hosts: readonly string[] }
  | { readonly type: 'host_done'; readonly phase: Phase; readonly host: string; readonly ok: boolean }
  | { readonly type: 'phase_finished'; readonly phase: Phase }
  | { readonly type: 'plan_ready'; readonly plan: Plan }
  /** with -vvv: a connection was opened, one of several to a host that tasks act on for others; `how`: in words, without a password */
  | { readonly type: 'connected'; readonly host: string; readonly how: string }
  | { readonly type: 'task_finished'; readonly result: TaskOutcome }
  | { readonly type: 'problem'; readonly problem: Problem }
  | { readonly type: 'run_finished'; readonly report: Report }

/** plan: connect, observe and plan. apply: prepare, act and verify one batch. converge: observe and plan again. */
export type Phase = 'plan' | 'apply' | 'converge'

export type TaskStatus = 'ok' | 'changed' | 'skipped' | 'failed' | 'rescued' | 'ignored' | 'unreachable'

export interface TaskOutcome {
  readonly id: string
  readonly play: string
  readonly host: string
  readonly label: string
  readonly type: string
  /** where the task stands */
  readonly at: Position
  readonly item?: string
  readonly handler: boolean
  readonly status: TaskStatus
  /** why it changed, was ok, was skipped or failed */
  readonly message: string
  /** lines to show below: output of debug, last log lines of a service */
  readonly detail: readonly string[]
}
