import type { KeyObject } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { TlsplayError } from '../../model/problem.ts'
import type { Secret } from '../../model/value.ts'
import type { Random } from '../../ports/ports.ts'
import { decryptKey, encryptKey } from '../encrypted-key.ts'
import { writeNewFile } from '../new-file.ts'
import { newKey } from '../signing.ts'
import { textIfThere } from '../text-if-there.ts'

/** The key of an account lies in `<folder>/acme/<name>/account.key`, under a passphrase; it is made when there is none. */
export async function accountKey(folder: string, name: string, passphrase: Secret, random: Random): Promise<KeyObject> {
  const own = join(folder, 'acme', name)
  const path = join(own, 'account.key')
  const stored = textIfThere(path)
  if (stored !== undefined) {
    const key = await decryptKey(stored, passphrase)
    if (key === undefined)
      throw new TlsplayError([
        {
          code: 'CA_LOCKED',
          message: `${path} could not be opened with this passphrase`,
          hint: 'give the passphrase that it was made with',
        },
      ])
    return key
  }
  if (passphrase.reveal() === '')
    throw new TlsplayError([
      {
        code: 'CA_LOCKED',
        message: `the key of the ACME account ${name} needs a passphrase`,
        hint: 'type one when asked, or put one into the file of --ca-passphrase-file',
      },
    ])
  const key = await newKey('ecdsa-p256')
  mkdirSync(own, { recursive: true, mode: 0o700 })
  writeNewFile(path, await encryptKey(key.export({ type: 'pkcs8', format: 'der' }), passphrase, (count) => random.bytes(count)), 0o600)
  return key
}
