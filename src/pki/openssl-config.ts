import type { DistinguishedName, KeyType } from '../model/fact.ts'
import { subjectFields } from './distinguished-name.ts'
import type { CertificateNames } from './match.ts'
import type { LeafProfile } from './profile.ts'

export interface CertificateRequest {
  readonly subject: DistinguishedName
  readonly names: CertificateNames
  readonly keyType: KeyType
  readonly profile: LeafProfile
}

/**
 * Config text for `openssl req`: of a request, or with `-x509` of a self-signed leaf. By file and not by `-addext`, which
 * came with OpenSSL 1.1.1; nothing of it stands in an argument vector.
 */
export function opensslConfig({ subject, names, keyType, profile }: CertificateRequest, kind: 'request' | 'self-signed'): string {
  const extensions = [
    'basicConstraints = critical,CA:FALSE',
    `keyUsage = critical,${profile.keyUsage.join(',')}`,
    `extendedKeyUsage = ${profile.extendedKeyUsage.join(',')}`,
    'subjectKeyIdentifier = hash',
    // Without `always` OpenSSL 3 leaves it out of a self-signed certificate; it must come after the subject key identifier.
    ...(kind === 'self-signed' ? ['authorityKeyIdentifier = keyid:always'] : []),
    'subjectAltName = @names',
  ]
  const alternatives = [
    ...names.dnsNames.map((name, index) => `DNS.${index + 1} = ${name}`),
    ...names.ipAddresses.map((ip, index) => `IP.${index + 1} = ${ip}`),
  ]
  return [
    '[req]',
    'prompt = no',
    'utf8 = yes',
    'string_mask = utf8only',
    ...digestLine(keyType),
    'distinguished_name = subject',
    `${kind === 'self-signed' ? 'x509_extensions' : 'req_extensions'} = profile`,
    '[subject]',
    ...subjectFields.flatMap((field) => (subject[field] === undefined ? [] : [`${field} = ${configValue(subject[field])}`])),
    '[profile]',
    ...extensions,
    '[names]',
    ...alternatives,
    '',
  ].join('\n')
}

/** Arguments of `openssl req -newkey` for a key of this type. */
export function newKeyArguments(keyType: KeyType): readonly string[] {
  switch (keyType) {
    case 'rsa-2048':
    case 'rsa-3072':
    case 'rsa-4096':
      return ['-newkey', `rsa:${keyType.slice('rsa-'.length)}`]
    case 'ecdsa-p256':
    case 'ecdsa-p384':
      // OpenSSL 1.0.2 writes the whole curve into the key unless told to name it, and TLS libraries refuse that.
      return [
        '-newkey',
        'ec',
        '-pkeyopt',
        `ec_paramgen_curve:${keyType === 'ecdsa-p256' ? 'P-256' : 'P-384'}`,
        '-pkeyopt',
        'ec_param_enc:named_curve',
      ]
    case 'ed25519':
      return ['-newkey', 'ed25519']
  }
}

/** Arguments of `openssl genpkey` for such a key. */
export function genpkeyArguments(keyType: KeyType): readonly string[] {
  const [, kind = '', ...options] = newKeyArguments(keyType)
  const [algorithm = '', bits] = kind.split(':')
  return ['-algorithm', algorithm.toUpperCase(), ...(bits === undefined ? [] : ['-pkeyopt', `rsa_keygen_bits:${bits}`]), ...options]
}

/** Ed25519 brings its own digest and refuses another. */
function digestLine(keyType: KeyType): readonly string[] {
  if (keyType === 'ed25519') return []
  return [`default_md = ${keyType === 'ecdsa-p384' ? 'sha384' : 'sha256'}`]
}

/** Inside double quotes only the quote and the backslash mean something to OpenSSL: no variable, no comment, no trimming. */
function configValue(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`
}
