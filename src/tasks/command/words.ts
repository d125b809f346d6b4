import { revealText, Secret, type Text } from '../../model/value.ts'
import type { Problem } from '../../model/problem.ts'
import { splitWords } from '../../lib/words.ts'
import type { CommandParams } from './schema.ts'

export type Words = { readonly argv: readonly string[] } | { readonly problem: Problem }

/** What a shell would act on; a command without a shell hands it to the program as it is. */
const shellWord = /^(?:\||\|\||&|&&|;|<|<<|>|>>|2>|2>&1|\$\(.*|`.*|\$[A-Za-z_{].*|\*)$/

/** Words of a command; a secret among them would be seen by everyone who lists processes. */
export function wordsOf(what: string, command: Text | readonly Text[]): Words {
  if (typeof command === 'string') {
    const split = splitWords(command)
    if ('wrong' in split) return { problem: { code: 'VALUE_INVALID', message: `${what}: ${split.wrong}` } }
    return split.words.length === 0
      ? { problem: { code: 'VALUE_INVALID', message: `${what}: expected a command, got an empty line` } }
      : { argv: split.words }
  }
  const texts = command instanceof Secret ? [command] : command
  return texts.some((text) => text instanceof Secret) ? { problem: exposed(`${what} holds a secret`) } : { argv: texts.map(revealText) }
}

export function commandOf({ argv, cmd }: CommandParams): Words {
  if (argv !== undefined && cmd !== undefined)
    return { problem: { code: 'VALUE_INVALID', message: 'command: expected argv or cmd, got both' } }
  const command = argv ?? cmd
  if (command === undefined) return { problem: { code: 'VALUE_INVALID', message: 'command: expected argv or cmd, got neither' } }
  return wordsOf(argv === undefined ? 'cmd' : 'argv', command)
}

export type Environment = { readonly env: Readonly<Record<string, string>> } | { readonly problem: Problem }

export function environmentOf({ env }: CommandParams): Environment {
  const entries = Object.entries(env ?? {})
  const secret = entries.find(([, value]) => value instanceof Secret)
  if (secret !== undefined) return { problem: exposed(`the variable ${secret[0]} in env holds a secret`) }
  return { env: Object.fromEntries(entries.map(([name, value]) => [name, revealText(value)])) }
}

/** Said once for a line that looks like one for a shell. */
export function shellWarnings({ cmd }: CommandParams, argv: readonly string[]): readonly string[] {
  const word = cmd === undefined ? undefined : argv.find((one) => shellWord.test(one))
  return word === undefined ? [] : [`command uses no shell: ${word} is handed to ${argv[0]} as it is`]
}

function exposed(what: string): Problem {
  return {
    code: 'SECRET_EXPOSED',
    message: `command: ${what}, and every user of the host can list it`,
    hint: 'hand it over on standard input\nstdin: "{{ the_secret }}"',
  }
}
