import { isAbsolute, join } from 'node:path'
import type { Include, IncludeBranch } from '../model/playbook.ts'
import type { Problem } from '../model/problem.ts'
import { isMap, Unknown, type Value, type ValueMap } from '../model/value.ts'
import type { IncludeGuard, TaskNode } from './compiled-run.ts'
import { unknownItems } from './include-items.ts'
import type { Instance } from './instantiate.ts'

/** The branch that the rendered parameters of an include mean. */
export function branchOf(include: Include, params: Value): { readonly branch: IncludeBranch } | { readonly problem: Problem } {
  const given = fileOf(params)
  const [only] = include.branches
  // include_role names its role in the text of the playbook
  if (only?.call !== undefined) return { branch: only }
  const name = typeof given === 'string' ? given : ''
  const paths = isAbsolute(name) ? [name] : include.folders.map((folder) => join(folder, name))
  const branch = paths.flatMap((path) => include.branches.find((one) => one.path === path) ?? [])[0]
  if (branch !== undefined) return { branch }
  const known = include.branches.map(({ path }) => path).join(', ')
  return { problem: { code: 'FILE_MISSING', message: `there is no file ${name}`, hint: `it could have been ${known}` } }
}

/** Whether a task is come to, as far as that is known before a host is asked; 'perhaps': it chooses among files, this one among them. */
export type Reached = boolean | 'perhaps'

/** Whether every include that leads to a task is surely taken, and brings in the file on the way to it. */
export function reached(
  guards: readonly IncludeGuard[],
  instancesOf: (include: TaskNode, around: readonly ValueMap[]) => readonly Instance[],
): Reached {
  const each = guards.map(({ include, path }, at): Reached => {
    const ready = instancesOf(include, unknownItems(guards.slice(0, at))).flatMap((one) => (one.kind === 'ready' ? [one.params] : []))
    const { include: what } = include.task
    if (what === undefined) return ready.length > 0
    const brought = ready.map((params) => brings(what, params, path))
    return brought.includes(true) || (brought.includes('perhaps') && 'perhaps')
  })
  return each.includes(false) ? false : each.includes('perhaps') ? 'perhaps' : true
}

function brings(include: Include, params: Value, path: string): Reached {
  if (include.branches.length > 1 && fileOf(params) instanceof Unknown) return 'perhaps'
  const found = branchOf(include, params)
  return 'branch' in found ? found.branch.path === path : fileOf(params) instanceof Unknown
}

function fileOf(params: Value): Value | undefined {
  return isMap(params) ? (params['file'] ?? params['dir']) : undefined
}
