import { type AccountDeed, type AccountTools, freeId, noFreeId, withGroup, withUser } from '../../lib/accounts.ts'
import { refused } from '../../lib/host-file.ts'
import type { AccountGroup, AccountsFact, Prediction } from '../../model/fact.ts'
import type { Decision } from '../../model/task-type.ts'
import { creation } from './commands.ts'
import { groupNamed, groupsIn, homeFacts, resultOf, unknownGroup, userFact } from './account.ts'
import type { UserParams } from './schema.ts'

const defaultShell = '/bin/sh'

export function planNew(params: UserParams, accounts: AccountsFact, tools: AccountTools): Decision<AccountDeed> {
  const { name, system = false, create_home: createHome = true } = params
  const memberOf = groupsIn(params.groups) ?? []
  const missing = memberOf.find((one) => groupNamed(one, accounts) === undefined)
  if (missing !== undefined) return unknownGroup(name, missing)
  const uid = params.uid ?? freeId(accounts, system)
  if (uid === undefined) return noFreeId('user', name)
  const other = accounts.users.find((user) => user.uid === uid)
  if (other !== undefined)
    return refused({ code: 'VALUE_INVALID', message: `user ${name}: uid ${uid} is that of ${other.name}`, hint: 'choose another number' })

  const wanted = params.group ?? name
  const found = groupNamed(wanted, accounts)
  if (found === undefined && params.group !== undefined) return unknownGroup(name, params.group)
  const gid = accounts.groups.some((group) => group.gid === uid) ? freeId(accounts, system) : uid
  if (gid === undefined) return noFreeId('user', name)
  const first: AccountGroup = found ?? { name, gid, members: [] }

  const account = {
    name,
    uid,
    gid: first.gid,
    comment: params.comment ?? '',
    home: params.home ?? `/home/${name}`,
    shell: params.shell ?? defaultShell,
  }
  const after = withUser(found === undefined ? withGroup(accounts, first) : accounts, account, memberOf)
  const group: Prediction[] = found === undefined ? [{ kind: 'group', target: { name }, fact: { gid } }] : []
  const reason = 'the account is missing'
  return {
    changes: [
      {
        action: 'create',
        target: `user ${name}`,
        summary: `create user ${name}`,
        diffs: [
          {
            kind: 'fields',
            fields: [
              { name: 'number', before: undefined, after: String(uid) },
              { name: 'first group', before: undefined, after: `${first.name} (${first.gid}${found === undefined ? ', new' : ''})` },
              ...(memberOf.length === 0 ? [] : [{ name: 'groups', before: undefined, after: memberOf.join(', ') }]),
              { name: 'home', before: undefined, after: `${account.home}${createHome ? '' : ' (not made)'}` },
              { name: 'shell', before: undefined, after: account.shell },
              ...(account.comment === '' ? [] : [{ name: 'comment', before: undefined, after: account.comment }]),
            ],
          },
        ],
        reason,
        data: creation(tools, { account, system, createHome, first, firstIsNew: found === undefined, memberOf }),
      },
    ],
    predicts: [...group, { kind: 'user', target: { name }, fact: userFact(account, after) }, { kind: 'accounts', target: {}, fact: after }],
    invalidates: createHome ? homeFacts(account.home, `the home of ${name} is made by an earlier task`) : [],
    reason,
    result: resultOf(account, after),
  }
}
