import { type Static, Type } from 'typebox'
import type { Secret } from '../../model/value.ts'

export const schema = Type.Object(
  {
    msg: Type.Optional(
      Type.Unsafe<string | Secret>(Type.String({ default: 'Failed as requested from task', description: 'what to say of it' })),
    ),
  },
  { additionalProperties: false, title: 'fail', description: 'fails, with a message' },
)

export type FailParams = Static<typeof schema>
