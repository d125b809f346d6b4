import {
  type AccountDeed,
  accountQuestions,
  accountsOf,
  type AccountTools,
  applyAccountDeed,
  foreign,
  withoutGroup,
  withoutUser,
} from '../../lib/accounts.ts'
import { type Account, type AccountsFact, absent, type Prediction } from '../../model/fact.ts'
import { type Decision, defineTaskType } from '../../model/task-type.ts'
import { homeFacts } from './account.ts'
import { removal } from './commands.ts'
import { planNew } from './plan-new.ts'
import { planPresent } from './plan-present.ts'
import type { UserParams } from './schema.ts'

/** Sees that an account is there, or is not. The plan knows its number and groups, so that later tasks can give files to it. */
export const user = defineTaskType<UserParams, AccountDeed>({
  name: 'user',
  summary: 'an account of the host',
  knowledge: 'predicted',
  aliases: ['ansible.builtin.user'],
  *observe({ name }) {
    yield [...accountQuestions, { kind: 'user', target: { name } }]
  },
  plan(params, context) {
    const known = accountsOf('user', context)
    if (known.kind === 'decided') return known.decision
    const { accounts, tools } = known
    const there = accounts.users.find(({ name }) => name === params.name)
    if (there !== undefined)
      return params.state === 'absent' ? planAbsent(params, there, accounts, tools) : planPresent(params, there, accounts, tools, context)
    const elsewhere = foreign('user', params.name, context.view.get('user', { name: params.name }))
    if (elsewhere !== undefined)
      return isOnlyNamed(params) ? { changes: [], predicts: [], reason: 'the account exists in another database' } : elsewhere
    return params.state === 'absent' ? { changes: [], predicts: [], reason: 'the account is missing' } : planNew(params, accounts, tools)
  },
  apply: applyAccountDeed,
})

/** Nothing is wanted of it but that it is there. */
function isOnlyNamed({ name, state = 'present', create_home, system, append, remove, ...wanted }: UserParams): boolean {
  return state === 'present' && Object.values(wanted).every((value) => value === undefined)
}

function planAbsent({ remove = false }: UserParams, there: Account, accounts: AccountsFact, tools: AccountTools): Decision<AccountDeed> {
  const { name, home } = there
  const own = ownGroup(there, accounts)
  const rest = withoutUser(accounts, name)
  const reason = 'the account is there'
  const gone: Prediction[] = own ? [{ kind: 'group', target: { name }, fact: absent }] : []
  return {
    changes: [
      {
        action: 'remove',
        target: `user ${name}`,
        summary: `remove user ${name}${remove ? ` and ${home}` : ''}`,
        diffs: [{ kind: 'fields', fields: [{ name: 'number', before: String(there.uid), after: undefined }] }],
        reason,
        data: removal(tools, name, remove),
      },
    ],
    predicts: [
      { kind: 'user', target: { name }, fact: absent },
      ...gone,
      { kind: 'accounts', target: {}, fact: own ? withoutGroup(rest, name) : rest },
    ],
    invalidates: remove ? homeFacts(home, `the home of ${name} is removed by an earlier task`) : [],
    reason,
    result: { name, state: 'absent', remove },
  }
}

/** Both kinds of tools take the group of its own name with it, when nobody else is in it (userdel(8), USERGROUPS_ENAB). */
function ownGroup({ name, gid }: Account, { users, groups }: AccountsFact): boolean {
  const group = groups.find((one) => one.name === name && one.gid === gid)
  if (group === undefined) return false
  return group.members.every((member) => member === name) && !users.some((other) => other.name !== name && other.gid === gid)
}
