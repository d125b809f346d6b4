import type { Problem } from '../../model/problem.ts'
import { revealText, Secret, type Text } from '../../model/value.ts'
import { splitWords } from '../words.ts'

export type Words = { readonly argv: readonly string[] } | { readonly problem: Problem }

/** Words of a command of the task type `type`; a secret among them would be seen by everyone who lists processes. */
export function wordsOf(type: string, what: string, command: Text | readonly Text[]): Words {
  if (typeof command === 'string') {
    const split = splitWords(command)
    if ('wrong' in split) return { problem: { code: 'VALUE_INVALID', message: `${what}: ${split.wrong}` } }
    return split.words.length === 0
      ? { problem: { code: 'VALUE_INVALID', message: `${what}: expected a command, got an empty line` } }
      : { argv: split.words }
  }
  const texts = command instanceof Secret ? [command] : command
  return texts.some((text) => text instanceof Secret)
    ? { problem: exposed(type, `${what} holds a secret`) }
    : { argv: texts.map(revealText) }
}

export type Environment = { readonly env: Readonly<Record<string, string>> } | { readonly problem: Problem }

export function environmentOf(type: string, env: Readonly<Record<string, Text>> | undefined): Environment {
  const entries = Object.entries(env ?? {})
  const secret = entries.find(([, value]) => value instanceof Secret)
  if (secret !== undefined) return { problem: exposed(type, `the variable ${secret[0]} in env holds a secret`) }
  return { env: Object.fromEntries(entries.map(([name, value]) => [name, revealText(value)])) }
}

export function exposed(type: string, what: string): Problem {
  return {
    code: 'SECRET_EXPOSED',
    message: `${type}: ${what}, and every user of the host can list it`,
    hint: 'hand it over on standard input\nstdin: "{{ the_secret }}"',
  }
}
