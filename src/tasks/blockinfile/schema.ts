import { type Static, Type } from 'typebox'
import { group, hostPath, mode, owner, text } from '../../lib/schema.ts'

const pattern = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, description: `${description}; RE2 syntax: no lookaround, no back references` }))

const word = (value: string, description: string) =>
  Type.Optional(Type.String({ pattern: '^[^\\r\\n\\x00]+$', default: value, description }))

export const schema = Type.Object(
  {
    path: hostPath('absolute path of the file on the host; a symbolic link is followed'),
    block: Type.Optional(
      text(
        'the lines between the two markers; the line end of the last one may be left out. Nothing, or nothing given: the block is removed',
        '^[^\\x00]*$',
      ),
    ),
    marker: word(
      '# {mark} ANSIBLE MANAGED BLOCK',
      'the line above and below the block; {mark} is replaced by marker_begin and marker_end. Each block of a file needs a marker of its own',
    ),
    marker_begin: word('BEGIN', 'what stands for {mark} above the block'),
    marker_end: word('END', 'what stands for {mark} below the block'),
    insertafter: pattern(
      'where a new block goes: after the last line that matches this, or EOF (the default). That nothing matches is refused, where Ansible would append',
    ),
    insertbefore: pattern('the same, before the last line that matches this, or BOF'),
    state: Type.Optional(Type.Enum(['present', 'absent'], { default: 'present', description: 'whether the block shall be there' })),
    create: Type.Optional(Type.Boolean({ default: false, description: 'make the file when it is missing' })),
    owner,
    group,
    mode: mode('0644'),
  },
  {
    additionalProperties: false,
    title: 'blockinfile',
    description: 'a block of lines between two markers of a text file; every other byte stays',
  },
)

export type BlockinfileParams = Static<typeof schema>
