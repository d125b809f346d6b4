import { type Static, Type } from 'typebox'
import { hostPath } from '../../lib/schema.ts'

export const schema = Type.Object(
  {
    path: hostPath('absolute path on the host'),
    follow: Type.Optional(Type.Boolean({ default: false, description: 'say what a symbolic link leads to, not the link' })),
    get_checksum: Type.Optional(Type.Boolean({ default: true, description: 'whether the digest of a regular file is told' })),
    checksum_algorithm: Type.Optional(Type.Enum(['sha256'], { default: 'sha256', description: 'the digest; there is no other' })),
  },
  { additionalProperties: false, title: 'stat', description: 'what is known of a path' },
)

export type StatParams = Static<typeof schema>
