import type { Task } from '../model/playbook.ts'
import type { Problem } from '../model/problem.ts'
import type { Source } from '../model/source.ts'
import { findUnknown, Secret, Unknown } from '../model/value.ts'
import { type ConditionsVerdict, evaluateConditions } from './conditions.ts'
import { type JudgedOutcome, withResult } from './judgement.ts'
import { renderSource } from './render.ts'
import type { Scope } from './scope.ts'
import { kindOf } from './secrecy.ts'

export interface Attempts {
  /** how often it is tried again after the first time */
  readonly retries: number
  readonly delaySeconds: number
}

interface Rendered<T> {
  readonly value: T
  readonly unknown: Unknown | undefined
  readonly problems: readonly Problem[]
}

// Ansible's own: ansible.com, "Loops", section "Retrying a task until a condition is met".
const defaults: Attempts = { retries: 3, delaySeconds: 5 }

/** How often a task is tried; undefined: once. */
export function attemptsOf({ attempts }: Task, scope: Scope): Rendered<Attempts | undefined> {
  if (attempts === undefined) return { value: undefined, unknown: undefined, problems: [] }
  const retries = amount('retries', attempts.retries, defaults.retries, scope)
  const delay = amount('delay', attempts.delay, defaults.delaySeconds, scope)
  return {
    value: { retries: Math.floor(retries.value), delaySeconds: delay.value },
    unknown: retries.unknown ?? delay.unknown,
    problems: [...retries.problems, ...delay.problems],
  }
}

/** Seconds between the items of a loop. */
export function pauseOf({ loopControl }: Task, scope: Scope): Rendered<number> {
  return amount('pause', loopControl.pause, 0, scope)
}

function amount(key: string, source: Source | undefined, otherwise: number, scope: Scope): Rendered<number> {
  if (source === undefined) return { value: otherwise, unknown: undefined, problems: [] }
  const { value, problems } = renderSource(source, scope)
  const unknown = findUnknown(value)
  if (problems.length > 0 || unknown !== undefined) return { value: otherwise, unknown, problems }
  // a variable of an INI file is a text whatever it looks like
  const found = typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : value
  if (typeof found === 'number' && found >= 0 && Number.isFinite(found)) return { value: found, unknown, problems }
  const got = typeof value === 'string' ? JSON.stringify(value) : value instanceof Secret ? 'a secret text' : kindOf(value)
  const message = `${key}: expected a number from 0, got ${typeof value === 'number' ? String(value) : got}`
  return { value: otherwise, unknown, problems: [{ code: 'VALUE_INVALID', message, at: source.at, hint: `write ${key}: ${otherwise}` }] }
}

/** Whether an attempt was the last one that is needed: `until` holds, or without it the task has not failed (A.6). */
export function isEnough(task: Task, outcome: JudgedOutcome, scope: Scope): ConditionsVerdict {
  const until = task.attempts?.until
  if (until !== undefined) return evaluateConditions(until, withResult(task, outcome, scope))
  if (outcome.failed instanceof Unknown) return { kind: 'unknown', why: outcome.failed.why }
  return outcome.failed ? { kind: 'false', because: 'it failed' } : { kind: 'true' }
}

/** Whether `break_when` ends a loop behind an item that gave this. */
export function endsLoop(task: Task, outcome: JudgedOutcome, scope: Scope): ConditionsVerdict {
  const { breakWhen } = task.loopControl
  if (breakWhen === undefined || breakWhen.length === 0) return { kind: 'false', because: '' }
  return evaluateConditions(breakWhen, withResult(task, outcome, scope))
}
