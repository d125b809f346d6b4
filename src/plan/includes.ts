import type { IncludeGuard } from '../compile/compiled-run.ts'
import { Unknown, type ValueMap } from '../model/value.ts'
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
