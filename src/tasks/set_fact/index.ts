import { noDeeds } from '../../lib/no-deeds.ts'
import { defineTaskType } from '../../model/task-type.ts'
import type { SetFactParams } from './schema.ts'

/** Variables of the host from here on. */
export const setFact = defineTaskType<SetFactParams, never>({
  name: 'set_fact',
  summary: 'variables of the host from here on',
  knowledge: 'overlay',
  aliases: ['ansible.builtin.set_fact'],
  *observe() {},
  plan(params) {
    const names = Object.keys(params)
    return { changes: [], predicts: [], reason: `sets ${names.join(', ')}`, sets: params, result: { ansible_facts: params } }
  },
  apply: noDeeds,
})
