import type { CertificateFact, KeyType } from '../model/fact.ts'
import { TlsplayError } from '../model/problem.ts'
import type { Secret } from '../model/value.ts'
import type { Random } from '../ports/ports.ts'
import { formatPermitted, parseIpRange } from '../pki/constraints.ts'
import { msPerDay, msPerMinute } from '../pki/dates.ts'
import { der, sequence, tags } from '../pki/der.ts'
import { isHostName } from '../pki/match.ts'
import { parseCertificate } from '../pki/parse.ts'
import { readAuthority, type StoredAuthority, writeAuthority } from './ca-store.ts'
import { encryptKey } from './encrypted-key.ts'
import { dateOf, exportPkcs8, loadX509, newKeyPair, newSerial, signingAlgorithm } from './signing.ts'

export interface NewAuthority {
  /** folder of the inventory; the authority lies in `ca/<name>` below it */
  readonly folder: string
  readonly name: string
  readonly days: number
  readonly keyType: KeyType
  readonly passphrase: Secret
  /** domains and address ranges it may sign for; empty: any */
  readonly permittedNames?: readonly string[]
  /** milliseconds since 1970 */
  readonly now: number
  readonly random: Random
}

/** Clients whose clock is behind accept it all the same. */
const backdateMs = 60 * msPerMinute

/** Makes an authority that signs leaves only and writes it beside the inventory. Throws TlsplayError when there is one of that name. */
export async function createAuthority(options: NewAuthority): Promise<CertificateFact> {
  const { folder, name, permittedNames = [] } = options
  if (readAuthority(folder, name) !== undefined) {
    throw new TlsplayError([
      {
        code: 'WRITE_FAILED',
        message: `the certificate authority ${name} exists already`,
        hint: 'give the new one another name; certificates of the old one stay valid',
      },
    ])
  }
  const wrong = permittedNames.find((text) => parseIpRange(text) === undefined && !isHostName(text, false))
  if (wrong !== undefined)
    throw new TlsplayError([
      {
        code: 'VALUE_INVALID',
        message: `${JSON.stringify(wrong)} is neither a domain nor an address range`,
        hint: 'write lab.test or 10.0.0.0/8',
      },
    ])
  const made = await makeAuthority({ ...options, commonName: `tlsplay ${name} authority`, permittedNames })
  writeAuthority(folder, name, made)
  return made.certificate
}

/** A root that signs leaves only, and its encrypted key. */
export async function makeAuthority(
  wish: Pick<NewAuthority, 'days' | 'keyType' | 'passphrase' | 'now' | 'random'> & {
    readonly commonName: string
    readonly permittedNames: readonly string[]
  },
): Promise<StoredAuthority> {
  const { commonName, days, keyType, passphrase, permittedNames, now, random } = wish
  const x509 = await loadX509()
  const keys = await newKeyPair(keyType)
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(random.bytes(16)),
    name: [{ CN: [commonName] }],
    notBefore: dateOf(now - backdateMs),
    notAfter: dateOf(now + days * msPerDay),
    keys: keys as never,
    signingAlgorithm: signingAlgorithm(keyType).signature,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey as never),
      ...(permittedNames.length === 0 ? [] : [new x509.Extension('2.5.29.30', true, new Uint8Array(permittedSubtrees(permittedNames)))]),
    ],
  })
  return {
    certificate: parseCertificate(new Uint8Array(certificate.rawData)),
    encryptedKey: await encryptKey(await exportPkcs8(keys.privateKey), passphrase, (count) => random.bytes(count)),
  }
}

/** NameConstraints of RFC 5280, 4.2.1.10: only `permittedSubtrees`. */
function permittedSubtrees(names: readonly string[]): Uint8Array {
  const subtrees = names.map((name) => {
    const range = parseIpRange(name)
    return sequence(
      range === undefined
        ? der(tags.context(2), Buffer.from(formatPermitted(name), 'latin1'))
        : der(tags.context(7), range.network, range.mask),
    )
  })
  return sequence(der(tags.constructed(0), ...subtrees))
}
