import { heldText, refused } from '../../lib/host-file.ts'
import { applyManagedFile, type FileDeed, observeManagedFile, planManagedFile } from '../../lib/managed-file.ts'
import { parseMode } from '../../lib/mode.ts'
import { defineTaskType } from '../../model/task-type.ts'
import { edit } from './edit.ts'
import type { LineinfileParams } from './schema.ts'

/** Sees that one line of a text file is there, or is not; every other byte stays. */
export const lineinfile = defineTaskType<LineinfileParams, FileDeed>({
  name: 'lineinfile',
  summary: 'one line of a text file; every other byte stays',
  knowledge: 'predicted',
  aliases: ['ansible.builtin.lineinfile'],
  observe: (params) => observeManagedFile(params, 'content'),
  plan(params, context) {
    const held = heldText(params.path, context)
    if (held.kind === 'decided') return held.decision
    if (held.kind === 'absent' && params.state === 'absent')
      return { changes: [], predicts: [], reason: 'the file is missing, so the line is' }
    if (held.kind === 'absent' && params.create !== true) {
      return refused({
        code: 'EDIT_IMPOSSIBLE',
        message: `${held.path}: does not exist on the host`,
        hint: 'set create: true to make it with this one line',
      })
    }
    const old = held.kind === 'text' ? held.text : ''
    const edited = edit(old, params)
    if (edited.kind === 'wrong') {
      return refused({
        code: edited.code,
        message: `lineinfile ${held.path}: ${edited.message}`,
        ...(edited.hint === undefined ? {} : { hint: edited.hint }),
      })
    }
    const ownership = { owner: params.owner, group: params.group, mode: params.mode === undefined ? undefined : parseMode(params.mode) }
    const decision = planManagedFile(
      {
        path: params.path,
        content: edited.kind === 'edited' ? edited.text : undefined,
        ...ownership,
        ...(edited.kind === 'edited' && held.kind === 'text' ? { reason: edited.why } : {}),
      },
      context,
    )
    return edited.kind === 'same' && decision.changes.length === 0 && decision.problems === undefined
      ? { ...decision, reason: edited.why }
      : decision
  },
  apply: applyManagedFile,
})
