import type { Located } from '../model/playbook.ts'
import type { Problem } from '../model/problem.ts'
import { compileExpression, evaluateExpression } from './expression.ts'
import type { Scope } from './scope.ts'

export type ConditionsVerdict =
  | { readonly kind: 'true' }
  | { readonly kind: 'false' /** the condition that said no, as written */; readonly because: string }
  | { readonly kind: 'unknown'; readonly why: string }
  | { readonly kind: 'failed'; readonly problems: readonly Problem[] }

/**
 * All conditions of a list, left to right; the first false one ends it. One that is unknown does not hide a later one
 * that is surely false, but whatever fails behind it may be guarded by it and waits.
 */
export function evaluateConditions(conditions: readonly Located<string | boolean>[], scope: Scope): ConditionsVerdict {
  let unknown: string | undefined
  for (const { value, at } of conditions) {
    const verdict =
      typeof value === 'boolean' ? ({ kind: value ? 'true' : 'false' } as const) : evaluateExpression(compileExpression(value, at), scope)
    if (verdict.kind === 'false') return { kind: 'false', because: String(value) }
    if (verdict.kind === 'failed' && unknown === undefined) return verdict
    if (verdict.kind === 'unknown') unknown ??= verdict.why
  }
  return unknown === undefined ? { kind: 'true' } : { kind: 'unknown', why: unknown }
}

/** Syntax problems of conditions, before anything is known of a host. */
export function conditionsSyntax(conditions: readonly Located<string | boolean>[]): readonly Problem[] {
  return conditions.flatMap(({ value, at }) => (typeof value === 'boolean' ? [] : compileExpression(value, at).problems))
}
