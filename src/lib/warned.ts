import type { Decision } from '../model/task-type.ts'

/** The decision with these warnings behind its own. */
export function warned<C>(decision: Decision<C>, warnings: readonly string[]): Decision<C> {
  return warnings.length === 0 ? decision : { ...decision, warnings: [...(decision.warnings ?? []), ...warnings] }
}
