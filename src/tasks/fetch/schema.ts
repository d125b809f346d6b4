import { type Static, Type } from 'typebox'
import { hostPath } from '../../lib/schema.ts'

export const schema = Type.Object(
  {
    src: hostPath('absolute path of a regular file on the host; a symbolic link is followed'),
    dest: Type.String({
      pattern: '^[^\\x00-\\x1f]+$',
      description:
        'folder of the controller, from the playbook on: the file goes to DEST/HOST/SRC. Tasks of a role stay below the folder of the playbook. With flat the file itself, or with a slash at its end the folder that keeps the name of src',
    }),
    flat: Type.Optional(Type.Boolean({ default: false, description: 'no folder per host and path: dest is the file' })),
    fail_on_missing: Type.Optional(Type.Boolean({ default: true, description: 'whether it is a failure that src is not there' })),
  },
  { additionalProperties: false, title: 'fetch', description: 'brings a file of the host to the controller' },
)

export type FetchParams = Static<typeof schema>
