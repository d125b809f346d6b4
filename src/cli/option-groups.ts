import { type Command, InvalidArgumentError, Option } from 'commander'
import { transportNames } from '../ports/channel.ts'

export function outputFormat(description: string): Option {
  return new Option('--output <format>', description).choices(['text', 'json']).default('text')
}

export function vaultOptions(command: Command): Command {
  return command
    .option('--ask-vault-pass', 'ask for the password of Ansible Vault', false)
    .option(
      '--vault-password-file <file>',
      'file that holds the password of Ansible Vault, or program that prints it (repeatable)',
      collect,
      [],
    )
    .option('--vault-id <label@source>', 'the same for one label; the source is a file, a program or `prompt` (repeatable)', collect, [])
    .option('--age-identity <file>', 'file with keys of age (repeatable)', collect)
}

export function collect(word: string, words: readonly string[] | undefined): readonly string[] {
  return [...(words ?? []), word]
}

export function collectColons(word: string, words: readonly string[]): readonly string[] {
  return [...words, ...split(word, ':')]
}

export function split(text: string, separator: string): readonly string[] {
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/** How hosts are reached. */
export function reachOptions(command: Command): Command {
  return command
    .option('-u, --user <name>', 'log in as this user')
    .option('--private-key <file>', 'key to log in with')
    .option('-J, --jump <hosts>', 'reach hosts through these (`user@host:port`, comma separated)')
    .option('-k, --ask-pass', 'ask for the password of the ssh login', false)
    .option('-b, --become', 'become another user on the hosts', false)
    .option('--become-user <name>', 'user to become (default: root)')
    .option('-K, --ask-become-pass', 'ask for the password of sudo or su', false)
    .option('--known-hosts <file>', 'known_hosts file to use instead of the usual ones (repeatable)', collect, [])
    .addOption(new Option('--connect-timeout <seconds>', 'give up connecting after this time').argParser(wholeNumber(1)))
    .addOption(new Option('--transport <name>', 'how to reach hosts that say nothing else').choices(transportNames))
}

export function runId(word: string): string {
  if (!/^[0-9a-f]{8}$/.test(word)) throw new InvalidArgumentError('expected the eight digits of a run, as tlsplay names it')
  return word
}

export function forceUnlock(): Option {
  return new Option('--force-unlock <id>', 'take hosts from the run of this id, which stops before its next step').argParser(runId)
}

export function verbosity(
  more = 'say more: -v what had nothing to do, -vv where each task stands, -vvv connections, and what they cost',
): Option {
  return new Option('-v, --verbose', more).argParser((_word: string, level: number) => level + 1).default(0)
}

export function wholeNumber(least: number): (word: string) => number {
  return (word) => {
    const value = /^\d{1,9}$/.test(word) ? Number(word) : Number.NaN
    if (!(value >= least)) throw new InvalidArgumentError(`expected a whole number from ${least}`)
    return value
  }
}
