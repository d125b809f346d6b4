import type { Step, StepAnswer } from '../../model/step.ts'
import type { Change, TaskResult } from '../../model/task-type.ts'
import type { Text } from '../../model/value.ts'
import { answered } from './result.ts'
import type { CommandParams } from './schema.ts'

export interface Deed {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly as: string | undefined
  readonly chdir: string | undefined
  readonly stdin: Text | undefined
  readonly timeoutSeconds: number | undefined
}

export function deedOf(
  { chdir, stdin, timeout }: CommandParams,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  user: string,
): Deed {
  return { argv, env, as: user === 'root' ? undefined : user, chdir, stdin, timeoutSeconds: timeout }
}

export function* runDeed({ data }: Change<Deed>): Generator<readonly Step[], TaskResult, readonly StepAnswer[]> {
  const { argv, env, as, chdir, stdin, timeoutSeconds } = data
  const [answer] = yield [
    {
      kind: 'run',
      command: { argv },
      ...(Object.keys(env).length === 0 ? {} : { env }),
      ...(as === undefined ? {} : { as }),
      ...(chdir === undefined ? {} : { chdir }),
      ...(stdin === undefined ? {} : { stdin }),
      ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
      mayFail: true,
    },
  ]
  const { values, failed } = answered(argv, answer ?? { rc: 255, stdout: '', stderr: '' })
  return { changed: true, values, ...(failed === undefined ? {} : { failed }) }
}
