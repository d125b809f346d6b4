import { type Static, Type } from 'typebox'

export const schema = Type.Object(
  {
    name: Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_.-]{0,30}[$]?$', description: 'name of the group' }),
    state: Type.Optional(Type.Enum(['present', 'absent'], { default: 'present', description: 'whether the group shall be there' })),
    gid: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 4_294_967_294, description: 'its number; default: as it is, or one that is free' }),
    ),
    system: Type.Optional(
      Type.Boolean({ default: false, description: 'a new group gets a number below 1000; of one that is there nothing changes' }),
    ),
  },
  { additionalProperties: false, title: 'group', description: 'a group of the host' },
)

export type GroupParams = Static<typeof schema>
