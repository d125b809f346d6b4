import type { KeyObject } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { CertificateFact } from '../model/fact.ts'
import { TlsplayError } from '../model/problem.ts'
import type { Secret } from '../model/value.ts'
import { parseCertificateFile } from '../pki/parse.ts'
import type { Random } from '../ports/ports.ts'
import { encryptKey } from './encrypted-key.ts'
import { moveFile, replaceFile } from './new-file.ts'
import { textIfThere } from './text-if-there.ts'

/** What lies in `<folder>/certificates/<name>/`: certificates in clear, the key under a passphrase. */
export interface StoredPair {
  readonly text: string
  readonly chain: readonly [CertificateFact, ...CertificateFact[]]
  /** PEM of encrypted keys; `nextKey`: a renewal ended before it had its place */
  readonly key: string | undefined
  readonly nextKey: string | undefined
}

/** Throws TlsplayError when the name could lead out of the folder. */
export function pairPaths(folder: string, name: string) {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name))
    throw new TlsplayError([
      {
        code: 'VALUE_INVALID',
        message: `${JSON.stringify(name)} cannot be the name of a stored certificate`,
        hint: 'use letters, digits, dots, - and _',
      },
    ])
  const own = join(folder, 'certificates', name)
  return { folder: own, certificate: join(own, 'pair.crt'), key: join(own, 'pair.key'), nextKey: join(own, 'next.key') }
}

/** Undefined when there is none of that name. Throws TlsplayError FILE_MISSING when half of it is gone. */
export function readPair(folder: string, name: string): StoredPair | undefined {
  const paths = pairPaths(folder, name)
  const [text, key, nextKey] = [textIfThere(paths.certificate), textIfThere(paths.key), textIfThere(paths.nextKey)]
  if (text === undefined) {
    // A next key alone: the first issue ended before there was a certificate, and nobody has that key.
    if (key === undefined) return undefined
    throw incomplete(`${paths.key} is there, but ${paths.certificate} is not`, paths.folder)
  }
  if (key === undefined && nextKey === undefined) throw incomplete(`${paths.certificate} is there, but ${paths.key} is not`, paths.folder)
  const { chain, broken } = parseCertificateFile(text)
  const [leaf, ...issuers] = chain
  if (leaf === undefined || broken !== undefined) throw incomplete(`${paths.certificate} ${broken ?? 'holds no certificate'}`, paths.folder)
  return { text, chain: [leaf, ...issuers], key, nextKey }
}

/** In an order that can be gone on from wherever it ends: the certificate says which of two keys counts. */
export async function writePair(folder: string, name: string, chain: string, key: KeyObject, word: Secret, random: Random): Promise<void> {
  const paths = pairPaths(folder, name)
  const sealed = await encryptKey(key.export({ type: 'pkcs8', format: 'der' }), word, (count) => random.bytes(count))
  mkdirSync(paths.folder, { recursive: true, mode: 0o700 })
  replaceFile(paths.nextKey, sealed, 0o600)
  replaceFile(paths.certificate, chain, 0o644)
  moveFile(paths.nextKey, paths.key)
}

/** The key that the certificate belongs to gets its place. */
export function finishMove(folder: string, name: string): void {
  const paths = pairPaths(folder, name)
  moveFile(paths.nextKey, paths.key)
}

function incomplete(message: string, folder: string): TlsplayError {
  return new TlsplayError([
    {
      code: 'FILE_MISSING',
      message: `the stored certificate is incomplete: ${message}`,
      hint: `bring the missing file back from a backup, or remove ${folder}, and all hosts get a new pair`,
    },
  ])
}
