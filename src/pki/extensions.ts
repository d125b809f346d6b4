import type { CertificateFact } from '../model/fact.ts'
import { childrenOf, type Der, DerError, readBits, readIntegerHex, readOid, readOne, tags } from './der.ts'
import { formatIp } from './ip.ts'

/** Named as in RFC 5280, in the order of their bits. */
export const keyUsages = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const
export type KeyUsage = (typeof keyUsages)[number]

const extendedKeyUsages: Readonly<Record<string, string>> = { '1.3.6.1.5.5.7.3.1': 'serverAuth', '1.3.6.1.5.5.7.3.2': 'clientAuth' }

export type CertificateExtensions = Pick<
  CertificateFact,
  'dnsNames' | 'ipAddresses' | 'isAuthority' | 'keyUsage' | 'extendedKeyUsage' | 'subjectKeyId' | 'authorityKeyId'
> &
  Pick<CertificateFact, 'permittedNames' | 'pathLength' | 'constraintsCritical'>

/**
 * Reads what tlsplay judges out of the extensions of a certificate. Node's X509Certificate does not tell: its `keyUsage`
 * answers the extended key usage (Node 20), and it has nothing for the key identifiers.
 */
export function readExtensions(extensions: readonly Der[]): CertificateExtensions {
  const read = extensions.map(readExtension)
  const values = new Map(read.map(({ type, value }) => [type, value]))
  const constraints = values.get('2.5.29.19')
  const usage = values.get('2.5.29.15')
  const purposes = values.get('2.5.29.37')
  const names = values.get('2.5.29.17')
  const subjectKey = values.get('2.5.29.14')
  const authorityKey = values.get('2.5.29.35')
  const nameConstraints = values.get('2.5.29.30')
  const general = names === undefined ? [] : childrenOf(names)
  const permittedNames = nameConstraints === undefined ? undefined : readPermitted(nameConstraints)
  const isAuthority =
    constraints !== undefined && childrenOf(constraints).some(({ tag, content }) => tag === tags.boolean && content[0] === 0xff)
  const pathLength = constraints === undefined ? undefined : childrenOf(constraints).find(({ tag }) => tag === tags.integer)
  return {
    dnsNames: general.filter(({ tag }) => tag === tags.context(2)).map(textOf),
    ipAddresses: general
      .filter(({ tag, content }) => tag === tags.context(7) && (content.length === 4 || content.length === 16))
      .map(({ content }) => formatIp(content)),
    isAuthority,
    ...(isAuthority ? { constraintsCritical: read.some(({ type, critical }) => type === '2.5.29.19' && critical) } : {}),
    ...(pathLength === undefined ? {} : { pathLength: Number.parseInt(readIntegerHex(pathLength.content), 16) }),
    keyUsage: usage === undefined ? undefined : readBits(usage.content, keyUsages),
    extendedKeyUsage:
      purposes === undefined
        ? undefined
        : childrenOf(purposes).map(({ content }) => extendedKeyUsages[readOid(content)] ?? readOid(content)),
    subjectKeyId: subjectKey === undefined ? undefined : hex(subjectKey.content),
    authorityKeyId: authorityKey === undefined ? undefined : keyIdOf(authorityKey),
    ...(permittedNames === undefined ? {} : { permittedNames }),
  }
}

function readExtension(extension: Der): { readonly type: string; readonly value: Der; readonly critical: boolean } {
  const parts = childrenOf(extension)
  const [type, value] = [parts[0], parts.at(-1)]
  if (type === undefined || value === undefined || value.tag !== tags.octetString) throw new DerError('expected an extension')
  const critical = parts.some(({ tag, content }) => tag === tags.boolean && content[0] === 0xff)
  return { type: readOid(type.content), value: readOne(value.content), critical }
}

function keyIdOf(authorityKey: Der): string | undefined {
  const id = childrenOf(authorityKey).find(({ tag }) => tag === tags.context(0))
  return id === undefined ? undefined : hex(id.content)
}

function readPermitted(constraints: Der): readonly string[] | undefined {
  const permitted = childrenOf(constraints).find(({ tag }) => tag === tags.constructed(0))
  if (permitted === undefined) return undefined
  return childrenOf(permitted).flatMap((subtree) => {
    const base = childrenOf(subtree)[0]
    if (base?.tag === tags.context(2)) return [textOf(base)]
    if (base?.tag !== tags.context(7) || (base.content.length !== 8 && base.content.length !== 32)) return []
    const half = base.content.length / 2
    return [`${formatIp(base.content.subarray(0, half))}/${prefixLength(base.content.subarray(half))}`]
  })
}

function prefixLength(mask: Uint8Array): number {
  const end = [...mask]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
    .indexOf('0')
  return end < 0 ? mask.length * 8 : end
}

function textOf({ content }: Der): string {
  return Buffer.from(content).toString('latin1')
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
