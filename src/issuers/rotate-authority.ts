import type { CertificateFact } from '../model/fact.ts'
import { type Problem, TlsplayError } from '../model/problem.ts'
import type { Secret } from '../model/value.ts'
import { msPerDay } from '../pki/dates.ts'
import type { Random } from '../ports/ports.ts'
import { authorityPaths, readAuthority, readNextKey, type StoredAuthority, trustedText } from './ca-store.ts'
import { makeAuthority } from './create-authority.ts'
import { decryptKey } from './encrypted-key.ts'
import { moveFile, replaceFile } from './new-file.ts'
import { spkiOf } from './signing.ts'

/**
 * An authority is replaced in three steps, with a run of the playbooks behind each: clients trust old and new, then the new
 * one signs, then the old one is trusted no more.
 */
export type RotationStep = 'trust both' | 're-issue' | 'drop the old'

export interface Rotation {
  readonly folder: string
  readonly name: string
  /** asked for where a key has to be opened */
  readonly passphrase: () => Promise<Secret>
  readonly now: number
  readonly random: Random
}

export interface Rotated {
  readonly step: RotationStep
  /** the one that signs from now on */
  readonly signs: CertificateFact
  /** what clients trust from now on beside it */
  readonly others: readonly CertificateFact[]
}

/** The step that `rotateAuthority` takes next. */
export function nextStep({ others = [] }: StoredAuthority, nextKey: string | undefined): RotationStep {
  if (nextKey !== undefined) return 're-issue'
  return others.length === 0 ? 'trust both' : 'drop the old'
}

/** Takes the next step. Every file is replaced by one rename, in an order that this goes on from after a crash. Throws TlsplayError. */
export async function rotateAuthority(rotation: Rotation): Promise<Rotated> {
  const { folder, name } = rotation
  const stored = readAuthority(folder, name)
  if (stored === undefined)
    throw refusal({
      code: 'CA_MISSING',
      message: `there is no certificate authority ${name}`,
      hint: `make it\ntlsplay ca init ${name} -i INVENTORY`,
    })
  const nextKey = readNextKey(folder, name)
  const step = nextStep(stored, nextKey)
  switch (step) {
    case 'trust both':
      return { step, ...(await begin(stored, rotation)) }
    case 're-issue':
      return { step, ...(await change(stored, nextKey ?? '', rotation)) }
    case 'drop the old':
      replaceFile(authorityPaths(folder, name).certificate, stored.certificate.pem, 0o644)
      return { step, signs: stored.certificate, others: [] }
  }
}

async function begin(stored: StoredAuthority, { folder, name, passphrase, now, random }: Rotation): Promise<Omit<Rotated, 'step'>> {
  const { certificate } = stored
  const { keyType, permittedNames = [] } = certificate
  if (keyType === 'other')
    throw refusal({
      code: 'CERTIFICATE_INVALID',
      message: `the certificate authority ${name} has a key of a type that tlsplay does not make`,
      hint: 'make an authority of another name, and let roles name that',
    })
  const word = await passphrase()
  // One passphrase for both: the new key must not be locked by a word that was mistyped.
  await opened(stored.encryptedKey, word, name)
  const days = Math.round((certificate.notAfter - certificate.notBefore) / msPerDay)
  const made = await makeAuthority({
    commonName: successor(certificate.subject.CN ?? name),
    days,
    keyType,
    passphrase: word,
    permittedNames,
    now,
    random,
  })
  const paths = authorityPaths(folder, name)
  // The certificate first: a key that nobody trusts yet is the sign that the next step is due.
  replaceFile(paths.certificate, trustedText({ ...stored, others: [made.certificate] }), 0o644)
  replaceFile(paths.nextKey, made.encryptedKey, 0o600)
  return { signs: certificate, others: [made.certificate] }
}

async function change(stored: StoredAuthority, nextKey: string, { folder, name, passphrase }: Rotation): Promise<Omit<Rotated, 'step'>> {
  const spki = await opened(nextKey, await passphrase(), name)
  const all = [stored.certificate, ...(stored.others ?? [])]
  const next = all.find((certificate) => certificate.spki === spki)
  if (next === undefined)
    throw refusal({
      code: 'KEY_MISMATCH',
      message: `next.key of the certificate authority ${name} belongs to none of its certificates`,
      hint: 'bring both back from a backup, or remove next.key to begin the rotation again',
    })
  const others = all.filter((certificate) => certificate !== next)
  const paths = authorityPaths(folder, name)
  replaceFile(paths.certificate, trustedText({ certificate: next, others, encryptedKey: nextKey }), 0o644)
  moveFile(paths.nextKey, paths.key)
  return { signs: next, others }
}

async function opened(encryptedKey: string, passphrase: Secret, name: string): Promise<string | undefined> {
  const key = await decryptKey(encryptedKey, passphrase)
  if (key === undefined)
    throw refusal({
      code: 'CA_LOCKED',
      message: `the key of the certificate authority ${name} could not be opened with this passphrase`,
      hint: 'give the passphrase that it was made with',
    })
  return spkiOf(key)
}

/** `tlsplay lab authority`, `tlsplay lab authority 2`, ...: two of one name side by side confuse people and some clients. */
function successor(commonName: string): string {
  const [, stem = commonName, number] = /^(.*?)(?: (\d+))?$/.exec(commonName) ?? []
  return `${stem} ${Number(number ?? 1) + 1}`
}

function refusal(problem: Problem): TlsplayError {
  return new TlsplayError([problem])
}
