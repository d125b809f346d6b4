import { RE2JS, RE2JSException } from 're2js'
import { FunctionError } from './function-types.ts'

const remembered = new Map<string, RE2JS>()
const rememberedLimit = 500

/**
 * Patterns of users run in time linear to the text (RE2): the engine of JavaScript needed 10 s for `^(a+)+$` on 28 letters.
 * Throws FunctionError for what is no pattern; lookaround and back references are none.
 */
export function pattern(text: string): RE2JS {
  const known = remembered.get(text)
  if (known !== undefined) return known
  try {
    const compiled = RE2JS.compile(text)
    if (remembered.size >= rememberedLimit) remembered.clear()
    remembered.set(text, compiled)
    return compiled
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    throw new FunctionError(
      `not a regular expression: ${error.message.replace('error parsing regexp: ', '')}`,
      'RE2 syntax holds here: no lookaround, no back references',
    )
  }
}
