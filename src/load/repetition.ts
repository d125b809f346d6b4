import type { AttemptKeywords, LoopControl } from '../model/playbook.ts'
import type { Problem } from '../model/problem.ts'
import { entryOf } from '../model/source.ts'
import type { MapSource } from '../model/source.ts'
import { flagField, textField } from './fields.ts'
import { readConditions } from './keywords.ts'

/** `loop_control` of a task: how the items are called, shown and followed by each other. */
export function readLoopControl(control: MapSource | undefined, problems: Problem[]): LoopControl {
  if (control === undefined)
    return { loopVar: 'item', indexVar: undefined, label: undefined, pause: undefined, extended: 'no', breakWhen: undefined }
  const extended = flagField(control, 'extended')?.value ?? false
  return {
    loopVar: textField(control, 'loop_var')?.value ?? 'item',
    indexVar: textField(control, 'index_var')?.value,
    label: textField(control, 'label'),
    pause: entryOf(control, 'pause')?.value,
    extended: !extended ? 'no' : flagField(control, 'extended_allitems')?.value === false ? 'yes' : 'all',
    breakWhen: readConditions(control, 'break_when', problems),
  }
}

/** `until`, `retries` and `delay` of a task; undefined when it is tried once. */
export function readAttempts(map: MapSource, problems: Problem[]): AttemptKeywords | undefined {
  const until = readConditions(map, 'until', problems)
  const retries = entryOf(map, 'retries')?.value
  const delay = entryOf(map, 'delay')
  if (until !== undefined || retries !== undefined) return { until, retries, delay: delay?.value }
  if (delay !== undefined)
    problems.push({
      code: 'KEY_MISSING',
      message: 'delay is the time between attempts, and the task has neither until nor retries',
      at: delay.keyAt,
      hint: 'add until: CONDITION, or remove delay',
    })
  return undefined
}
