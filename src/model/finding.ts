import type { Position } from './problem.ts'

/** What a rule of lint objects to, with why and what to do. */
export interface Finding {
  readonly rule: string
  readonly at: Position
  readonly message: string
  readonly reason: string
  readonly fix: string
}
