import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tlsplay } from './program.ts'

/** Makes an authority beside the inventory; answers with the file that holds its passphrase. `words`: more of the command line. */
export async function makeAuthority(inventory: string, folder: string, ...words: readonly string[]): Promise<string> {
  const passphrase = join(folder, 'passphrase')
  writeFileSync(passphrase, 'correct horse battery staple\n', { mode: 0o600 })
  const made = await tlsplay(['ca', 'init', '-i', inventory, '--ca-passphrase-file', passphrase, ...words])
  if (made.code !== 0) throw new Error(made.stderr)
  return passphrase
}
