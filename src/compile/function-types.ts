import type { Value } from '../model/value.ts'

export interface Parameter {
  readonly name: string
  /** may be left out */
  readonly optional?: true
  /** takes all that follow */
  readonly rest?: true
}

export interface FunctionContext {
  /** a variable of the environment that tlsplay was started in */
  env(name: string): string | undefined
}

/** One function, the same in templates (`{{lower x}}`) and in conditions (`lower(x)`). */
export interface TemplateFunction {
  readonly name: string
  readonly params: readonly Parameter[]
  /** one line for the reference page */
  readonly summary: string
  /** Gets no Unknown and no Secret: the caller takes care of both. undefined: left out. Throws FunctionError for a value it cannot use. */
  call(args: readonly (Value | undefined)[], context: FunctionContext): Value
}

/** A function got what it cannot use; the caller knows the place and makes a problem of it. */
export class FunctionError extends Error {
  override readonly name = 'FunctionError'
  readonly hint: string | undefined
  constructor(message: string, hint?: string) {
    super(message)
    this.hint = hint
  }
}

/** least and greatest number of arguments */
export function arity(fn: TemplateFunction): { readonly least: number; readonly most: number } {
  const rest = fn.params.some((param) => param.rest === true)
  return {
    least: fn.params.filter((param) => param.optional !== true && param.rest !== true).length,
    most: rest ? Number.POSITIVE_INFINITY : fn.params.length,
  }
}

/** `join list separator?`, as a person would write it */
export function usage(fn: TemplateFunction): string {
  return [fn.name, ...fn.params.map((param) => `${param.name}${param.rest === true ? '...' : param.optional === true ? '?' : ''}`)].join(
    ' ',
  )
}
