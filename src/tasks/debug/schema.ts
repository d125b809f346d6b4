import { type Static, Type } from 'typebox'
import type { Value } from '../../model/value.ts'

/** What stands in `var` once the engine has evaluated it. */
export interface Evaluated {
  readonly text: string
  readonly result: Value
}

export const schema = Type.Object(
  {
    msg: Type.Optional(Type.Unsafe<Value>(Type.Unknown({ default: 'Hello world!', description: 'what to show: a text, or any value' }))),
    var: Type.Optional(
      Type.Unsafe<Evaluated>(
        Type.String({ minLength: 1, description: 'an expression, without braces, whose value is shown; not together with msg' }),
      ),
    ),
  },
  { additionalProperties: false, title: 'debug', description: 'shows a text or a value' },
)

export type DebugParams = Static<typeof schema>
