import { noDeeds } from '../../lib/no-deeds.ts'
import { defineTaskType } from '../../model/task-type.ts'
import type { FailParams } from './schema.ts'

/** Fails wherever its condition holds, in the plan already when the condition is known by then. */
export const fail = defineTaskType<FailParams, never>({
  name: 'fail',
  summary: 'fails, with a message',
  knowledge: 'overlay',
  aliases: ['ansible.builtin.fail'],
  *observe() {},
  plan({ msg = 'Failed as requested from task' }) {
    const message = String(msg)
    return { changes: [], predicts: [], reason: message, failed: message, result: { msg } }
  },
  apply: noDeeds,
})
