import { noDeeds } from '../../lib/no-deeds.ts'
import { defineTaskType } from '../../model/task-type.ts'
import type { IncludeRoleParams } from './schema.ts'

/** Whether the role is included is decided by the walk, which goes on with its tasks; its inputs are rendered where they are read. */
export const includeRole = defineTaskType<IncludeRoleParams, never>({
  name: 'include_role',
  summary: 'the tasks of a role, if its condition holds when it is reached',
  knowledge: 'overlay',
  aliases: ['ansible.builtin.include_role'],
  unrendered: ['apply', 'inputs'],
  *observe() {},
  plan: ({ name }) => ({ changes: [], predicts: [], reason: `includes the role ${name}` }),
  apply: noDeeds,
})
