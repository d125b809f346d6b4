import { type Static, Type } from 'typebox'
import { hostPath, text } from '../../lib/schema.ts'

const word = '^[^\\x00]*$'
const argv = (description: string) => Type.Array(text('one word', word), { minItems: 1, description })
const guard = (description: string) =>
  Type.Optional(Type.Union([text('a command line, split into words', word), argv('a command word by word')], { description }))

export const schema = Type.Object(
  {
    argv: Type.Optional(argv('the program and its arguments, word by word; no shell is involved')),
    cmd: Type.Optional(text('the same as one line: split at spaces, quotes keep words together, nothing is expanded', word)),
    chdir: Type.Optional(hostPath('folder on the host to run in')),
    creates: Type.Optional(hostPath('the command makes this path: it runs only when nothing is there')),
    removes: Type.Optional(hostPath('the command removes this path: it runs only when something is there')),
    unless: guard('a command that only reads, asked while planning: when it succeeds there is nothing to do'),
    onlyif: guard('a command that only reads, asked while planning: when it fails there is nothing to do'),
    reads: Type.Optional(
      Type.Union([Type.Literal(true), Type.Array(hostPath('a path'), { minItems: 1 })], {
        description:
          'the command changes nothing and reads these paths (true: anything), so its answer is already known in a plan unless an earlier task changes what it reads',
      }),
    ),
    stdin: Type.Optional(text('what the command reads from its standard input; the place for secrets')),
    env: Type.Optional(
      Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }), text('value of a variable', word), {
        additionalProperties: false,
        description: 'environment variables',
      }),
    ),
    timeout: Type.Optional(Type.Integer({ minimum: 1, maximum: 86400, description: 'seconds after which the command is ended' })),
  },
  { additionalProperties: false, title: 'command', description: 'runs a program; what it does is outside of what a plan can know' },
)

export type CommandParams = Static<typeof schema>
