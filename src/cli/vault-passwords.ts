import { spawnSync } from 'node:child_process'
import { basename, resolve } from 'node:path'
import { defaultLabel, newVault, type Vault, type VaultPassword } from '../load/index.ts'
import { TlsplayError } from '../model/problem.ts'
import { Secret } from '../model/value.ts'
import type { Prompt } from '../ports/ports.ts'
import type { Io } from './io.ts'
import type { VaultOptions } from './options.ts'
import { nodeFiles } from './ports/node-files.ts'

const longestProgramMs = 60_000

/** The vault that the options open; undefined when none of them is given. People are asked here, before anything is drawn. */
export async function vaultOf(options: VaultOptions, io: Pick<Io, 'cwd' | 'env'>, prompt: Prompt): Promise<Vault | undefined> {
  const passwords = await vaultPasswords(options, io, prompt)
  return passwords.length === 0 ? undefined : newVault(passwords)
}

/** In the order in which Ansible tries them: --vault-id, then files, then what is asked for. */
async function vaultPasswords(options: VaultOptions, io: Pick<Io, 'cwd' | 'env'>, prompt: Prompt): Promise<readonly VaultPassword[]> {
  const sources = [
    ...options.vaultId.map(labelled),
    ...options.vaultPasswordFile.map((source) => ({ label: defaultLabel, source })),
    ...(options.askVaultPass ? [{ label: defaultLabel, source: 'prompt' }] : []),
  ]
  const passwords: VaultPassword[] = []
  for (const { label, source } of sources) {
    const password =
      source === 'prompt'
        ? await prompt.secret(`Vault password${label === defaultLabel ? '' : ` (${label})`}`)
        : passwordOf(resolve(io.cwd, source), label, io)
    if (password.reveal() === '') throw refused(`the vault password of ${source} is empty`, 'put it on the first line')
    passwords.push({ label, password })
  }
  return passwords
}

/** `label@source`; without a label it is the default one. */
function labelled(word: string): { readonly label: string; readonly source: string } {
  const at = word.indexOf('@')
  return at < 1 ? { label: defaultLabel, source: word.slice(at + 1) } : { label: word.slice(0, at), source: word.slice(at + 1) }
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
  const ended = spawnSync(path, words, { cwd, env, encoding: 'utf8', timeout: longestProgramMs, stdio: ['ignore', 'pipe', 'ignore'] })
  if (ended.status === 0) return ended.stdout.replace(/[\r\n]+$/, '')
  throw refused(
    `the vault password program ${path} gave none (exit ${ended.status ?? ended.signal ?? ended.error?.message})`,
    `run it yourself\n${path}`,
  )
}

function refused(message: string, hint: string): TlsplayError {
  return new TlsplayError([{ code: 'VAULT_LOCKED', message, hint }])
}
