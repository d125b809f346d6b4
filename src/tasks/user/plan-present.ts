import { type AccountDeed, type AccountTools, needsShadow, withUser } from '../../lib/accounts.ts'
import { refused } from '../../lib/host-file.ts'
import type { Account, AccountsFact } from '../../model/fact.ts'
import type { Decision, FieldDiff, PlanContext } from '../../model/task-type.ts'
import { groupNamed, groupsIn, homeFacts, membership, resultOf, unknownGroup, userFact } from './account.ts'
import { type Alteration, alteration, type Membership, regrouping } from './commands.ts'
import type { UserParams } from './schema.ts'

/** What the task names is compared; what it leaves out stays as it is. */
export function planPresent(
  params: UserParams,
  there: Account,
  accounts: AccountsFact,
  tools: AccountTools,
  context: PlanContext,
): Decision<AccountDeed> {
  const { name } = there
  const first = params.group === undefined ? undefined : groupNamed(params.group, accounts)
  if (params.group !== undefined && first === undefined) return unknownGroup(name, params.group)
  const missing = groupsIn(params.groups)?.find((one) => groupNamed(one, accounts) === undefined)
  if (missing !== undefined) return unknownGroup(name, missing)
  const other = params.uid === undefined ? undefined : accounts.users.find((user) => user.uid === params.uid && user.name !== name)
  if (other !== undefined)
    return refused({
      code: 'VALUE_INVALID',
      message: `user ${name}: uid ${params.uid} is that of ${other.name}`,
      hint: 'choose another number',
    })

  const change: Alteration = {
    uid: differing(params.uid, there.uid),
    gid: differing(first?.gid, there.gid),
    comment: differing(params.comment, there.comment),
    home: differing(params.home, there.home),
    shell: differing(params.shell, there.shell),
  }
  const groups = groupChange(params, accounts)
  const fields = [...attributeFields(change, there), ...groupFields(groups, membership(name, accounts))]
  const account: Account = { ...there, ...withoutUndefined(change) }
  const after = withUser(accounts, account, groups.all)
  if (fields.length === 0) return { changes: [], predicts: [], reason: 'the account is as wanted', result: resultOf(there, accounts) }

  const altered = Object.values(change).some((value) => value !== undefined)
  if (tools === 'busybox' && altered) return needsShadow('user', 'usermod', `another ${fields[0]?.name ?? 'attribute'}`, context)
  const reason = fields
    .map(({ name: field, before, after: wanted }) => `${field} is ${before || 'empty'}, wanted ${wanted || 'empty'}`)
    .join('; ')
  return {
    changes: [
      {
        action: 'update',
        target: `user ${name}`,
        summary: `set ${fields.map((field) => field.name).join(', ')} of user ${name}`,
        diffs: [{ kind: 'fields', fields }],
        reason,
        data: tools === 'shadow' ? alteration(name, change, groups) : regrouping(name, groups),
      },
    ],
    predicts: [
      { kind: 'user', target: { name }, fact: userFact(account, after) },
      { kind: 'accounts', target: {}, fact: after },
    ],
    // usermod gives what is in the home folder to the new number (usermod(8), -u).
    invalidates: change.uid === undefined ? [] : homeFacts(there.home, `an earlier task gives ${name} another number`),
    reason,
    result: resultOf(account, after),
  }
}

function differing<T>(wanted: T | undefined, there: T): T | undefined {
  return wanted === there ? undefined : wanted
}

function withoutUndefined(change: Alteration): Partial<Account> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
}

function groupChange({ name, groups, append = false }: UserParams, accounts: AccountsFact): Membership {
  const now = membership(name, accounts)
  const wanted = groupsIn(groups)?.map((one) => groupNamed(one, accounts)?.name ?? one)
  const all = wanted === undefined ? now : append ? [...new Set([...now, ...wanted])] : wanted
  return { join: all.filter((one) => !now.includes(one)), leave: now.filter((one) => !all.includes(one)), all }
}

function attributeFields(change: Alteration, there: Account): readonly FieldDiff[] {
  const field = (name: string, after: string | number | undefined, before: string | number): readonly FieldDiff[] =>
    after === undefined ? [] : [{ name, before: String(before), after: String(after) }]
  return [
    ...field('number', change.uid, there.uid),
    ...field('first group', change.gid, there.gid),
    ...field('comment', change.comment, there.comment),
    ...field('home', change.home, there.home),
    ...field('shell', change.shell, there.shell),
  ]
}

function groupFields({ join, leave, all }: Membership, now: readonly string[]): readonly FieldDiff[] {
  return join.length + leave.length === 0 ? [] : [{ name: 'groups', before: now.join(', '), after: all.join(', ') }]
}
