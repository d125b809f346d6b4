import type { Step, StepAnswer } from '../model/step.ts'
import type { TaskResult } from '../model/task-type.ts'

/** `apply` of a task type that is answered while planning and never has anything to do. */
export function* noDeeds(): Generator<readonly Step[], TaskResult, readonly StepAnswer[]> {
  yield* []
  return { changed: false }
}
