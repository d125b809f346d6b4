import type { TaskOutcome } from '../model/event.ts'
import type { Problem } from '../model/problem.ts'
import type { Stop } from '../plan/stops.ts'
import { hiddenText } from '../plan/document.ts'
import type { Entry } from '../plan/entry.ts'

/** A problem of one task on one host. What a task with no_log says stays hidden, whoever tells of it. */
export function problemOf({ node, item }: Entry, host: string, code: Problem['code'], message: string, hint?: string): Problem {
  const told = node.task.noLog ? hiddenText : message
  const task = item === undefined || node.task.noLog ? node.label : `${node.label} (${item.label})`
  return { code, host, task, at: node.task.at, message: told, ...(hint === undefined ? {} : { hint }) }
}

/** Codes after which a host counts as unreachable, not as failed: nothing could be asked of it. */
export const unreachableCodes = new Set<Problem['code']>([
  'HOST_UNREACHABLE',
  'HOST_KEY_UNKNOWN',
  'HOST_KEY_CHANGED',
  'HOST_KEY_REVOKED',
  'AUTH_FAILED',
  'KEY_UNUSABLE',
  'SHELL_REFUSED',
  'CONNECTION_LOST',
  'TIMED_OUT',
  'THROTTLED',
  'SUDO_PASSWORD',
  'SUDO_REFUSED',
])

/** Codes found while planning that refuse the whole run, as a refused task does: what is missing, no later task brings. */
export const refusalCodes = new Set<Problem['code']>(['TOOL_MISSING', 'FILE_MISSING', 'OPTION_INVALID'])

/** Whether planning again found something: a failure that is ignored, and what is never applied, are not left to do. */
export function isLeft(entry: Entry): boolean {
  if (entry.dry || (entry.outcome === 'failed' && (entry.tolerant || entry.rescued))) return false
  return entry.outcome === 'change' || entry.outcome === 'check' || entry.outcome === 'failed' || entry.outcome === 'refused'
}

/** The planned entries of one stop: one, or one for each item of its loop. */
export function entriesOf(planned: ReadonlyMap<string, Entry>, stop: Extract<Stop, { id: string }>): readonly Entry[] {
  return [...planned.values()].filter((entry) => entry.id === stop.id || entry.id.startsWith(`${stop.id}#`))
}

export function statusOf(entry: Entry): TaskOutcome['status'] {
  switch (entry.outcome) {
    case 'change':
      return 'changed'
    case 'skipped':
      return 'skipped'
    case 'failed':
    case 'refused':
      return entry.rescued ? 'rescued' : entry.tolerant ? 'ignored' : 'failed'
    case 'ok':
    case 'check':
    case 'later':
      return 'ok'
  }
}

/** What debug says, line by line. */
export function debugLines(entry: Entry): readonly string[] {
  const message = entry.registered.values['msg']
  return message === undefined ? [] : (typeof message === 'string' ? message : JSON.stringify(message, undefined, 2)).split('\n')
}
