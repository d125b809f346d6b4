import {
  armored,
  defaultLabel,
  isAgeRecipient,
  isLabel,
  newVault,
  sealAge,
  sealVault,
  type Vault,
  type VaultPassword,
} from '../load/index.ts'
import { TlsplayError } from '../model/problem.ts'
import type { Secret } from '../model/value.ts'
import type { Prompt } from '../ports/ports.ts'
import type { Io } from './io.ts'
import type { VaultOptions, VaultRekeyOptions, VaultSealOptions } from './options.ts'
import { nodeRandom } from './ports/random.ts'
import { labelled, passwordFrom, vaultOf, vaultPasswords } from './vault-passwords.ts'

type Surroundings = Pick<Io, 'cwd' | 'env'>

/** Everything that may open a text; a person is asked when nothing is given. */
export async function openingVault(options: VaultOptions, io: Surroundings, prompt: Prompt): Promise<Vault> {
  const ask = (question: string): Promise<Secret> => prompt.secret(question)
  return (await vaultOf(options, io, prompt)) ?? newVault([await passwordFrom({ label: defaultLabel, source: 'prompt' }, io, ask)])
}

/** Makes bytes unreadable. */
export type Sealer = (bytes: Uint8Array) => string

/** For recipients of age where they are named, else with a password. */
export async function sealerOf(options: VaultSealOptions, io: Surroundings, prompt: Prompt): Promise<Sealer> {
  return ageSealer(options.ageRecipient) ?? passwordSealer(await sealingPassword(options, io, prompt))
}

/** What `rekey` encrypts with from now on. */
export async function newSealerOf(options: VaultRekeyOptions, io: Surroundings, prompt: Prompt): Promise<Sealer> {
  return ageSealer(options.ageRecipient) ?? passwordSealer(await newPasswordOf(options, io, prompt))
}

function passwordSealer(password: VaultPassword): Sealer {
  return (bytes) => sealVault(bytes, password, nodeRandom.bytes(32))
}

function ageSealer(recipients: readonly string[] | undefined): Sealer | undefined {
  if (recipients === undefined || recipients.length === 0) return undefined
  const wrong = recipients.find((recipient) => !isAgeRecipient(recipient))
  if (wrong !== undefined) {
    // who pastes the wrong half of a key must not find it in a log
    const shown = /^age-secret-key-/i.test(wrong) ? 'a secret key' : wrong
    throw refused(`--age-recipient ${shown} is no public key of age`, 'it begins with age1; age-keygen -y FILE prints it')
  }
  return (bytes) => armored(sealAge(bytes, recipients, (count) => nodeRandom.bytes(count)))
}

/** The one password that encrypts: --encrypt-vault-id chooses among several, as in Ansible. */
async function sealingPassword(options: VaultSealOptions, io: Surroundings, prompt: Prompt): Promise<VaultPassword> {
  const ask = (question: string): Promise<Secret> => askTwice(question, prompt)
  for (const { label } of options.vaultId.map(labelled)) checkLabel(label)
  const given = await vaultPasswords(options, io, ask)
  const passwords = given.length > 0 ? given : [await passwordFrom({ label: defaultLabel, source: 'prompt' }, io, ask)]
  const { encryptVaultId } = options
  const fitting = encryptVaultId === undefined ? passwords : passwords.filter(({ label }) => label === encryptVaultId)
  const labels = passwords.map(({ label }) => label).join(', ')
  const [password, ...others] = fitting
  if (password === undefined) throw refused(`no password that was given is labelled ${encryptVaultId}`, `given are ${labels}`)
  if (others.length > 0 && encryptVaultId === undefined)
    throw refused(`which of the passwords encrypts? Given are ${labels}`, 'choose one by --encrypt-vault-id LABEL, or give only one')
  return password
}

async function newPasswordOf(options: VaultRekeyOptions, io: Surroundings, prompt: Prompt): Promise<VaultPassword> {
  const { newVaultId, newVaultPasswordFile } = options
  if (newVaultId !== undefined && newVaultPasswordFile !== undefined)
    throw refused('--new-vault-id and --new-vault-password-file both name the new password', 'give one of the two')
  const source = newVaultId === undefined ? { label: defaultLabel, source: newVaultPasswordFile ?? 'prompt' } : labelled(newVaultId)
  checkLabel(source.label)
  return passwordFrom(source, io, (question) => askTwice(`New ${question}`, prompt))
}

/** Twice, because what is mistyped here locks the text for ever. */
async function askTwice(question: string, prompt: Prompt): Promise<Secret> {
  const first = await prompt.secret(question)
  const second = await prompt.secret(`${question}, again`)
  if (first.reveal() === second.reveal()) return first
  throw refused('the two passwords differ, nothing was encrypted', 'type it again')
}

function checkLabel(label: string): void {
  if (!isLabel(label)) throw refused(`a vault label cannot be "${label}"`, 'up to 64 letters, digits and . _ @ + -')
}

function refused(message: string, hint: string): TlsplayError {
  return new TlsplayError([{ code: 'OPTION_INVALID', message, hint }])
}
