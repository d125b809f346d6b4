import type { Position, Problem } from '../../model/problem.ts'
import type { ScalarSource, Source } from '../../model/source.ts'
import { Secret } from '../../model/value.ts'
import { isAge, isSealed, newVault, type Vault } from './index.ts'

export type OpenedText = { readonly text: string } | { readonly problem: Problem }

/** What a text of Ansible Vault holds. `what` names it in a message, which never says more than that. */
export function openText(text: string, vault: Vault | undefined, what: string, at: Position): OpenedText {
  const opened = (vault ?? newVault([])).open(text)
  if ('bytes' in opened) {
    try {
      return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(opened.bytes) }
    } catch {
      return broken(`${what} holds no UTF-8 text`, at, 'only texts can be kept secret on their way; encrypt bytes as base64')
    }
  }
  if (isAge(text)) return ageRefused(opened.refused, what, at)
  if (opened.refused === 'damaged')
    return broken(`${what} is damaged, or no text of Ansible Vault 1.1 or 1.2`, at, 'take the file from a backup, or encrypt it again')
  if (vault === undefined)
    return locked(
      `${what} is encrypted with Ansible Vault, and no password was given`,
      at,
      'give one with --vault-password-file FILE or --ask-vault-pass',
    )
  return locked(`no password that was given opens ${what}, or it was changed`, at, 'check the password and its --vault-id')
}

function ageRefused(refused: 'damaged' | 'locked', what: string, at: Position): OpenedText {
  return refused === 'damaged'
    ? broken(`${what} is damaged, or no file of age`, at, 'take the file from a backup, or encrypt it again')
    : locked(
        `${what} is encrypted with age, and no identity or passphrase that was given opens it`,
        at,
        'give an identity with --age-identity FILE, a passphrase with --vault-password-file FILE or --ask-vault-pass',
      )
}

const longestMark = 64

/** What a file for a host holds when it is encrypted; undefined when it is not. */
export function assetOpener(vault: Vault | undefined): (bytes: Uint8Array, what: string, at: Position) => OpenedText | undefined {
  return (bytes, what, at) => {
    const head = Buffer.from(bytes.subarray(0, longestMark)).toString('latin1')
    return isSealed(head) ? openText(Buffer.from(bytes).toString('latin1'), vault, what, at) : undefined
  }
}

function locked(message: string, at: Position, hint: string): OpenedText {
  return { problem: { code: 'VAULT_LOCKED', message, at, hint } }
}

function broken(message: string, at: Position, hint: string): OpenedText {
  return { problem: { code: 'VAULT_BROKEN', message, at, hint } }
}

export function secretAt(text: string, at: Position): ScalarSource {
  return { kind: 'scalar', value: Secret.of(text), at }
}

/** Every text of an encrypted file is a secret; all of it is placed at the file, whose lines are others. */
export function hideSource(source: Source, at: Position): Source {
  switch (source.kind) {
    case 'scalar':
      return typeof source.value === 'string' ? secretAt(source.value, at) : { ...source, at }
    case 'list':
      return { kind: 'list', items: source.items.map((item) => hideSource(item, at)), at }
    case 'map':
      return { kind: 'map', entries: source.entries.map(({ key, value }) => ({ key, keyAt: at, value: hideSource(value, at) })), at }
  }
}
