import type { Account, AccountGroup, AccountsFact, Answer, Probe } from '../model/fact.ts'
import { isAbsent } from '../model/fact.ts'
import type { Problem } from '../model/problem.ts'
import type { RunStep, Step, StepAnswer } from '../model/step.ts'
import type { Change, Decision, PlanContext, TaskResult } from '../model/task-type.ts'
import { Unknown } from '../model/value.ts'
import { refused } from './host-file.ts'

/** Programs that keep accounts: those of the package shadow, or the applets of BusyBox. */
export type AccountTools = 'shadow' | 'busybox'

/** Command lines in order; the first that fails ends the task. */
export type AccountDeed = readonly (readonly string[])[]

export type Accounts =
  | { readonly kind: 'known'; readonly accounts: AccountsFact; readonly tools: AccountTools }
  | { readonly kind: 'decided'; readonly decision: Decision<never> }

export const accountQuestions: readonly Probe[] = [
  { kind: 'accounts', target: {} },
  { kind: 'tool', target: { name: 'useradd' } },
  { kind: 'tool', target: { name: 'adduser' } },
]

export function accountsOf(type: string, context: PlanContext): Accounts {
  const accounts = context.view.get('accounts', {})
  const shadow = context.view.get('tool', { name: 'useradd' })
  const busybox = context.view.get('tool', { name: 'adduser' })
  const open = [accounts, shadow, busybox].find((answer) => answer instanceof Unknown)
  if (open instanceof Unknown) return { kind: 'decided', decision: notKnown(type, open, context) }
  if (isAbsent(accounts) || accounts instanceof Unknown) throw new Error('accounts are there or not readable')
  if (!isAbsent(shadow)) return { kind: 'known', accounts, tools: 'shadow' }
  if (!isAbsent(busybox)) return { kind: 'known', accounts, tools: 'busybox' }
  return { kind: 'decided', decision: refused(missing(type, 'useradd', context)) }
}

/** What BusyBox has no applet for. */
export function needsShadow(type: string, tool: string, what: string, context: PlanContext): Decision<never> {
  const problem = missing(type, tool, context)
  return refused({ ...problem, message: `${problem.message}, and ${what} needs it` })
}

function missing(type: string, tool: string, { host }: PlanContext): Problem {
  return {
    code: 'TOOL_MISSING',
    message: `${type}: ${tool} is not installed on ${host.name}`,
    hint: `install the package that brings ${tool}: passwd on Debian, shadow on Alpine, shadow-utils on Fedora`,
  }
}

function notKnown(type: string, { why }: Unknown, { dirty }: PlanContext): Decision<never> {
  if (dirty) return { changes: [], predicts: [], reason: why, later: why }
  return refused({
    code: 'PATH_REFUSED',
    message: `${type}: the accounts of the host cannot be read: ${why}`,
    hint: 'let the task become root',
  })
}

/** Ranges of login.defs(5) as Debian, Alpine and Fedora ship them; numbers below 100 are given out by the distribution. */
const systemIds = { from: 100, to: 999 }
const personIds = { from: 1000, to: 59_999 }

/**
 * A number that neither a user nor a group has. The plan chooses it, so that it can say whose files will be whose: the
 * highest that is free for a system account, the one above all others for a person.
 */
export function freeId({ users, groups }: AccountsFact, system: boolean): number | undefined {
  const taken = new Set([...users.map(({ uid }) => uid), ...groups.map(({ gid }) => gid)])
  const { from, to } = system ? systemIds : personIds
  const all = Array.from({ length: to - from + 1 }, (_, at) => from + at)
  if (system) return all.findLast((id) => !taken.has(id))
  const highest = all.findLast((id) => taken.has(id)) ?? from - 1
  return highest < to ? highest + 1 : all.find((id) => !taken.has(id))
}

export function noFreeId(type: string, name: string): Decision<never> {
  return refused({ code: 'VALUE_INVALID', message: `${type} ${name}: every number for such an account is taken` })
}

export function addGroup(tools: AccountTools, name: string, gid: number, system: boolean): readonly string[] {
  return tools === 'shadow'
    ? ['groupadd', ...(system ? ['-r'] : []), '-g', String(gid), name]
    : ['addgroup', ...(system ? ['-S'] : []), '-g', String(gid), name]
}

export function withGroup({ users, groups }: AccountsFact, group: AccountGroup): AccountsFact {
  return { users, groups: [...groups.filter(({ name }) => name !== group.name), group] }
}

export function withoutGroup({ users, groups }: AccountsFact, name: string): AccountsFact {
  return { users, groups: groups.filter((group) => group.name !== name) }
}

/** The account, a member of these groups and no others. */
export function withUser({ users, groups }: AccountsFact, user: Account, memberOf: readonly string[]): AccountsFact {
  return {
    users: [...users.filter(({ name }) => name !== user.name), user],
    groups: groups.map((group) => {
      const others = group.members.filter((member) => member !== user.name)
      return { ...group, members: memberOf.includes(group.name) ? [...others, user.name] : others }
    }),
  }
}

export function withoutUser({ users, groups }: AccountsFact, name: string): AccountsFact {
  return {
    users: users.filter((user) => user.name !== name),
    groups: groups.map((group) => ({ ...group, members: group.members.filter((member) => member !== name) })),
  }
}

/** An account of that name comes from elsewhere: LDAP, systemd. */
export function foreign(type: string, name: string, fact: Answer<unknown>): Decision<never> | undefined {
  if (isAbsent(fact) || fact instanceof Unknown) return undefined
  return refused({
    code: 'EDIT_IMPOSSIBLE',
    message: `${type} ${name}: exists on the host, but not in its own files`,
    hint: 'it comes from another database, as LDAP; manage it there, or choose another name',
  })
}

export function* applyAccountDeed({ data }: Change<AccountDeed>): Generator<readonly Step[], TaskResult, readonly StepAnswer[]> {
  yield data.map((argv): RunStep => ({ kind: 'run', command: { argv }, mayFail: false }))
  return { changed: true }
}
