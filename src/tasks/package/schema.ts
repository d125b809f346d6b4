import { type Static, Type } from 'typebox'

/** Names of Debian, Alpine and Fedora; no versions, patterns or files. */
const packageName = '^[A-Za-z0-9][A-Za-z0-9+._-]*$'

export const schema = Type.Object(
  {
    name: Type.Union([Type.String({ pattern: packageName }), Type.Array(Type.String({ pattern: packageName }), { minItems: 1 })], {
      description: 'the package, or a list of them; a name only, no version and no pattern',
    }),
    state: Type.Optional(
      Type.Enum(['present', 'absent', 'latest'], {
        default: 'present',
        description: 'present: some version of it. latest: the newest that the host has heard of. absent: removed, its settings stay',
      }),
    ),
    update_cache: Type.Optional(
      Type.Boolean({ default: false, description: 'ask the sources what they have before something is installed' }),
    ),
  },
  { additionalProperties: false, title: 'package', description: 'packages of the distribution' },
)

export type PackageParams = Static<typeof schema>
