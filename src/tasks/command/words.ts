import { type Words, wordsOf } from '../../lib/program/words.ts'
import type { CommandParams } from './schema.ts'

/** What a shell would act on; a command without a shell hands it to the program as it is. */
const shellWord = /^(?:\||\|\||&|&&|;|<|<<|>|>>|2>|2>&1|\$\(.*|`.*|\$[A-Za-z_{].*|\*)$/

export function commandOf({ argv, cmd }: CommandParams): Words {
  if (argv !== undefined && cmd !== undefined)
    return { problem: { code: 'VALUE_INVALID', message: 'command: expected argv or cmd, got both' } }
  const command = argv ?? cmd
  if (command === undefined) return { problem: { code: 'VALUE_INVALID', message: 'command: expected argv or cmd, got neither' } }
  return wordsOf('command', argv === undefined ? 'cmd' : 'argv', command)
}

/** Said once for a line that looks like one for a shell. */
export function shellWarnings({ cmd }: CommandParams, argv: readonly string[]): readonly string[] {
  const word = cmd === undefined ? undefined : argv.find((one) => shellWord.test(one))
  return word === undefined ? [] : [`command uses no shell: ${word} is handed to ${argv[0]} as it is; the task type shell has one`]
}
