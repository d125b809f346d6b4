import { type Static, Type } from 'typebox'
import { argv, chdir, env, guards, reads, stdin, timeout, word } from '../../lib/program/schema.ts'
import { text } from '../../lib/schema.ts'

export const schema = Type.Object(
  {
    argv: Type.Optional(argv('the program and its arguments, word by word; no shell is involved')),
    cmd: Type.Optional(text('the same as one line: split at spaces, quotes keep words together, nothing is expanded', word)),
    chdir,
    ...guards('a command line, split into words'),
    reads,
    stdin,
    env,
    timeout,
  },
  { additionalProperties: false, title: 'command', description: 'runs a program; what it does is outside of what a plan can know' },
)

export type CommandParams = Static<typeof schema>
