import { type Static, Type } from 'typebox'
import { hostPath } from '../../lib/schema.ts'

const groupName = '^[A-Za-z0-9_][A-Za-z0-9_.-]*[$]?$'
const field = (description: string) => Type.Optional(Type.String({ pattern: '^[^:\\x00-\\x1f\\x7f]*$', description }))

export const schema = Type.Object(
  {
    name: Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_.-]{0,30}[$]?$', description: 'name of the account' }),
    state: Type.Optional(Type.Enum(['present', 'absent'], { default: 'present', description: 'whether the account shall be there' })),
    uid: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 4_294_967_294, description: 'its number; default: as it is, or one that is free' }),
    ),
    group: Type.Optional(
      Type.String({
        pattern: groupName,
        description:
          'its first group, by name or number; default: as it is, or the group of its own name, which is made when it is missing',
      }),
    ),
    groups: Type.Optional(
      Type.Union(
        [
          Type.Array(Type.String({ pattern: groupName })),
          Type.String({ pattern: '^(?:[A-Za-z0-9_][A-Za-z0-9_.-]*(?:, *[A-Za-z0-9_][A-Za-z0-9_.-]*)*)?$' }),
        ],
        { description: 'further groups, a list or names with commas between them; an empty one takes it out of all' },
      ),
    ),
    append: Type.Optional(Type.Boolean({ default: false, description: 'it stays in further groups that groups does not name' })),
    comment: field('who or what it is, for people'),
    home: Type.Optional(hostPath('its home folder; default: as it is, or /home/NAME')),
    create_home: Type.Optional(Type.Boolean({ default: true, description: 'make the home folder of a new account' })),
    shell: Type.Optional(hostPath('its shell; default: as it is, or /bin/sh')),
    system: Type.Optional(
      Type.Boolean({ default: false, description: 'a new account gets a number below 1000; of one that is there nothing changes' }),
    ),
    remove: Type.Optional(Type.Boolean({ default: false, description: 'with state absent: remove its home folder too' })),
  },
  { additionalProperties: false, title: 'user', description: 'an account of the host' },
)

export type UserParams = Static<typeof schema>
