import type { Problem } from '../model/problem.ts'
import type { Undone } from '../ports/host-session.ts'

/** `lasting`: tasks that acted and cannot be taken back. `again`: ports that were asked, and serve what they served before. */
export function rolledBack(host: string, lasting: readonly string[], again: readonly string[]): Problem {
  const served = again.length === 0 ? '' : `; by its SHA-256 the certificate of before is served again on ${again.join(' and ')}`
  return {
    code: 'ROLLED_BACK',
    host,
    message: `what this play had changed on ${host} was taken back: its files are as they were, and its services run with them${served}`,
    ...(lasting.length === 0 ? {} : { hint: `these ran and cannot be taken back: ${[...new Set(lasting)].join(', ')}` }),
  }
}

/** `other`: ports that serve a certificate that was neither served nor in a file before, or none. */
export function servesOther(host: string, other: readonly string[]): Problem {
  return {
    code: 'ROLLBACK_INCOMPLETE',
    host,
    message: `the files of ${host} are as they were before, but ${other.join(' and ')} does not serve the certificate of before`,
    hint: 'look at the service: it does not run, or has not read its files again',
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

/** What there is to tell once a host has gone back. */
export function undoneProblems(host: string, { any, left, served }: Undone, lasting: readonly string[]): readonly Problem[] {
  if (left.length > 0) return [rollbackIncomplete(host, left)]
  if (served.other.length > 0) return [servesOther(host, served.other)]
  return any ? [rolledBack(host, lasting, served.again)] : []
}
