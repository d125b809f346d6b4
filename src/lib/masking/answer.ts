import { knowSecret } from '../../model/known-secrets.ts'
import type { ValueMap } from '../../model/value.ts'

/** What a host answered under no_log is not to be seen in what others print either; paths and states beside it are no secret. */
export function knowAnswer(values: ValueMap): void {
  for (const name of ['stdout', 'stderr', 'content']) {
    const value = values[name]
    if (typeof value === 'string') knowSecret(value, false)
  }
}
