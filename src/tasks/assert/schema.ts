import { type Static, Type } from 'typebox'

/** What stands in `that` once the engine has evaluated it. */
export interface Evaluated {
  readonly text: string
  readonly result: boolean
}

const condition = Type.Union([Type.String({ minLength: 1 }), Type.Boolean()])

export const schema = Type.Object(
  {
    that: Type.Unsafe<Evaluated | readonly Evaluated[]>(
      Type.Union([condition, Type.Array(condition, { minItems: 1 })], { description: 'conditions in CEL, without braces; each must hold' }),
    ),
    fail_msg: Type.Optional(Type.String({ description: 'what to say when one does not hold' })),
    success_msg: Type.Optional(Type.String({ description: 'what to say when all hold' })),
  },
  { additionalProperties: false, title: 'assert', description: 'fails unless the conditions hold' },
)

export type AssertParams = Static<typeof schema>
