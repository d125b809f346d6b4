import type { Problem } from '../model/problem.ts'
import type { Entry, KnownOutcome } from '../plan/entry.ts'

export function knownAs({ registered, decision, waits }: Entry): KnownOutcome {
  return { outcome: registered, sets: decision?.sets, waits }
}

export function isFatal({ tolerant, rescued }: Entry): boolean {
  return !tolerant && !rescued
}

/** Its own conditions say whether it failed, once it has acted. */
export function judgesItself({ node, turn }: Entry): boolean {
  return node.task.failedWhen !== undefined || node.task.attempts !== undefined || turn !== undefined
}

/** It does something to the host, and does not only ask. */
export function leavesTraces({ decision }: Entry): boolean {
  return decision?.changes.some(({ action }) => action !== 'check') === true
}

export function failureCode(entry: Entry): Problem['code'] {
  if (entry.node.type === 'verify') return 'VERIFY_FAILED'
  if (entry.node.type === 'service') return 'SERVICE_FAILED'
  return 'TASK_FAILED'
}
