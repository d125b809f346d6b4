import type { ProblemCode } from './problem-codes.ts'

/** A place in a text that a person wrote. Lines and columns count from 1; the end is exclusive. */
export interface Position {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly endLine?: number
  readonly endColumn?: number
}

/** What went wrong, as data: tests match `code`, people read `message` and act on `hint`. */
export interface Problem {
  readonly code: ProblemCode
  /** lower case, no final period: what was expected and what was found */
  readonly message: string
  readonly at?: Position
  readonly host?: string
  /** the name of the task it belongs to */
  readonly task?: string
  /** an action; a command to copy stands alone on its line */
  readonly hint?: string
}

export type NonEmpty<T> = readonly [T, ...T[]]

export function isNonEmpty<T>(items: readonly T[]): items is NonEmpty<T> {
  return items.length > 0
}

/** The one error that carries problems of a user's making. A plain Error is always a bug of ours. */
export class TlsplayError extends Error {
  override readonly name = 'TlsplayError'
  readonly problems: NonEmpty<Problem>
  constructor(problems: NonEmpty<Problem>, options?: ErrorOptions) {
    super(problems.map((problem) => problem.message).join('\n'), options)
    this.problems = problems
  }
}

/** Collect, then fail once per stage. */
export function throwIfAny(problems: readonly Problem[]): void {
  if (isNonEmpty(problems)) throw new TlsplayError(problems)
}
