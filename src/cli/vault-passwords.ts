import { spawnSync } from 'node:child_process'
import { basename, resolve } from 'node:path'
import { defaultLabel, isAgeIdentity, newVault, type Vault, type VaultPassword } from '../load/index.ts'
import { TlsplayError } from '../model/problem.ts'
import { Secret } from '../model/value.ts'
import type { Prompt } from '../ports/ports.ts'
import type { Environment, Io } from './io.ts'
import type { VaultOptions } from './options.ts'
import { nodeFiles } from './ports/node-files.ts'

const longestProgramMs = 60_000

const passwordVariable = 'TLSPLAY_VAULT_PASSWORD'
const passwordFileVariable = 'TLSPLAY_VAULT_PASSWORD_FILE'
const identityVariable = 'TLSPLAY_AGE_IDENTITY'
const identityFileVariable = 'TLSPLAY_AGE_IDENTITY_FILE'

/** The vault that the options open; undefined when none of them is given. People are asked here, before anything is drawn. */
export async function vaultOf(options: VaultOptions, io: Pick<Io, 'cwd' | 'env'>, prompt: Prompt): Promise<Vault | undefined> {
  const passwords = await vaultPasswords(options, io, (question) => prompt.secret(question))
  const identities = ageIdentities(options, io)
  return passwords.length + identities.length === 0 ? undefined : newVault(passwords, identities)
}

/** In the order in which Ansible tries them: --vault-id, then files, then what is asked for; the environment when none is given. */
export async function vaultPasswords(
  options: VaultOptions,
  io: Pick<Io, 'cwd' | 'env'>,
  ask: (question: string) => Promise<Secret>,
): Promise<readonly VaultPassword[]> {
  const sources = [
    ...options.vaultId.map(labelled),
    ...options.vaultPasswordFile.map((source) => ({ label: defaultLabel, source })),
    ...(options.askVaultPass ? [{ label: defaultLabel, source: promptSource }] : []),
  ]
  if (sources.length === 0) return passwordsOfEnvironment(io)
  const passwords: VaultPassword[] = []
  for (const source of sources) passwords.push(await passwordFrom(source, io, ask))
  return passwords
}

/** Where one password comes from: a file, a program, or `prompt`. */
export interface PasswordSource {
  readonly label: string
  readonly source: string
}

const promptSource = 'prompt'

export async function passwordFrom(
  { label, source }: PasswordSource,
  io: Pick<Io, 'cwd' | 'env'>,
  ask: (question: string) => Promise<Secret>,
): Promise<VaultPassword> {
  const password =
    source === promptSource
      ? await ask(`Vault password${label === defaultLabel ? '' : ` (${label})`}`)
      : passwordOf(resolve(io.cwd, source), label, io)
  if (password.reveal() === '') throw refused(`the vault password of ${source} is empty`, 'put it on the first line')
  return { label, password }
}

/** `label@source`; without a label it is the default one. */
export function labelled(word: string): PasswordSource {
  const at = word.indexOf('@')
  return at < 1 ? { label: defaultLabel, source: word.slice(at + 1) } : { label: word.slice(0, at), source: word.slice(at + 1) }
}

/** What programs and templates may see of the environment: a password that stands in it is not theirs. */
export function withoutVaultPassword(env: Environment): Environment {
  const { [passwordVariable]: _password, [identityVariable]: _identity, ...others } = env
  return others
}

/** Keys of age, from files or, when none is named, from the environment. */
export function ageIdentities({ ageIdentity = [] }: VaultOptions, io: Pick<Io, 'cwd' | 'env'>): readonly Secret[] {
  const file = io.env[identityFileVariable] ?? ''
  const files = ageIdentity.length > 0 ? ageIdentity : file === '' ? [] : [file]
  if (files.length === 0) return identitiesIn(io.env[identityVariable] ?? '', identityVariable, true)
  return files.flatMap((name) => {
    const bytes = nodeFiles.read(resolve(io.cwd, name))
    if (bytes !== undefined) return identitiesIn(new TextDecoder().decode(bytes), name, false)
    throw new TlsplayError([{ code: 'FILE_MISSING', message: `there is no file of age identities ${name}`, hint: 'age-keygen makes one' }])
  })
}

/** One key on a line; comments begin with `#`. */
function identitiesIn(text: string, source: string, mayBeEmpty: boolean): readonly Secret[] {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  if (lines.some((line) => !isAgeIdentity(line)))
    throw refused(`${source} holds a line that is no age identity`, 'each is AGE-SECRET-KEY-1...; keys of ssh and plugins cannot be used')
  if (lines.length === 0 && !mayBeEmpty) throw refused(`${source} holds no age identity`, 'age-keygen makes one')
  return lines.map((line) => Secret.of(line))
}

function passwordsOfEnvironment(io: Pick<Io, 'cwd' | 'env'>): readonly VaultPassword[] {
  const [file, password] = [io.env[passwordFileVariable] ?? '', io.env[passwordVariable] ?? '']
  if (file !== '') return [{ label: defaultLabel, password: passwordOf(resolve(io.cwd, file), defaultLabel, io) }]
  return password === '' ? [] : [{ label: defaultLabel, password: Secret.of(password) }]
}

function passwordOf(path: string, label: string, io: Pick<Io, 'cwd' | 'env'>): Secret {
  if (nodeFiles.executable?.(path) === true) return Secret.of(printedBy(path, label, io))
  const bytes = nodeFiles.read(path)
  if (bytes === undefined)
    throw new TlsplayError([{ code: 'FILE_MISSING', message: `there is no vault password file ${path}`, hint: 'give a file, or `prompt`' }])
  return Secret.of(new TextDecoder().decode(bytes).trim())
}

/** A program whose name ends in `-client` is told which label is wanted, as in Ansible. What it prints is never shown. */
function printedBy(path: string, label: string, { cwd, env }: Pick<Io, 'cwd' | 'env'>): string {
  const words = /-client(?:\.[^.]*)?$/.test(basename(path)) ? ['--vault-id', label] : []
  const ended = spawnSync(path, words, {
    cwd,
    env: withoutVaultPassword(env),
    encoding: 'utf8',
    timeout: longestProgramMs,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  if (ended.status === 0) return ended.stdout.replace(/[\r\n]+$/, '')
  throw refused(
    `the vault password program ${path} gave none (exit ${ended.status ?? ended.signal ?? ended.error?.message})`,
    `run it yourself\n${path}`,
  )
}

function refused(message: string, hint: string): TlsplayError {
  return new TlsplayError([{ code: 'VAULT_LOCKED', message, hint }])
}
