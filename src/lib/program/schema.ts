import { Type } from 'typebox'
import { hostPath, text } from '../schema.ts'

/** Parameters of the task types that run a program: which, and what decides whether it runs, is for each to add. */
export const word = '^[^\\x00]*$'

export const argv = (description: string) => Type.Array(text('one word', word), { minItems: 1, description })

export const guard = (description: string, line: string) =>
  Type.Optional(Type.Union([text(line, word), argv('a command word by word')], { description }))

export const guards = (line: string) => ({
  creates: Type.Optional(hostPath('the command makes this path: it runs only when nothing is there')),
  removes: Type.Optional(hostPath('the command removes this path: it runs only when something is there')),
  unless: guard('a command that only reads, asked while planning: when it succeeds there is nothing to do', line),
  onlyif: guard('a command that only reads, asked while planning: when it fails there is nothing to do', line),
})

export const reads = Type.Optional(
  Type.Union([Type.Literal(true), Type.Array(hostPath('a path'), { minItems: 1 })], {
    description:
      'the command changes nothing and reads these paths (true: anything), so its answer is already known in a plan unless an earlier task changes what it reads',
  }),
)

export const chdir = Type.Optional(hostPath('folder on the host to run in'))

export const stdin = Type.Optional(text('what the command reads from its standard input; the place for secrets'))

export const env = Type.Optional(
  Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }), text('value of a variable', word), {
    additionalProperties: false,
    description: 'environment variables',
  }),
)

export const timeout = Type.Optional(Type.Integer({ minimum: 1, maximum: 86400, description: 'seconds after which the command is ended' }))
