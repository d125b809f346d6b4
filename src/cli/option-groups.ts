import type { Command } from 'commander'

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
