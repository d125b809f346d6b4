import { relative } from 'node:path'
import { authorityPaths, readAuthority, readNextKey, type StoredAuthority, trustedText } from '../../issuers/ca-store.ts'
import { nextStep, type RotationStep } from '../../issuers/rotate-authority.ts'
import { TlsplayError } from '../../model/problem.ts'
import { daysUntil, formatDay } from '../../pki/dates.ts'
import { formatName } from '../../pki/distinguished-name.ts'
import { escapeLine, joinLines } from '../../view/escape.ts'
import { authorityFolder } from '../authority-folder.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import type { AuthorityPlace } from '../options.ts'

/** Says what an authority is and may do; its key stays closed. */
export async function caShowCommand(name: string, options: AuthorityPlace, io: Io): Promise<number> {
  const folder = authorityFolder(options, io)
  const authority = stored(folder, name)
  const { certificate, others = [] } = authority
  const { certificate: path } = authorityPaths(folder, name)
  const { notAfter, permittedNames, pathLength } = certificate
  const left = daysUntil(notAfter, Date.now())
  const below = pathLength === 0 ? 'leaves only' : pathLength === undefined ? 'leaves and authorities' : `authorities, ${pathLength} deep`
  io.stdout.write(
    joinLines([
      `the certificate authority ${name}`,
      `  certificate  ${escapeLine(shown(path, io))}`,
      `  subject      ${escapeLine(formatName(certificate.subject))}`,
      `  key type     ${certificate.keyType}`,
      `  valid until  ${formatDay(notAfter)}, ${left < 0 ? 'expired' : `${left} more days`}`,
      `  sha256       ${certificate.fingerprint}`,
      `  may sign     ${permittedNames === undefined ? 'any name' : escapeLine(permittedNames.join(', '))}`,
      `  signs        ${below}`,
      ...others.map((other) => `  trusted too  ${escapeLine(formatName(other.subject))}, until ${formatDay(other.notAfter)}`),
      ...rotationLine(nextStep(authority, readNextKey(folder, name))),
    ]),
  )
  return exitCodes.done
}

function rotationLine(step: RotationStep): readonly string[] {
  return step === 'trust both' ? [] : [`  rotation     next step: ${step}`]
}

/** Prints the certificates that clients trust, and nothing else, so that they can be sent on: one, or two while it is rotated. */
export async function caExportCommand(name: string, options: AuthorityPlace, io: Io): Promise<number> {
  io.stdout.write(trustedText(stored(authorityFolder(options, io), name)))
  return exitCodes.done
}

function stored(folder: string, name: string): StoredAuthority {
  const authority = readAuthority(folder, name)
  if (authority !== undefined) return authority
  throw new TlsplayError([
    {
      code: 'CA_MISSING',
      message: `there is no certificate authority ${name}: ${authorityPaths(folder, name).folder} holds none`,
      hint: `make it\ntlsplay ca init ${name} -i INVENTORY`,
    },
  ])
}

function shown(path: string, io: Io): string {
  const near = relative(io.cwd, path)
  return near.startsWith('..') ? path : near
}
