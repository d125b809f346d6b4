import { refused } from '../../lib/host-file.ts'
import { noDeeds } from '../../lib/no-deeds.ts'
import { defineTaskType } from '../../model/task-type.ts'
import { Secret, type Value } from '../../model/value.ts'
import type { DebugParams } from './schema.ts'

/** Shows a text or a value. */
export const debug = defineTaskType<DebugParams, never>({
  name: 'debug',
  summary: 'shows a text or a value',
  knowledge: 'overlay',
  aliases: ['ansible.builtin.debug'],
  expressions: ['var'],
  *observe() {},
  plan(params) {
    if (params.msg !== undefined && params.var !== undefined)
      return refused({ code: 'VALUE_INVALID', message: 'debug: expected msg or var, got both' })
    if (params.var === undefined) {
      const msg = params.msg ?? 'Hello world!'
      return { changes: [], predicts: [], reason: shown(msg), result: { msg } }
    }
    const { text, result } = params.var
    return { changes: [], predicts: [], reason: `${text}: ${shown(result)}`, result: { msg: result } }
  },
  apply: noDeeds,
})

/** Secrets and what is not known yet say so by themselves, also inside of lists and maps. */
function shown(value: Value): string {
  return typeof value === 'string' || value instanceof Secret ? String(value) : JSON.stringify(value, null, 2)
}
