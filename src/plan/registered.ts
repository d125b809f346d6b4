import type { Decision, TaskResult } from '../model/task-type.ts'
import { Unknown, type Value, type ValueMap } from '../model/value.ts'

/** The registered value of one task (or one loop item), as templates and conditions of later tasks read it. */
export interface Outcome {
  readonly changed: boolean | Unknown
  readonly failed: boolean | Unknown
  readonly skipped: boolean
  readonly message: string
  readonly values: ValueMap
  /** nothing of it is known, not even which keys it will have */
  readonly unknown?: Unknown
}

export const skippedOutcome = (because: string): Outcome => ({ changed: false, failed: false, skipped: true, message: because, values: {} })

/** What a task that was planned will have registered, as far as that is known. */
/** `tolerant`: the host goes on when the task fails, so whether it did is only known after the act. */
export function plannedOutcome(decision: Decision, tolerant: boolean): Outcome {
  const acts = decision.changes.some((change) => change.action !== 'check')
  return {
    changed: acts,
    failed: decision.failed === undefined && acts && tolerant ? new Unknown('the task has not run yet') : decision.failed !== undefined,
    skipped: false,
    message: decision.failed ?? decision.reason,
    values: decision.result ?? {},
  }
}

/** A task whose parameters or condition are only known after apply. */
export function unknownOutcome(why: string): Outcome {
  const unknown = new Unknown(why)
  return { changed: unknown, failed: unknown, skipped: false, message: why, values: {}, unknown }
}

export function actedOutcome(result: TaskResult, reason: string, changed: boolean): Outcome {
  return { changed, failed: result.failed !== undefined, skipped: false, message: result.failed ?? reason, values: result.values ?? {} }
}

export function registeredValue(outcome: Outcome): ValueMap | Unknown {
  if (outcome.unknown !== undefined) return outcome.unknown
  return {
    ...outcome.values,
    changed: outcome.changed,
    failed: outcome.failed,
    skipped: outcome.skipped,
    msg: 'msg' in outcome.values ? (outcome.values['msg'] as Value) : outcome.message,
  }
}

export interface ItemOutcome {
  /** what it reads of the loop: the item under its name and, where it has them, its number and its place */
  readonly loop: ValueMap
  readonly outcome: Outcome
}

/** Shape of design/language.md A.5: an entry per item, skipped ones in place. */
export function registeredLoop(items: readonly ItemOutcome[]): ValueMap {
  const results = items.map(({ loop, outcome }): Value => {
    const value = registeredValue(outcome)
    return value instanceof Unknown ? value : { ...value, ...loop }
  })
  const failed = anyOf(items.map(({ outcome }) => outcome.failed))
  const skipped = items.every(({ outcome }) => outcome.skipped)
  // The three texts are Ansible's (lib/ansible/executor/task_executor.py of 2.19): conditions compare with them.
  const msg = failed === true ? 'One or more items failed' : skipped ? 'All items skipped' : 'All items completed'
  return {
    results,
    changed: anyOf(items.map(({ outcome }) => outcome.changed)),
    failed,
    skipped,
    msg,
    ...(items.length === 0 ? { skipped_reason: 'No items in the list' } : {}),
  }
}

/** true when any is true, else the first Unknown, else false. */
export function anyOf(flags: readonly (boolean | Unknown)[]): boolean | Unknown {
  if (flags.some((flag) => flag === true)) return true
  return flags.find((flag): flag is Unknown => flag instanceof Unknown) ?? false
}
