import { type Static, Type } from 'typebox'
import { group, hostPath, mode, owner } from '../../lib/schema.ts'

export const schema = Type.Object(
  {
    path: hostPath('absolute path on the host'),
    state: Type.Optional(
      Type.Enum(['file', 'directory', 'link', 'absent', 'touch'], {
        description:
          'what shall be there. file: it must exist, only owner, group and mode are set. directory: made with the folders above it. link: a symbolic link. absent: removed, a directory with all that is in it. touch: an empty file is made when nothing is there, times are left alone. Default: what is there now, otherwise file',
      }),
    ),
    src: Type.Optional(
      Type.String({ pattern: '^[^\\x00-\\x1f]+$', description: 'what a link leads to, as the text of the link; only with state link' }),
    ),
    owner,
    group,
    mode: mode('0755 for a directory and 0644 for a file'),
  },
  {
    additionalProperties: false,
    title: 'file',
    description: 'owner, group and mode of a path; directories, links, and that nothing is there',
  },
)

export type FileParams = Static<typeof schema>
