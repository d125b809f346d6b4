import { type Static, Type } from 'typebox'
import type { Value } from '../../model/value.ts'

export const schema = Type.Unsafe<{ readonly [name: string]: Value }>(
  Type.Object(
    {},
    {
      additionalProperties: true,
      minProperties: 1,
      propertyNames: { pattern: '^[A-Za-z_][A-Za-z0-9_]*$' },
      title: 'set_fact',
      description: 'variables of the host from here on; each key is the name of one',
    },
  ),
)

export type SetFactParams = Static<typeof schema>
