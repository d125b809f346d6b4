import type { RunStep, Step, StepAnswer } from '../../model/step.ts'
import type { Change, TaskResult } from '../../model/task-type.ts'
import type { ValueMap } from '../../model/value.ts'
import { answered } from './result.ts'

/** One program that a task runs once, and what a failure of it is called. */
export interface Deed {
  readonly run: Omit<RunStep, 'kind' | 'mayFail'>
  /** what `register` keeps under `cmd` */
  readonly cmd: ValueMap['cmd']
  readonly name: string
}

export function* runDeed({ data }: Change<Deed>): Generator<readonly Step[], TaskResult, readonly StepAnswer[]> {
  const [answer] = yield [{ kind: 'run', ...data.run, mayFail: true }]
  const { values, failed } = answered(data, answer ?? { rc: 255, stdout: '', stderr: '' })
  return { changed: true, values, ...(failed === undefined ? {} : { failed }) }
}
