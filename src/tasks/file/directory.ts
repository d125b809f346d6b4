import { circleProblem, locate, refused, unsettled } from '../../lib/host-file.ts'
import { formatMode, parseMode } from '../../lib/mode.ts'
import { attributeDifferences, type Ownership, ownershipOf, ownershipOfNew } from '../../lib/ownership.ts'
import { foldersAbove } from '../../lib/paths.ts'
import { directoryFact } from '../../lib/predict-file.ts'
import { quote } from '../../lib/sh.ts'
import { type FileFact, isAbsent, type Prediction } from '../../model/fact.ts'
import type { Change, Decision, PlanContext } from '../../model/task-type.ts'
import { Unknown, type ValueMap } from '../../model/value.ts'
import type { Deed } from './deed.ts'
import type { FileParams } from './schema.ts'

/** Mode of a directory that is made without one being asked for. */
const newDirectoryMode = 0o755

interface Wish {
  readonly path: string
  readonly owner: string | undefined
  readonly group: string | undefined
  readonly mode: number | undefined
}

export function planDirectory(params: FileParams, context: PlanContext): Decision<Deed> {
  const there = directoryIfThere(params, context)
  if (there !== undefined) return there
  const wish = wishOf(params)
  const { path, fact } = locate(wish.path, context.view)
  if (isAbsent(fact)) return planNew(wish, path, context)
  return refused({
    code: 'PATH_REFUSED',
    message: `${path}: is there and no directory`,
    hint: `look at it on the host, and remove it first if it may go\nls -ld ${quote(path)}`,
  })
}

/** The decision for a directory that is there; undefined when the path is nothing or something else. */
export function directoryIfThere(params: FileParams, context: PlanContext): Decision<Deed> | undefined {
  const wish = wishOf(params)
  const { path, fact, circle } = locate(wish.path, context.view)
  if (circle) return refused(circleProblem(wish.path))
  if (fact instanceof Unknown) return unsettled(context, path, fact)
  return !isAbsent(fact) && fact.type === 'directory' ? planPresent(wish, path, fact, context) : undefined
}

function wishOf({ path, owner, group, mode }: FileParams): Wish {
  return { path, owner, group, mode: mode === undefined ? undefined : parseMode(mode) }
}

function planPresent(wish: Wish, path: string, fact: FileFact, context: PlanContext): Decision<Deed> {
  const owned = ownershipOf(wish, fact, context)
  if (owned.kind === 'unknown') return unsettled(context, path, owned.answer)
  if (owned.kind === 'problem') return refused(owned.problem)
  const mode = wish.mode ?? fact.mode
  const differences = attributeDifferences(fact, owned.value, mode)
  const result = resultOf(path, owned.value, mode)
  if (differences.length === 0)
    return { changes: [], predicts: [], reason: 'the directory is there with owner, group and mode as wanted', result }
  const reason = differences.map(({ name, before, after }) => `${name} is ${before}, wanted ${after}`).join('; ')
  return {
    changes: [
      {
        action: 'update',
        target: path,
        summary: `set ${differences.map(({ name }) => name).join(', ')} of ${path}`,
        diffs: [{ kind: 'fields', fields: differences }],
        reason,
        data: { kind: 'attributes', path, owner: owned.value.owner, group: owned.value.group, mode },
      },
    ],
    predicts: [{ kind: 'file', target: { path }, fact: { ...fact, ...owned.value, mode } }],
    reason,
    result,
  }
}

/** Missing folders above are made as well and, as Ansible does it, get the same owner, group and mode. */
function planNew(wish: Wish, path: string, context: PlanContext): Decision<Deed> {
  const missing: string[] = []
  for (const folder of foldersAbove(path)) {
    const { fact, circle } = locate(folder, context.view)
    if (circle) return refused(circleProblem(folder))
    if (fact instanceof Unknown) return unsettled(context, folder, fact)
    if (isAbsent(fact)) missing.push(folder)
    else if (fact.type !== 'directory')
      return refused({
        code: 'PATH_REFUSED',
        message: `${path}: ${folder} is there and no directory`,
        hint: 'take it away in an earlier task, or name another folder',
      })
  }
  const owned = ownershipOfNew(wish, context)
  if (owned.kind === 'unknown') return unsettled(context, path, owned.answer)
  if (owned.kind === 'problem') return refused(owned.problem)
  const mode = wish.mode ?? newDirectoryMode
  const paths = [...missing, path]
  return {
    changes: paths.map((one) =>
      creation(one, one === path ? 'the directory is missing' : `it is missing above ${path}`, owned.value, mode),
    ),
    predicts: paths.map((one): Prediction => ({ kind: 'file', target: { path: one }, fact: directoryFact(owned.value, mode) })),
    reason: 'the directory is missing',
    result: resultOf(path, owned.value, mode),
  }
}

function creation(path: string, reason: string, owned: Ownership, mode: number): Change<Deed> {
  return {
    action: 'create',
    target: path,
    summary: `create directory ${path}`,
    diffs: [
      {
        kind: 'fields',
        fields: [
          { name: 'owner', before: undefined, after: owned.owner },
          { name: 'group', before: undefined, after: owned.group },
          { name: 'mode', before: undefined, after: formatMode(mode) },
        ],
      },
    ],
    reason,
    data: { kind: 'directory', path, owner: owned.owner, group: owned.group, mode },
  }
}

function resultOf(path: string, owned: Ownership, mode: number): ValueMap {
  return { path, owner: owned.owner, group: owned.group, uid: owned.uid, gid: owned.gid, mode: formatMode(mode), state: 'directory' }
}
