import { refused } from '../../lib/host-file.ts'
import { isBelow, tidyPath } from '../../lib/paths.ts'
import { quote } from '../../lib/sh.ts'
import type { Account, AccountGroup, AccountsFact, Invalidation, UserFact } from '../../model/fact.ts'
import type { Decision } from '../../model/task-type.ts'
import type { ValueMap } from '../../model/value.ts'
import type { UserParams } from './schema.ts'

/** undefined: not given, so nothing about it is wanted. */
export function groupsIn(groups: UserParams['groups']): readonly string[] | undefined {
  if (groups === undefined) return undefined
  const names = typeof groups === 'string' ? groups.split(',').map((name) => name.trim()) : groups
  return [...new Set(names.filter((name) => name !== ''))]
}

export function groupNamed(name: string, { groups }: AccountsFact): AccountGroup | undefined {
  return groups.find((group) => group.name === name) ?? groups.find((group) => String(group.gid) === name)
}

/** Further groups that it is in. */
export function membership(name: string, { groups }: AccountsFact): readonly string[] {
  return groups.filter(({ members }) => members.includes(name)).map((group) => group.name)
}

/** What the host will answer about the account. */
export function userFact({ name, uid, gid }: Account, accounts: AccountsFact): UserFact {
  const further = accounts.groups.filter(({ members }) => members.includes(name)).map((group) => group.gid)
  const group = accounts.groups.find((one) => one.gid === gid)?.name ?? String(gid)
  return { name, uid, gid, group, gids: [...new Set([gid, ...further])] }
}

/** What is in a home folder, and how open it is, are for the host to say. */
export function homeFacts(home: string, why: string): readonly Invalidation[] {
  const folder = tidyPath(home)
  const where = ({ path }: { readonly path: string }) => tidyPath(path) === folder || isBelow(tidyPath(path), folder)
  return (['file', 'content', 'digest', 'certificate', 'key'] as const).map((kind) => ({ kind, why, where }))
}

export function resultOf({ name, uid, gid, comment, home, shell }: Account, accounts: AccountsFact): ValueMap {
  return { name, uid, group: gid, comment, home, shell, groups: membership(name, accounts), state: 'present' }
}

export function unknownGroup(user: string, group: string): Decision<never> {
  return refused({
    code: 'USER_UNKNOWN',
    message: `user ${user}: the group ${group} does not exist on the host`,
    hint: `make it in an earlier task\ngroup: { name: ${quote(group)} }`,
  })
}
