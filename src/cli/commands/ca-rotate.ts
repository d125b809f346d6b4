import { rotateAuthority, type RotationStep } from '../../issuers/rotate-authority.ts'
import { formatDay } from '../../pki/dates.ts'
import { formatName } from '../../pki/distinguished-name.ts'
import { escapeLine, joinLines } from '../../view/escape.ts'
import { authorityFolder } from '../authority-folder.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import type { CaRotateOptions } from '../options.ts'
import { insteadOfTyping, passphraseFile, readPassphrase } from '../passphrase.ts'
import { nodeFiles } from '../ports/node-files.ts'
import { nodeRandom } from '../ports/random.ts'
import { terminalPrompt } from '../ports/terminal-prompt.ts'

const then: Readonly<Record<RotationStep, readonly string[]>> = {
  'trust both': [
    'step 1 of 3: clients come to trust both',
    'run the playbooks that bring the authority to clients (role ca_trust, ca_source of telegraf_tls, ...), then rotate again',
  ],
  're-issue': ['step 2 of 3: the new one signs', 'run the playbooks that make certificates: each is issued anew; then rotate again'],
  'drop the old': ['step 3 of 3: the old one is no longer handed out', 'run the playbooks that bring the authority to clients once more'],
}

/** Takes the next of the three steps that replace an authority, and says which run has to follow. */
export async function caRotateCommand(name: string, options: CaRotateOptions, io: Io): Promise<number> {
  const file = passphraseFile(options.caPassphraseFile, io)
  const { step, signs, others } = await rotateAuthority({
    ...{ folder: authorityFolder(options, io), name, now: Date.now(), random: nodeRandom },
    passphrase: async () =>
      file === undefined
        ? terminalPrompt(io).secret(`passphrase of the certificate authority ${name}`, insteadOfTyping)
        : readPassphrase(file, nodeFiles),
  })
  const told = (what: string, certificate: typeof signs): string =>
    `  ${what}  ${escapeLine(formatName(certificate.subject))}, until ${formatDay(certificate.notAfter)}, sha256 ${certificate.fingerprint}`
  const [head = '', next = ''] = then[step]
  io.stdout.write(joinLines([head, told('signs      ', signs), ...others.map((other) => told('trusted too', other)), next]))
  return exitCodes.done
}
