import type { AttributesStep, DirectoryStep, LinkStep, RemoveStep, Step, StepAnswer, WriteStep } from '../../model/step.ts'
import type { Change, TaskResult } from '../../model/task-type.ts'

export type Deed = WriteStep | AttributesStep | DirectoryStep | LinkStep | RemoveStep

export function* applyDeed(change: Change<Deed>): Generator<readonly Step[], TaskResult, readonly StepAnswer[]> {
  yield [change.data]
  return { changed: true }
}
