import type { Edit, Setting } from '../../lib/edit/edit-path.ts'
import { removeEnv, setEnv } from '../../lib/edit/env.ts'
import { hideSettings } from '../../lib/edit/hide.ts'
import { removeToml, setToml } from '../../lib/edit/toml.ts'
import { removeYaml, setYaml } from '../../lib/edit/yaml.ts'
import { heldText, refused } from '../../lib/host-file.ts'
import { keepHidden } from '../../lib/keep-hidden.ts'
import { type FileDeed, planManagedFile } from '../../lib/managed-file.ts'
import { remembering } from '../../lib/remember.ts'
import { unreachable } from '../../lib/unreachable.ts'
import type { Change, Decision, PlanContext } from '../../model/task-type.ts'
import { revealText, Secret } from '../../model/value.ts'
import type { Deed, FileWish, Format } from './wish.ts'

/** Applies every edit to the text that is there and wants the outcome as the whole file. */
export function planFile(wish: FileWish, context: PlanContext): Decision<Deed> {
  const held = heldText(wish.path, context)
  if (held.kind === 'decided') return held.decision
  if (held.kind === 'absent' && wish.set.length === 0)
    return { changes: [], predicts: [], reason: `${wish.path} is not there, so nothing in it has to go` }
  const before = held.kind === 'text' ? held.text : ''
  let text = before
  const touched: string[] = []
  for (const [path, edit] of editsOf(wish)) {
    const result = edit(text)
    if (result.kind === 'impossible')
      return refused({
        code: 'EDIT_IMPOSSIBLE',
        message: `${wish.path}: ${path}: ${result.why}`,
        hint: 'edit it by hand, or write it as a whole with `template`',
      })
    if (result.text !== text) touched.push(path)
    text = result.text
  }
  const content = keepHidden(
    held.kind === 'text' ? held.shown : '',
    hideSettings(
      text,
      wish.set.map(([, setting]) => setting),
    ),
  )
  const decision = planManagedFile(
    { ...wish, content, reason: touched.length === 0 ? 'content differs' : `${touched.join(', ')} not as wanted` },
    context,
  )
  const right = decision.changes.length === 0 && (decision.problems ?? []).length === 0 && decision.later === undefined
  return asDeeds(right ? { ...decision, reason: `${wish.path}: ${allRight(wish.set.length + wish.remove.length, 'setting')}` } : decision)
}

/** `1 setting is right`, `3 settings are right` */
export function allRight(count: number, what: string): string {
  return count === 1 ? `1 ${what} is right` : `${count} ${what}s are right`
}

function editsOf(wish: FileWish): readonly (readonly [path: string, edit: (text: string) => Edit])[] {
  return [
    ...wish.set.map(([path, setting]) => [path, (text: string) => setOne(wish.format, text, path, setting)] as const),
    ...wish.remove.map((path) => [path, (text: string) => removeOne(wish.format, text, path)] as const),
  ]
}

/** Each edit reads the whole document twice. */
const setYamlOnce = remembering(
  64,
  (text, path, setting) => (isSecret(setting) ? undefined : JSON.stringify([text, path, setting])),
  setYaml,
)

function isSecret(setting: Setting): boolean {
  return setting instanceof Secret || (Array.isArray(setting) && setting.some((item: Setting) => isSecret(item)))
}

function setOne(format: Format, text: string, path: string, setting: Setting): Edit {
  switch (format) {
    case 'toml':
      return setToml(text, path, setting)
    case 'yaml':
      return setYamlOnce(text, path, setting)
    case 'env':
      return setEnv(text, path, envValue(setting))
    default:
      return unreachable(format)
  }
}

function removeOne(format: Format, text: string, path: string): Edit {
  switch (format) {
    case 'toml':
      return removeToml(text, path)
    case 'yaml':
      return removeYaml(text, path)
    case 'env':
      return removeEnv(text, path)
    default:
      return unreachable(format)
  }
}

/** A list in a variable is written as systemd and most programs split it: with commas. */
function envValue(setting: Setting): string {
  if (setting instanceof Secret || typeof setting === 'string') return revealText(setting)
  return Array.isArray(setting) ? setting.map((item: Setting) => envValue(item)).join(',') : String(setting)
}

export function asDeeds(decision: Decision<FileDeed>): Decision<Deed> {
  return { ...decision, changes: decision.changes.map((change): Change<Deed> => ({ ...change, data: { steps: [change.data] } })) }
}
