import {
  type AccountDeed,
  addGroup,
  accountQuestions,
  accountsOf,
  applyAccountDeed,
  type AccountTools,
  foreign,
  freeId,
  needsShadow,
  noFreeId,
  withGroup,
  withoutGroup,
} from '../../lib/accounts.ts'
import { refused } from '../../lib/host-file.ts'
import { type AccountGroup, type AccountsFact, absent } from '../../model/fact.ts'
import { type Decision, defineTaskType, type FieldDiff, type PlanContext } from '../../model/task-type.ts'
import type { ValueMap } from '../../model/value.ts'
import type { GroupParams } from './schema.ts'

/** Sees that a group is there, or is not. The plan knows its number, so that later tasks can give files to it. */
export const group = defineTaskType<GroupParams, AccountDeed>({
  name: 'group',
  summary: 'a group of the host',
  knowledge: 'predicted',
  aliases: ['ansible.builtin.group'],
  *observe({ name }) {
    yield [...accountQuestions, { kind: 'group', target: { name } }]
  },
  plan(params, context) {
    const known = accountsOf('group', context)
    if (known.kind === 'decided') return known.decision
    const { accounts, tools } = known
    const there = accounts.groups.find(({ name }) => name === params.name)
    if (there === undefined) {
      const elsewhere = context.view.get('group', { name: params.name })
      const found = params.state === 'absent' || params.gid !== undefined ? foreign('group', params.name, elsewhere) : undefined
      if (found !== undefined) return found
      if (foreign('group', params.name, elsewhere) !== undefined) return nothing('the group exists in another database')
      return params.state === 'absent' ? nothing('the group is missing') : planNew(params, accounts, tools)
    }
    return params.state === 'absent' ? planAbsent(there, accounts, tools) : planPresent(params, there, accounts, tools, context)
  },
  apply: applyAccountDeed,
})

function planNew({ name, gid: wanted, system = false }: GroupParams, accounts: AccountsFact, tools: AccountTools): Decision<AccountDeed> {
  const gid = wanted ?? freeId(accounts, system)
  if (gid === undefined) return noFreeId('group', name)
  const other = takenBy(gid, accounts)
  if (other !== undefined) return other
  const line = addGroup(tools, name, gid, system)
  const made = { name, gid, members: [] }
  return changed('create', name, [{ name: 'number', before: undefined, after: String(gid) }], 'the group is missing', [line], {
    predicted: [{ kind: 'group', target: { name }, fact: { gid } }],
    accounts: withGroup(accounts, made),
    result: resultOf(made, system),
  })
}

function planPresent(
  { name, gid = Number.NaN, system = false }: GroupParams,
  there: AccountGroup,
  accounts: AccountsFact,
  tools: AccountTools,
  context: PlanContext,
): Decision<AccountDeed> {
  if (Number.isNaN(gid) || gid === there.gid) return { ...nothing('the group is there'), result: resultOf(there, system) }
  const other = takenBy(gid, accounts)
  if (other !== undefined) return other
  if (tools === 'busybox') return needsShadow('group', 'groupmod', 'another number', context)
  const made = { ...there, gid }
  const diff: FieldDiff = { name: 'number', before: String(there.gid), after: String(gid) }
  return changed('update', name, [diff], `number is ${there.gid}, wanted ${gid}`, [['groupmod', '-g', String(gid), name]], {
    predicted: [{ kind: 'group', target: { name }, fact: { gid } }],
    accounts: withGroup(accounts, made),
    result: resultOf(made, system),
  })
}

function planAbsent({ name, gid }: AccountGroup, accounts: AccountsFact, tools: AccountTools): Decision<AccountDeed> {
  const owner = accounts.users.find((user) => user.gid === gid)
  if (owner !== undefined) {
    return refused({
      code: 'VALUE_INVALID',
      message: `group ${name}: is the first group of the user ${owner.name}`,
      hint: `remove the user first, or give it another group\nuser: { name: ${owner.name}, group: OTHER }`,
    })
  }
  const diff: FieldDiff = { name: 'number', before: String(gid), after: undefined }
  return changed('remove', name, [diff], 'the group is there', [[tools === 'shadow' ? 'groupdel' : 'delgroup', name]], {
    predicted: [{ kind: 'group', target: { name }, fact: absent }],
    accounts: withoutGroup(accounts, name),
    result: { name, state: 'absent' },
  })
}

function takenBy(gid: number, { groups }: AccountsFact): Decision<never> | undefined {
  const other = groups.find((one) => one.gid === gid)
  return other === undefined
    ? undefined
    : refused({ code: 'VALUE_INVALID', message: `gid ${gid} is that of the group ${other.name}`, hint: 'choose another number' })
}

function nothing(reason: string): Decision<never> {
  return { changes: [], predicts: [], reason }
}

function resultOf({ name, gid }: AccountGroup, system: boolean): ValueMap {
  return { name, gid, system, state: 'present' }
}

function changed(
  action: 'create' | 'update' | 'remove',
  name: string,
  fields: readonly FieldDiff[],
  reason: string,
  data: AccountDeed,
  after: { readonly predicted: Decision['predicts']; readonly accounts: AccountsFact; readonly result: ValueMap },
): Decision<AccountDeed> {
  return {
    changes: [{ action, target: `group ${name}`, summary: `${action} group ${name}`, diffs: [{ kind: 'fields', fields }], reason, data }],
    predicts: [...after.predicted, { kind: 'accounts', target: {}, fact: after.accounts }],
    reason,
    result: after.result,
  }
}
