import { type Static, Type } from 'typebox'
import { group, hostPath, mode, owner, text } from '../../lib/schema.ts'

export const schema = Type.Object(
  {
    src: Type.Optional(
      Type.String({
        pattern: '^[^\\x00-\\x1f]+$',
        description: 'file of the controller, searched in files/ of the role first; its bytes are copied as they are',
      }),
    ),
    decrypt: Type.Optional(
      Type.Boolean({ description: 'whether a src that is encrypted with Ansible Vault is opened on the way; default: true' }),
    ),
    content: Type.Optional(text('the bytes of the file themselves, never rendered')),
    dest: hostPath('absolute path on the host; with a slash at its end a folder, and the name of src is kept'),
    owner,
    group,
    mode: mode('0644'),
  },
  { additionalProperties: false, title: 'copy', description: 'a file on the host with these bytes' },
)

export type CopyParams = Static<typeof schema>
