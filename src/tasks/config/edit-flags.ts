import { dropInText, execStartLines, setExecFlag } from '../../lib/edit/systemd.ts'
import { setEnvFlag, envValues } from '../../lib/edit/env.ts'
import { wordsOf } from '../../lib/edit/words.ts'
import { heldText, refused, unsettled } from '../../lib/host-file.ts'
import { keepHidden } from '../../lib/keep-hidden.ts'
import { planManagedFile } from '../../lib/managed-file.ts'
import { baseOf, parentOf } from '../../lib/paths.ts'
import { directoryFact } from '../../lib/predict-file.ts'
import { isAbsent, type Prediction, type Probe, type UnitFact } from '../../model/fact.ts'
import type { Step } from '../../model/step.ts'
import type { Change, Decision, HostView, PlanContext } from '../../model/task-type.ts'
import { Secret, type Text, Unknown } from '../../model/value.ts'
import { allRight, asDeeds } from './edit-file.ts'
import { execStartOf, loadedRight, standsIn, type UnitFiles, type Variable, variableOf, withDropIn } from './flag-place.ts'
import type { Deed, FlagsWish } from './wish.ts'

const reload: Step = { kind: 'run', command: { argv: ['systemctl', 'daemon-reload'] }, mayFail: false }
const rootOwned = { owner: 'root', group: 'root', uid: 0, gid: 0 }

/** Finds where the flags of a unit live and edits them there: in its environment file, else by a drop-in of our own. */
export function planFlags(wish: FlagsWish, context: PlanContext): Decision<Deed> {
  const unit = context.view.get('unit', { name: wish.unit })
  if (unit instanceof Unknown) return unsettled(context, wish.unit, unit)
  if (isAbsent(unit)) return refused(unitUnknown(wish.unit))
  const read = readUnit(unit, context)
  if (read.kind === 'decided') return read.decision
  const { files, shown } = read
  const execStart = execStartOf(files)
  if (execStart === undefined)
    return refused({
      code: 'EDIT_IMPOSSIBLE',
      message: `${wish.unit} has no single ExecStart line, so its flags cannot be edited`,
      hint: `see its files\nsystemctl cat ${wish.unit}`,
    })
  const variable = variableOf(files, execStart, wish.variable)
  const direct = wish.flags.filter(([flag]) => variable === undefined || standsIn(execStart, flag))
  const indirect = wish.flags.filter((flag) => !direct.includes(flag))
  const decisions = [
    ...(variable === undefined || indirect.length === 0 ? [] : [planVariable(variable, indirect, shown, context)]),
    ...(direct.length === 0 ? [] : [planCommandLine(wish, files, execStart, direct, shown, context)]),
  ]
  return joined(wish, decisions)
}

/** `shown`: all texts, with what is known to be secret in them hidden. */
type ReadUnit =
  | { readonly kind: 'files'; readonly files: UnitFiles; readonly shown: Text }
  | { readonly kind: 'decided'; readonly decision: Decision<never> }

function readUnit(unit: UnitFact, context: PlanContext): ReadUnit {
  const files: { path: string; text: string }[] = []
  const environment: { path: string; text: string }[] = []
  const shown: Text[] = []
  for (const [paths, into] of [
    [unitFilePaths(unit), files],
    [environmentPaths(unit), environment],
  ] as const) {
    for (const path of paths) {
      const held = heldText(path, context)
      if (held.kind === 'decided') return held
      into.push({ path, text: held.kind === 'text' ? held.text : '' })
      if (held.kind === 'text') shown.push(held.shown, '\n')
    }
  }
  return { kind: 'files', files: { unit, files, environment }, shown: Secret.join(shown) }
}

/** Drop-ins that systemd has not loaded yet count as well: our own may be there without a daemon-reload. */
function unitFilePaths(unit: UnitFact): readonly string[] {
  const own = dropInPath(unit)
  const dropIns = unit.dropIns.includes(own)
    ? unit.dropIns
    : [...unit.dropIns, own].sort((one, other) => (baseOf(one) < baseOf(other) ? -1 : 1))
  return [unit.fragmentPath, ...dropIns].filter((path) => path !== '')
}

