import { type Static, Type } from 'typebox'
import { hostPath } from '../../lib/schema.ts'

export const schema = Type.Object(
  { src: hostPath('absolute path of a regular file on the host; a symbolic link is followed') },
  { additionalProperties: false, title: 'slurp', description: 'the content of a file, in base64' },
)

export type SlurpParams = Static<typeof schema>
