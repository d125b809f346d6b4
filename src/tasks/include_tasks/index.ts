import { noDeeds } from '../../lib/no-deeds.ts'
import { defineTaskType } from '../../model/task-type.ts'
import type { IncludeTasksParams } from './schema.ts'

/** Which file is included is decided by the walk, which goes on with its tasks. */
export const includeTasks = defineTaskType<IncludeTasksParams, never>({
  name: 'include_tasks',
  summary: 'the tasks of another file, if its condition holds when it is reached',
  knowledge: 'overlay',
  aliases: ['ansible.builtin.include_tasks'],
  shorthand: 'file',
  unrendered: ['apply'],
  *observe() {},
  plan: ({ file }) => ({ changes: [], predicts: [], reason: `includes ${file}` }),
  apply: noDeeds,
})
