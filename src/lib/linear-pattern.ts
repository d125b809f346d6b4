import { RE2JS, RE2JSException } from 're2js'

/** A pattern of a user on the linear engine (RE2), or why it is none. A backtracking engine needs 10 s for `^(a+)+$` on 28 letters. */
export type LinearPattern = { readonly finds: (text: string) => boolean } | { readonly wrong: string }

export function linearPattern(text: string): LinearPattern {
  try {
    const compiled = RE2JS.compile(text)
    return { finds: (line) => compiled.matcher(line).find() }
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    return { wrong: error.message.replace('error parsing regexp: ', '') }
  }
}