/** An entry with a pattern stands for files that nobody means to edit. */
function environmentPaths(unit: UnitFact): readonly string[] {
  return unit.environmentFiles.filter((path) => path.startsWith('/') && !/[*?[]/.test(path))
}

function dropInPath(unit: UnitFact): string {
  return `/etc/systemd/system/${unit.name}.d/tlsplay.conf`
}

export function* observeUnit(unit: UnitFact): Generator<readonly Probe[], void, HostView> {
  const paths = [...unitFilePaths(unit), ...environmentPaths(unit)]
  const folders = [...new Set([...environmentPaths(unit), dropInPath(unit)].map(parentOf))]
  yield [
    ...paths.flatMap((path): Probe[] => [
      { kind: 'file', target: { path } },
      { kind: 'content', target: { path } },
      { kind: 'digest', target: { path } },
    ]),
    ...folders.map((path): Probe => ({ kind: 'file', target: { path } })),
  ]
}

function planVariable(variable: Variable, flags: FlagsWish['flags'], shown: Text, context: PlanContext): Decision<Deed> {
  let text = variable.text
  for (const [flag, wish] of flags) {
    const result = setEnvFlag(text, variable.name, flag, wish, variable.initial)
    if (result.kind === 'impossible')
      return refused({
        code: 'EDIT_IMPOSSIBLE',
        message: `${variable.file}: ${result.why}`,
        hint: 'edit it by hand, or write it as a whole with `template`',
      })
    text = result.text
  }
  const words = wordsOf(envValues(text)?.get(variable.name) ?? '')
  if (variable.braced && words.length > 1) {
    return refused({
      code: 'EDIT_IMPOSSIBLE',
      message: `${variable.file}: \${${variable.name}} reaches the program as one word, which ${words.length} flags are not`,
      hint: `write $${variable.name} without braces in ExecStart of the unit`,
    })
  }
  const names = flags.map(([flag]) => flag).join(', ')
  return asDeeds(
    planManagedFile(
      {
        path: variable.file,
        owner: undefined,
        group: undefined,
        mode: undefined,
        content: keepHidden(shown, text),
        create: true,
        reason: `${names} in ${variable.name} not as wanted`,
      },
      context,
    ),
  )
}

function planCommandLine(
  { unit: asked }: FlagsWish,
  files: UnitFiles,
  execStart: string,
  flags: FlagsWish['flags'],
  shown: Text,
  context: PlanContext,
): Decision<Deed> {
  const { unit } = files
  let line = execStart
  for (const [flag, wish] of flags) {
    const result = setExecFlag(line, flag, wish)
    if (result.kind === 'impossible')
      return refused({
        code: 'EDIT_IMPOSSIBLE',
        message: `${unit.name}: ${result.why}`,
        hint: 'edit the unit by hand, or write a drop-in with `copy`',
      })
    line = result.text
  }
  const names = flags.map(([flag]) => flag).join(', ')
  if (line === execStart)
    return flags.every(([flag, wish]) => loadedRight(files, flag, wish))
      ? { changes: [], predicts: [], reason: `${names} of ${unit.name} as wanted` }
      : reloadOnly(asked, unit, line, shown)
  const path = dropInPath(unit)
  const text = dropInText(line)
  const outcome = execStartLines(withDropIn(files, path, text))
  if (outcome.length !== 1 || outcome[0] !== line) {
    return refused({
      code: 'EDIT_IMPOSSIBLE',
      message: `${unit.name}: a drop-in that comes after ${baseOf(path)} sets ExecStart too`,
      hint: `put the flags there, or rename it\nsystemctl cat ${unit.name}`,
    })
  }
  const folder = parentOf(path)
  const missing = isAbsent(context.view.get('file', { path: folder }))
  const decision = planManagedFile(
    {
      path,
      owner: undefined,
      group: undefined,
      mode: 0o644,
      content: keepHidden(shown, text),
      create: true,
      reason: `${names} not as wanted, and the command line stands in the unit itself`,
    },
    missing ? withFolder(context, folder) : context,
  )
  const made: readonly Step[] = missing ? [{ kind: 'directory', path: folder, owner: 'root', group: 'root', mode: 0o755 }] : []
  return {
    ...decision,
    changes: decision.changes.map((change): Change<Deed> => ({ ...change, data: { steps: [...made, change.data, reload] } })),
    predicts: [
      ...decision.predicts,
      ...(missing ? [{ kind: 'file', target: { path: folder }, fact: directoryFact(rootOwned, 0o755) } as const] : []),
      ...predictUnit(asked, unit, line, path),
    ],
  }
}

/** An earlier run wrote the drop-in and ended before systemd read it. */
function reloadOnly(asked: string, unit: UnitFact, line: string, shown: Text): Decision<Deed> {
  const reason = 'systemd has not read the new command line yet'
  const plain = (text: string) => String(keepHidden(shown, text))
  return {
    changes: [
      {
        action: 'reload',
        target: unit.name,
        summary: `have systemd read ${unit.name} again`,
        diffs: [{ kind: 'fields', fields: [{ name: 'ExecStart', before: plain(unit.execStart), after: plain(line) }] }],
        reason,
        data: { steps: [reload] },
      },
    ],
    predicts: predictUnit(asked, unit, line, dropInPath(unit)),
    reason,
  }
}

/** Under the name it was asked for, which may be an alias, and under its own. */
function predictUnit(asked: string, unit: UnitFact, execStart: string, dropIn: string): readonly Prediction[] {
  const fact = { ...unit, execStart, dropIns: unit.dropIns.includes(dropIn) ? unit.dropIns : [...unit.dropIns, dropIn] }
  return [...new Set([asked, unit.name])].map((name) => ({ kind: 'unit', target: { name }, fact }))
}

/** The folder of the drop-in is made by the same change, just before the file. */
function withFolder(context: PlanContext, folder: string): PlanContext {
  const { view } = context
  const get: HostView['get'] = (kind, target) =>
    kind === 'file' && 'path' in target && target.path === folder ? (directoryFact(rootOwned, 0o755) as never) : view.get(kind, target)
  return { ...context, view: { get } }
}

function joined(wish: FlagsWish, decisions: readonly Decision<Deed>[]): Decision<Deed> {
  const changes = decisions.flatMap((one) => one.changes)
  const later = decisions.map((one) => one.later).find((one) => one !== undefined)
  const problems = decisions.flatMap((one) => one.problems ?? [])
  return {
    changes,
    predicts: decisions.flatMap((one) => one.predicts),
    invalidates: decisions.flatMap((one) => one.invalidates ?? []),
    reason:
      changes.length === 0 && problems.length === 0
        ? (later ?? `${wish.unit}: ${allRight(wish.flags.length, 'flag')}`)
        : decisions.map((one) => one.reason).join('; '),
    problems,
    ...(later === undefined ? {} : { later }),
  }
}

function unitUnknown(name: string): { readonly code: 'UNIT_UNKNOWN'; readonly message: string; readonly hint: string } {
  return {
    code: 'UNIT_UNKNOWN',
    message: `no unit ${name} on the host, so the flags of its command line cannot be found`,
    hint: 'name the unit that runs the service, or, for a process without a unit, give its command line to the role as start_command\nsystemctl list-units --type=service',
  }
}
