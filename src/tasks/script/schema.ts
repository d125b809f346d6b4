import { type Static, Type } from 'typebox'
import { chdir, env, guards, timeout, word } from '../../lib/program/schema.ts'
import { hostPath, text } from '../../lib/schema.ts'

export const schema = Type.Object(
  {
    cmd: text(
      'a file of the controller, searched in files/ of the role first, and its arguments: split at spaces, quotes keep words together',
      word,
    ),
    executable: Type.Optional(
      hostPath('the program on the host that reads the script; default: what its first line says after #!, otherwise /bin/sh'),
    ),
    chdir,
    ...guards('a command line, split into words'),
    env,
    timeout,
  },
  { additionalProperties: false, title: 'script', description: 'runs a script of the controller on the host' },
)

export type ScriptParams = Static<typeof schema>
