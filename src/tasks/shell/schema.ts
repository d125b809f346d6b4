import { type Static, Type } from 'typebox'
import { chdir, env, guards, reads, stdin, timeout, word } from '../../lib/program/schema.ts'
import { hostPath, text } from '../../lib/schema.ts'

export const schema = Type.Object(
  {
    cmd: text('what the shell runs: pipes, redirections and variables are its own', word),
    executable: Type.Optional(
      hostPath('the shell, by its path on the host; it is called with -c. Default: /bin/sh, which is dash or BusyBox on many hosts'),
    ),
    chdir,
    ...guards('a line for the same shell'),
    reads,
    stdin,
    env,
    timeout,
  },
  { additionalProperties: false, title: 'shell', description: 'runs a line in a shell; what it does is outside of what a plan can know' },
)

export type ShellParams = Static<typeof schema>
