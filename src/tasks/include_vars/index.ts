import { noDeeds } from '../../lib/no-deeds.ts'
import { defineTaskType } from '../../model/task-type.ts'
import type { IncludeVarsParams } from './schema.ts'

/** Which file is read is decided by the walk; its variables hold for the host from there on. */
export const includeVars = defineTaskType<IncludeVarsParams, never>({
  name: 'include_vars',
  summary: 'variables of a file, for the host from here on',
  knowledge: 'overlay',
  aliases: ['ansible.builtin.include_vars'],
  shorthand: 'file',
  *observe() {},
  plan: ({ file, dir }) => ({ changes: [], predicts: [], reason: `reads ${file ?? dir ?? ''}` }),
  apply: noDeeds,
})
