import type { Task } from '../model/playbook.ts'
import type { Problem } from '../model/problem.ts'
import { Unknown, type ValueMap } from '../model/value.ts'
import { evaluateConditions } from './conditions.ts'
import type { Scope } from './scope.ts'

/** What a task gave, as far as its own conditions look at it. */
export interface JudgedOutcome {
  readonly changed: boolean | Unknown
  readonly failed: boolean | Unknown
  readonly skipped: boolean
  readonly message: string
  readonly values: ValueMap
}

export interface Judgement {
  readonly changed: boolean | Unknown
  readonly failed: boolean | Unknown
  /** a condition that cannot be evaluated: then `failed` is true */
  readonly problems: readonly Problem[]
}

/** changed_when, then failed_when, both over the registered result; they replace the verdict of the task type (A.6). */
export function judge(task: Task, outcome: JudgedOutcome, scope: Scope): Judgement {
  const { changedWhen, failedWhen } = task
  if ((changedWhen === undefined && failedWhen === undefined) || outcome.skipped)
    return { changed: outcome.changed, failed: outcome.failed, problems: [] }
  const inner = withResult(task, outcome, scope)
  const problems: Problem[] = []
  const verdict = (conditions: typeof changedWhen, otherwise: boolean | Unknown): boolean | Unknown => {
    if (conditions === undefined) return otherwise
    const found = evaluateConditions(conditions, inner)
    if (found.kind === 'failed') problems.push(...found.problems)
    return found.kind === 'unknown' ? new Unknown(found.why) : found.kind === 'true'
  }
  const changed = verdict(changedWhen, outcome.changed)
  const failed = verdict(failedWhen, outcome.failed)
  return problems.length > 0 ? { changed: outcome.changed, failed: true, problems } : { changed, failed, problems }
}

/** Where the name of `register` holds what the task, or this item of its loop, has just given. */
export function withResult({ register }: Task, { message, values, changed, failed, skipped }: JudgedOutcome, scope: Scope): Scope {
  return register === undefined ? scope : scope.with({ [register.value]: { msg: message, ...values, changed, failed, skipped } })
}
