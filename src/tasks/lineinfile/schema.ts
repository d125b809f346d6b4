import { type Static, Type } from 'typebox'
import { group, hostPath, mode, owner, text } from '../../lib/schema.ts'

const pattern = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, description: `${description}; RE2 syntax: no lookaround, no back references` }))

export const schema = Type.Object(
  {
    path: hostPath('absolute path of the file on the host; a symbolic link is followed'),
    line: Type.Optional(text('the line, without its line end; needed for state present', '^[^\\r\\n\\x00]*$')),
    regexp: pattern('the line to replace: the last one that matches. For state absent: every line to remove'),
    insertafter: pattern(
      'where a new line goes when no line matches regexp: after the last line that matches this, or EOF (the default). That nothing matches is refused, where Ansible would append',
    ),
    insertbefore: pattern('the same, before the last line that matches this, or BOF'),
    state: Type.Optional(Type.Enum(['present', 'absent'], { default: 'present', description: 'whether the line shall be there' })),
    create: Type.Optional(Type.Boolean({ default: false, description: 'make the file when it is missing' })),
    owner,
    group,
    mode: mode('0644'),
  },
  { additionalProperties: false, title: 'lineinfile', description: 'one line of a text file; every other byte stays' },
)

export type LineinfileParams = Static<typeof schema>
