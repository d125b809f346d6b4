import { refused } from '../../lib/host-file.ts'
import type { DeskStep } from '../../model/step.ts'
import { defineTaskType } from '../../model/task-type.ts'
import { Secret, Unknown } from '../../model/value.ts'
import type { PauseParams } from './schema.ts'

const enter = 'press Enter to go on'

/** Lets time pass or asks a person. One host does it for all of its batch, and what comes after it is looked at anew. */
export const pause = defineTaskType<PauseParams, DeskStep>({
  name: 'pause',
  summary: 'lets time pass, or asks a person, once for all hosts of a batch',
  knowledge: 'named',
  aliases: ['ansible.builtin.pause'],
  once: true,
  *observe() {},
  plan(params, { unattended }) {
    const { seconds, minutes, prompt, echo = true } = params
    if (seconds !== undefined && minutes !== undefined)
      return refused({ code: 'VALUE_INVALID', message: 'pause: expected seconds or minutes, got both' })
    const length = seconds ?? (minutes === undefined ? undefined : minutes * 60)
    const result = { user_input: length === undefined ? new Unknown('nobody has answered yet') : '', echo }
    if (length === undefined && unattended === true) {
      const refusal = refused({
        code: 'OPTION_INVALID',
        message: 'pause: asks a person, and there is no terminal',
        hint: 'run it on a terminal, give seconds, or leave the task out by a tag or a condition',
      })
      return { ...refusal, result }
    }
    const question = prompt === undefined || String(prompt) === '' ? undefined : String(prompt)
    const step: DeskStep =
      length === undefined
        ? { kind: 'answer', question: question ?? enter, echo }
        : { kind: 'rest', milliseconds: Math.round(length * 1000), why: question ?? 'the playbook says so' }
    const summary = step.kind === 'answer' ? `ask: ${step.question}` : `wait ${length} s${question === undefined ? '' : `: ${question}`}`
    const reason = 'the playbook says so'
    return {
      changes: [{ action: 'check', target: step.kind === 'answer' ? 'a person' : 'the clock', summary, diffs: [], reason, data: step }],
      predicts: [],
      // To ask or to wait again proves nothing.
      unconditional: true,
      reason,
      result,
    }
  },
  *apply({ data }) {
    const [answer] = yield [data]
    const typed = answer?.stdout ?? ''
    const user_input = data.kind === 'answer' && !data.echo ? Secret.of(typed) : typed
    return { changed: false, values: { user_input } }
  },
})
