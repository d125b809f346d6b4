import type { Problem } from '../model/problem.ts'

/** `lasting`: tasks that acted and cannot be taken back. */
export function rolledBack(host: string, lasting: readonly string[]): Problem {
  return {
    code: 'ROLLED_BACK',
    host,
    message: `what this play had changed on ${host} was taken back: its files are as they were, and its services run with them`,
    ...(lasting.length === 0 ? {} : { hint: `these ran and cannot be taken back: ${[...new Set(lasting)].join(', ')}` }),
  }
}

export function rollbackIncomplete(host: string, left: readonly string[]): Problem {
  return {
    code: 'ROLLBACK_INCOMPLETE',
    host,
    message: `not all that was changed on ${host} could be taken back:\n${left.join('\n')}`,
    hint: 'put right what is named and run again: the rest is taken back first',
  }
}
