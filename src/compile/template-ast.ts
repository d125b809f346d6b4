import type { ProblemCode } from '../model/problem-codes.ts'

/** A stretch of the template text: offsets, the end exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** What stands between braces, after filters and indexes were turned into calls and parts. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: null | boolean | number | string; readonly span: Span }
  | PathExpression
  | CallExpression

export interface PathExpression {
  readonly kind: 'path'
  /** `@index` and the like */
  readonly data: boolean
  /** how many `../` stand in front */
  readonly depth: number
  /** `this` or `.`: starts at the context, not at a name */
  readonly fromContext: boolean
  readonly parts: readonly PathPart[]
  readonly span: Span
}

export interface PathPart {
  /** a name, or an expression inside `[...]` */
  readonly key: string | Expression
  readonly span: Span
}

export interface CallExpression {
  readonly kind: 'call'
  readonly name: string
  readonly nameSpan: Span
  readonly args: readonly Expression[]
  readonly named: readonly { readonly name: string; readonly value: Expression; readonly span: Span }[]
  readonly span: Span
}

/** Thrown inside this folder while a template is read; compileTemplate makes a problem of it. */
export class TemplateFault extends Error {
  readonly code: ProblemCode
  readonly span: Span
  readonly hint: string | undefined
  constructor(code: ProblemCode, message: string, span: Span, hint?: string) {
    super(message)
    this.code = code
    this.span = span
    this.hint = hint
  }
}
