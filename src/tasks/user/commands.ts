import { type AccountDeed, type AccountTools, addGroup } from '../../lib/accounts.ts'
import type { Account, AccountGroup } from '../../model/fact.ts'

/** An account that is to be made. */
export interface NewAccount {
  readonly account: Account
  readonly system: boolean
  readonly createHome: boolean
  /** its first group, and whether that is made with it */
  readonly first: AccountGroup
  readonly firstIsNew: boolean
  readonly memberOf: readonly string[]
}

/** Locked: nobody can log in with a password until one is set by other means. */
export function creation(tools: AccountTools, made: NewAccount): AccountDeed {
  const { account, system, createHome, first, firstIsNew, memberOf } = made
  const { name, uid, home, shell, comment } = account
  const group = firstIsNew ? [addGroup(tools, first.name, first.gid, system)] : []
  if (tools === 'shadow') {
    return [
      ...group,
      [
        'useradd',
        ...(system ? ['-r'] : []),
        ...['-u', String(uid), '-g', String(first.gid), ...(memberOf.length === 0 ? [] : ['-G', memberOf.join(',')])],
        ...['-d', home, createHome ? '-m' : '-M', '-s', shell, '-c', comment, name],
      ],
    ]
  }
  return [
    ...group,
    [
      ...['adduser', '-D', ...(system ? ['-S'] : []), ...(createHome ? [] : ['-H'])],
      ...['-u', String(uid), '-G', first.name, '-h', home, '-s', shell, '-g', comment, name],
    ],
    ...memberOf.map((one) => ['addgroup', name, one]),
  ]
}

export interface Membership {
  readonly join: readonly string[]
  readonly leave: readonly string[]
  /** all further groups it is in afterwards */
  readonly all: readonly string[]
}

/** What is given here differs from what is there; undefined stays. */
export interface Alteration {
  readonly uid: number | undefined
  readonly gid: number | undefined
  readonly comment: string | undefined
  readonly home: string | undefined
  readonly shell: string | undefined
}

export function alteration(name: string, change: Alteration, { join, leave, all }: Membership): AccountDeed {
  const option = (flag: string, value: string | number | undefined) => (value === undefined ? [] : [flag, String(value)])
  const groups = join.length + leave.length === 0 ? [] : ['-G', all.join(',')]
  const { uid, gid, comment, home, shell } = change
  return [
    [
      'usermod',
      ...option('-u', uid),
      ...option('-g', gid),
      ...option('-c', comment),
      ...option('-d', home),
      ...option('-s', shell),
      ...groups,
      name,
    ],
  ]
}

/** BusyBox knows membership only. */
export function regrouping(name: string, { join, leave }: Membership): AccountDeed {
  return [...join.map((group) => ['addgroup', name, group]), ...leave.map((group) => ['delgroup', name, group])]
}

export function removal(tools: AccountTools, name: string, withHome: boolean): AccountDeed {
  return tools === 'shadow' ? [['userdel', ...(withHome ? ['-r'] : []), name]] : [['deluser', ...(withHome ? ['--remove-home'] : []), name]]
}
