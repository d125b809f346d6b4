import { noDeeds } from '../../lib/no-deeds.ts'
import { defineTaskType } from '../../model/task-type.ts'
import type { AssertParams, Evaluated } from './schema.ts'

/** Fails unless every condition holds; decided in the plan, over what the earlier tasks will have made true. */
export const assert = defineTaskType<AssertParams, never>({
  name: 'assert',
  summary: 'fails unless the conditions hold',
  knowledge: 'overlay',
  aliases: ['ansible.builtin.assert'],
  conditions: ['that'],
  *observe() {},
  plan({ that, fail_msg, success_msg }) {
    const conditions = listOf(that)
    const broken = conditions.find(({ result }) => !result)
    if (broken !== undefined) {
      const said = `assertion failed: ${broken.text}`
      const message = fail_msg === undefined ? said : `${fail_msg} (${said})`
      return {
        changes: [],
        predicts: [],
        reason: message,
        failed: message,
        result: { msg: fail_msg ?? said, assertion: broken.text, evaluated_to: false },
      }
    }
    const reason = success_msg ?? (conditions.length === 1 ? `holds: ${conditions[0]?.text}` : `all ${conditions.length} conditions hold`)
    return { changes: [], predicts: [], reason, result: { msg: reason } }
  },
  apply: noDeeds,
})

function listOf(that: Evaluated | readonly Evaluated[]): readonly Evaluated[] {
  return 'text' in that ? [that] : that
}
