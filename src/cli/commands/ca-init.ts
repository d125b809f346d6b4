import { relative } from 'node:path'
import { authorityPaths } from '../../issuers/ca-store.ts'
import { createAuthority } from '../../issuers/create-authority.ts'
import { escapeLine, joinLines } from '../../view/escape.ts'
import { authorityFolder } from '../authority-folder.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import type { CaInitOptions } from '../options.ts'
import { askNewPassphrase, passphraseFile, readPassphrase } from '../passphrase.ts'
import { nodeFiles } from '../ports/node-files.ts'
import { nodeRandom } from '../ports/random.ts'
import { terminalPrompt } from '../ports/terminal-prompt.ts'

/** Makes an authority beside an inventory and says where it lies and how a playbook names it. */
export async function caInitCommand(name: string, options: CaInitOptions, io: Io): Promise<number> {
  const folder = authorityFolder(options, io)
  // Checks the name before anybody is asked for a passphrase.
  const paths = authorityPaths(folder, name)
  const file = passphraseFile(options.caPassphraseFile, io)
  const passphrase = file === undefined ? await askNewPassphrase(name, terminalPrompt(io)) : readPassphrase(file, nodeFiles)
  const certificate = await createAuthority({
    ...{ folder, name, days: options.days, keyType: 'ecdsa-p256', passphrase, permittedNames: options.permit },
    ...{ now: Date.now(), random: nodeRandom },
  })
  const shown = (path: string): string => escapeLine(relative(io.cwd, path).startsWith('..') ? path : relative(io.cwd, path))
  io.stdout.write(
    joinLines([
      `made the certificate authority ${name}`,
      `  certificate  ${shown(paths.certificate)}, for clients to trust`,
      `  key          ${shown(paths.key)}, encrypted with the passphrase`,
      `  valid until  ${new Date(certificate.notAfter).toISOString().slice(0, 10)}`,
      `  sha256       ${certificate.fingerprint}`,
      `  may sign     ${options.permit.length === 0 ? 'any name (--permit narrows it)' : escapeLine(options.permit.join(', '))}`,
      `a playbook signs with it by generate: {issuer: ca, authority: ${name}, ...}`,
    ]),
  )
  return exitCodes.done
}
