import type { Command } from 'commander'
import type { Commands } from './commands.ts'
import { exitCodesHelp } from './exit-codes.ts'
import type { Io } from './io.ts'
import { collect, vaultOptions } from './option-groups.ts'
import type { VaultDecryptOptions, VaultRekeyOptions, VaultSealOptions, VaultStringOptions, VaultViewOptions } from './options.ts'

/** The commands below `tlsplay vault`; their options are those of ansible-vault. */
export function vaultCommands(program: Command, commands: Commands, io: Io, finish: (code: number) => void): void {
  const vault = program
    .command('vault')
    .summary('encrypt and decrypt files and values, in the form of Ansible Vault')
    .description('Encrypts and decrypts files and values. They are those of ansible-vault: each opens what the other has made.')

  sealOptions(files(vault.command('encrypt')))
    .summary('encrypt files in place, or what comes through stdin')
    .description('Encrypts files in place; owner and mode stay. Without a file, or for `-`, it reads stdin and writes stdout.')
    .addHelpText('after', exitCodesHelp)
    .action(async (names: readonly string[], options: VaultSealOptions) => {
      finish(await commands.vaultEncrypt(names, options, io))
    })

  outputOption(vaultOptions(files(vault.command('decrypt'))))
    .summary('decrypt files in place, or what comes through stdin')
    .description('Decrypts files in place; owner and mode stay. Without a file, or for `-`, it reads stdin and writes stdout.')
    .addHelpText('after', exitCodesHelp)
    .action(async (names: readonly string[], options: VaultDecryptOptions) => {
      finish(await commands.vaultDecrypt(names, options, io))
    })

  vaultOptions(files(vault.command('view')))
    .summary('print what encrypted files hold')
    .description('Prints what encrypted files hold, and changes none of them.')
    .addHelpText('after', exitCodesHelp)
    .action(async (names: readonly string[], options: VaultViewOptions) => {
      finish(await commands.vaultView(names, options, io))
    })

  vaultOptions(vault.command('rekey'))
    .argument('<files...>', 'encrypted files')
    .option('--new-vault-id <label@source>', 'label and source of the new password; the source is a file, a program or `prompt`')
    .option('--new-vault-password-file <file>', 'file that holds the new password, or program that prints it')
    .option('--age-recipient <key>', 'encrypt with age for this public key instead (repeatable)', collect)
    .summary('encrypt files anew, with another password')
    .description('Encrypts files anew with another password. Nothing is written unless every file opens.')
    .addHelpText('after', exitCodesHelp)
    .action(async (names: readonly string[], options: VaultRekeyOptions) => {
      finish(await commands.vaultRekey(names, options, io))
    })

  sealOptions(vault.command('encrypt-string').alias('encrypt_string'))
    .argument('[text]', 'refused: arguments are seen by every user of this machine')
    .option('-n, --name <name>', 'print `name: value`, ready for a file of variables')
    .summary('encrypt one value, for a file of variables')
    .description('Encrypts one value, asked for on the terminal or read from stdin, and prints it as YAML.')
    .addHelpText('after', exitCodesHelp)
    .action(async (text: string | undefined, options: VaultStringOptions) => {
      finish(await commands.vaultString(text, options, io))
    })
}

function files(command: Command): Command {
  return command.argument('[files...]', 'files; `-` is stdin')
}

function outputOption(command: Command): Command {
  return command.option('--output <file>', 'write there instead of in place; `-` is stdout')
}

function sealOptions(command: Command): Command {
  return outputOption(vaultOptions(command))
    .option('--encrypt-vault-id <label>', 'which of several passwords encrypts')
    .option('--age-recipient <key>', 'encrypt with age for this public key instead (repeatable)', collect)
}
