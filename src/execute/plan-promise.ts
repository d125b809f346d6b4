import type { Problem } from '../model/problem.ts'
import { type Entry, hasChanges } from '../plan/entry.ts'
import type { HostOutcomes } from './host-outcomes.ts'
import { problemOf } from './outcome.ts'

/** What the plan of a host promised of an entry, and whether it could promise anything. */
export interface PlanPromise {
  readonly host: string
  /** entries of the plan, by id, in task order */
  readonly expected: ReadonlyMap<string, Entry>
  readonly outcomes: HostOutcomes
  /** the run went another way than the plan could know: a block failed, or time passed */
  readonly void: boolean
}

/** Why an entry of a segment must not be applied: refused, still unknown, or other than the plan said. */
export function blocksOf(entry: Entry, promise: PlanPromise): readonly Problem[] {
  const { host, expected } = promise
  if (entry.outcome === 'refused') return entry.problems
  if (entry.outcome === 'later') return [problemOf(entry, host, 'TASK_FAILED', `${entry.reason}, and nothing that ran settled it`)]
  const before = expected.get(entry.id)
  if (entry.outcome === 'change' && (before?.outcome === 'ok' || before?.outcome === 'skipped') && !isUncertain(entry, promise)) {
    const would = entry.decision?.changes[0]?.summary ?? 'change'
    const message = `the plan said "${before.reason}", now it would ${would}: ${entry.reason}`
    return [problemOf(entry, host, 'PLAN_CONTRADICTED', message, 'something else changed the host meanwhile; run again')]
  }
  return []
}

/** Whether something before it in the plan was left open: then the plan of this one was no promise. */
function isUncertain(entry: Entry, { expected, outcomes, void: isVoid }: PlanPromise): boolean {
  if (isVoid) return true
  for (const before of expected.values()) {
    if (before.id === entry.id) return false
    if (before.outcome === 'later' || (hasChanges(before) && outcomes.cannotBeProved(before))) return true
  }
  return false
}
