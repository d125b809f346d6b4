import type { Decision, PlanContext } from '../model/task-type.ts'
import { Secret } from '../model/value.ts'
import type { Edited } from './edit/lines.ts'
import { heldText, refused } from './host-file.ts'
import { keepHidden } from './keep-hidden.ts'
import { type FileDeed, planManagedFile } from './managed-file.ts'
import { parseMode } from './mode.ts'

/** A text file of which a task edits some lines. */
export interface EditedFile {
  /** the task type */
  readonly type: string
  /** what the lines are called: `line`, `block` */
  readonly what: string
  readonly path: string
  readonly state: 'present' | 'absent'
  readonly create: boolean
  readonly owner: string | undefined
  readonly group: string | undefined
  readonly mode: string | undefined
}

/** Decides over the file as it is held; every byte that `edit` leaves alone stays. */
export function planEditedFile(file: EditedFile, edit: (old: string) => Edited, context: PlanContext): Decision<FileDeed> {
  const held = heldText(file.path, context)
  if (held.kind === 'decided') return held.decision
  if (held.kind === 'absent' && file.state === 'absent')
    return { changes: [], predicts: [], reason: `the file is missing, so the ${file.what} is` }
  if (held.kind === 'absent' && !file.create) {
    return refused({
      code: 'EDIT_IMPOSSIBLE',
      message: `${held.path}: does not exist on the host`,
      hint: `set create: true to make it with this one ${file.what}`,
    })
  }
  const edited = edit(held.kind === 'text' ? held.text : '')
  if (edited.kind === 'wrong') {
    return refused({
      code: edited.code,
      message: `${file.type} ${held.path}: ${edited.message}`,
      ...(edited.hint === undefined ? {} : { hint: edited.hint }),
    })
  }
  const text = edited.text === undefined || held.kind === 'absent' ? edited.text : keepHidden(held.shown, edited.text)
  const decision = planManagedFile(
    {
      path: file.path,
      content: edited.kind === 'edited' ? text : undefined,
      holds: text instanceof Secret ? text : undefined,
      owner: file.owner,
      group: file.group,
      mode: file.mode === undefined ? undefined : parseMode(file.mode),
      ...(edited.kind === 'edited' && held.kind === 'text' ? { reason: edited.why } : {}),
    },
    context,
  )
  return edited.kind === 'same' && decision.changes.length === 0 && decision.problems === undefined
    ? { ...decision, reason: edited.why }
    : decision
}
