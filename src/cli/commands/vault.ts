import { isSealed, type Vault } from '../../load/index.ts'
import type { Problem } from '../../model/problem.ts'
import { escapeLines, joinLines } from '../../view/escape.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import type { VaultDecryptOptions, VaultOptions, VaultRekeyOptions, VaultSealOptions, VaultViewOptions } from '../options.ts'
import { terminalPrompt } from '../ports/terminal-prompt.ts'
import { newSealerOf, openingVault, type Sealer, sealerOf } from '../vault-keys.ts'
import { checkOutput, readSubjects, type Subject, type Turned, turnAll, writeTurned } from '../vault-subjects.ts'

/** Encrypts files in place; one that is encrypted already is refused, as a second coat would hide the first. */
export async function vaultEncryptCommand(names: readonly string[], options: VaultSealOptions, io: Io): Promise<number> {
  checkOutput(names, options.output)
  const subjects = await readSubjects(names, io)
  // Says so before anybody types a password twice.
  turnAll(subjects, plain)
  const sealer = await sealerOf(options, io, terminalPrompt(io))
  const turned = turnAll(subjects, ({ bytes }) => ({ bytes: sealed(bytes, sealer) }))
  writeTurned(turned, { verb: 'encrypted', output: options.output }, io)
  return exitCodes.done
}

export async function vaultDecryptCommand(names: readonly string[], options: VaultDecryptOptions, io: Io): Promise<number> {
  checkOutput(names, options.output)
  writeTurned(await opened(names, options, io), { verb: 'decrypted', output: options.output }, io)
  return exitCodes.done
}

/** To a terminal nothing goes that could move its cursor; elsewhere every byte as it is. */
export async function vaultViewCommand(names: readonly string[], options: VaultViewOptions, io: Io): Promise<number> {
  for (const { bytes } of await opened(names, options, io))
    io.stdout.write(io.stdout.isTTY === true ? joinLines(escapeLines(new TextDecoder().decode(bytes).replace(/\n$/, ''))) : bytes)
  return exitCodes.done
}

export async function vaultRekeyCommand(names: readonly string[], options: VaultRekeyOptions, io: Io): Promise<number> {
  const inside = await opened(names, options, io)
  const sealer = await newSealerOf(options, io, terminalPrompt(io))
  const turned = inside.map(({ subject, bytes }) => ({ subject, bytes: sealed(bytes, sealer) }))
  writeTurned(turned, { verb: 'encrypted anew:', output: undefined }, io)
  return exitCodes.done
}

async function opened(names: readonly string[], options: VaultOptions, io: Io) {
  const subjects = await readSubjects(names, io)
  turnAll(subjects, encrypted)
  const vault = await openingVault(options, io, terminalPrompt(io))
  return turnAll(subjects, (subject) => open(subject, vault))
}

function sealed(bytes: Uint8Array, sealer: Sealer): Uint8Array {
  return Buffer.from(sealer(bytes), 'latin1')
}

function open({ name, bytes }: Subject, vault: Vault): Turned {
  const result = vault.open(textOf(bytes))
  if ('bytes' in result) return result
  return result.refused === 'locked'
    ? wrong(
        'VAULT_LOCKED',
        `no password or identity that was given opens ${name}, or it was changed`,
        'check the password and its --vault-id, or the --age-identity',
      )
    : wrong(
        'VAULT_BROKEN',
        `${name} is damaged, or no text of Ansible Vault 1.1 or 1.2 or of age`,
        'take it from a backup, or encrypt it again',
      )
}

function plain({ name, bytes }: Subject): Turned {
  if (!isEncrypted(bytes)) return { bytes }
  return wrong('OPTION_INVALID', `${name} is encrypted already`, 'another password is set by tlsplay vault rekey')
}

function encrypted({ name, bytes }: Subject): Turned {
  if (isEncrypted(bytes)) return { bytes }
  return wrong('OPTION_INVALID', `${name} is not encrypted`, 'an encrypted file begins with $ANSIBLE_VAULT, or is one of age')
}

function isEncrypted(bytes: Uint8Array): boolean {
  return isSealed(textOf(bytes.subarray(0, 64)))
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}

function wrong(code: Problem['code'], message: string, hint: string): Turned {
  return { problem: { code, message, hint } }
}
