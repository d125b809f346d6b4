import { Ajv } from 'ajv'
import type { Options } from 'ajv'
import { RE2JS } from 're2js'

/**
 * The schemas of inputs are the only ones that cannot be compiled ahead of time: they belong to the user's roles.
 * ajv is therefore imported here and nowhere else at run time, and this file only by `import()`, for roles that are used.
 * The imports of packages are static because a bundle gives a CommonJS package that is imported lazily only a default export.
 */
export interface RoleEngine {
  readonly ajv: Ajv
  /** why a pattern cannot run in linear time, or undefined */
  readonly refusal: (pattern: string) => string | undefined
}

type RegExpEngine = NonNullable<NonNullable<Options['code']>['regExp']>

// JavaScript's own engine takes seconds for ^(a+)+$ on 28 letters (measured); RE2 is linear in the text
const compilePattern = (pattern: string) => {
  const expression = RE2JS.compile(pattern)
  // ajv keeps expressions by what toString says, so it must tell them apart
  return { test: (text: string) => expression.matcher(text).find(), toString: () => `re2 ${pattern}` }
}

const regExp: RegExpEngine = Object.assign(compilePattern, { code: 'unused: nothing is compiled to text' })

export const roleEngine: RoleEngine = {
  ajv: new Ajv({ allErrors: true, verbose: true, strict: false, meta: false, validateSchema: false, code: { regExp } }),
  refusal: (pattern) => {
    try {
      RE2JS.compile(pattern)
      return undefined
    } catch (error) {
      return error instanceof Error ? error.message.replace('error parsing regexp: ', '') : String(error)
    }
  },
}
