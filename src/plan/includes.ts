import { join, isAbsolute } from 'node:path'
import type { IncludeGuard } from '../compile/compiled-run.ts'
import type { Include, IncludeBranch } from '../model/playbook.ts'
import type { Problem } from '../model/problem.ts'
import { isMap, Unknown, type Value, type ValueMap } from '../model/value.ts'
import type { WalkState } from './entry.ts'

/** Whether a host takes every include that leads to a task. */
export function takes(guards: readonly IncludeGuard[], { included }: WalkState): boolean | Unknown {
  for (const { key, path } of guards) {
    const taken = included.get(key)
    if (taken instanceof Unknown) return taken
    if (taken?.path !== path) return false
  }
  return true
}

/** What the includes around a task give to it, outermost first. */
export function givenBy(guards: readonly IncludeGuard[], { included }: WalkState): readonly ValueMap[] {
  return guards.map(({ key }) => {
    const taken = included.get(key)
    return taken === undefined || taken instanceof Unknown ? {} : taken.values
  })
}

/** The branch that the rendered parameters of an include mean. */
export function branchOf(include: Include, params: Value): { readonly branch: IncludeBranch } | { readonly problem: Problem } {
  const given = isMap(params) ? (params['file'] ?? params['dir']) : undefined
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
