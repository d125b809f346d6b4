import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CertificateFact } from '../model/fact.ts'
import { TlsplayError } from '../model/problem.ts'
import { parseCertificateFile } from '../pki/parse.ts'
import { writeNewFile } from './new-file.ts'

/** What lies in `<folder>/ca/<name>/`: certificates in clear, the key under a passphrase. */
export interface StoredAuthority {
  /** the one it signs with, first in its file */
  readonly certificate: CertificateFact
  /** what clients trust beside it while the authority is rotated */
  readonly others?: readonly CertificateFact[]
  /** PEM of the encrypted key */
  readonly encryptedKey: string
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9_-]*$/

export interface AuthorityPaths {
  readonly folder: string
  readonly certificate: string
  readonly key: string
  /** of the authority that is to come */
  readonly nextKey: string
}

/** Throws TlsplayError when the name could lead out of the folder. */
export function authorityPaths(folder: string, name: string): AuthorityPaths {
  if (!namePattern.test(name)) {
    throw new TlsplayError([
      {
        code: 'VALUE_INVALID',
        message: `${JSON.stringify(name)} cannot be the name of an authority`,
        hint: 'use letters, digits, - and _',
      },
    ])
  }
  const own = join(folder, 'ca', name)
  return { folder: own, certificate: join(own, 'ca.crt'), key: join(own, 'ca.key'), nextKey: join(own, 'next.key') }
}

/** Undefined when there is none of that name. Throws TlsplayError CA_MISSING when half of it is gone or unreadable. */
export function readAuthority(folder: string, name: string): StoredAuthority | undefined {
  const paths = authorityPaths(folder, name)
  const certificateText = readText(paths.certificate)
  const encryptedKey = readText(paths.key)
  if (certificateText === undefined && encryptedKey === undefined) return undefined
  if (certificateText === undefined) throw incomplete(`${paths.key} is there, but ${paths.certificate} is not`)
  if (encryptedKey === undefined) throw incomplete(`${paths.certificate} is there, but ${paths.key} is not`)
  const { chain, broken } = parseCertificateFile(certificateText)
  const [certificate, ...others] = chain
  if (certificate === undefined || broken !== undefined) throw incomplete(`${paths.certificate}: ${broken ?? 'holds no certificate'}`)
  if (!chain.every(({ isAuthority }) => isAuthority)) throw incomplete(`${paths.certificate} is not the certificate of an authority`)
  return { certificate, others, encryptedKey }
}

/** Writes both files, the key first; never over one that is there. Throws TlsplayError WRITE_FAILED. */
export function writeAuthority(folder: string, name: string, authority: StoredAuthority): void {
  const paths = authorityPaths(folder, name)
  mkdirSync(paths.folder, { recursive: true, mode: 0o700 })
  writeNewFile(paths.key, authority.encryptedKey, 0o600)
  writeNewFile(paths.certificate, authority.certificate.pem, 0o644)
}

/** PEM of every certificate that clients are to trust, the one that signs first. */
export function trustedText({ certificate, others = [] }: StoredAuthority): string {
  return [certificate, ...others].map(({ pem }) => pem).join('')
}

/** The encrypted key of the authority that is to come; undefined when it is not being rotated. */
export function readNextKey(folder: string, name: string): string | undefined {
  return readText(authorityPaths(folder, name).nextKey)
}

function incomplete(message: string): TlsplayError {
  return new TlsplayError([
    {
      code: 'CA_MISSING',
      message: `the certificate authority is incomplete: ${message}`,
      hint: 'bring the missing file back from a backup, or remove the folder and make a new authority',
    },
  ])
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw new TlsplayError(
      [
        {
          code: 'CA_MISSING',
          message: `${path} cannot be read: ${isCode(error, 'EACCES') ? 'permission denied' : String(error)}`,
          hint: 'run as the user that it belongs to',
        },
      ],
      { cause: error },
    )
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
