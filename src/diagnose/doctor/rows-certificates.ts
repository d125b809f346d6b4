import type { CatalogueRow } from './row.ts'

/** What is wrong with a certificate itself, whether or not a client has complained. Patterns are the words of OpenSSL. */
export const certificateRows: readonly CatalogueRow[] = [
  {
    id: 'clock',
    title: 'the clock of the host is wrong',
    seen: 'own',
    patterns: [],
    cause: 'certificates are valid by the clock of whoever checks them',
    fix: 'let the host take its time from the network (chrony, systemd-timesyncd)',
  },
  {
    id: '43',
    title: 'the certificate is not valid at this time',
    seen: 'any',
    patterns: [/certificate has expired$/, /certificate is not yet valid$/, /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/],
    cause: 'it has expired, or begins later than now',
    fix: 'renew it; the clock of the host is told above',
    by: 'server',
  },
  {
    id: '42',
    title: 'the certificate covers no name by which the host is called',
    seen: 'any',
    patterns: [/no alternative certificate subject name matches/, /hostname mismatch|ip address mismatch/, /ERR_TLS_CERT_ALTNAME_INVALID/],
    cause: 'it was issued for other names',
    fix: 'issue it again with the names and addresses that clients use',
    by: 'server',
  },
  {
    id: '44',
    title: 'the certificate is not one of a server',
    seen: 'any',
    patterns: [/unsuitable certificate purpose|unsupported certificate purpose/, /INVALID_PURPOSE/],
    cause: 'its extended key usage lacks serverAuth, or its key usage is that of an authority',
    fix: 'issue it again for servers, with serverAuth and digitalSignature',
    by: 'server',
  },
  {
    id: '45',
    title: 'key or signature of the certificate are too weak for OpenSSL 3',
    seen: 'any',
    patterns: [/ee (?:certificate )?key too weak/i, /ca (?:md|certificate key) too weak/i, /legacy sigalg disallowed/],
    cause: 'an RSA key below 2048 bits, or a signature over SHA-1',
    fix: 'issue it again: ECDSA P-256, or RSA with 2048 bits or more',
    by: 'server',
  },
  {
    id: '51',
    title: 'browsers refuse the certificate',
    seen: 'any',
    patterns: [/ERR_SSL_KEY_USAGE_INCOMPATIBLE|ERR_CERT_(?:COMMON_NAME_INVALID|AUTHORITY_INVALID|DATE_INVALID|VALIDITY_TOO_LONG)/],
    cause: 'their rules are stricter than those of Go and OpenSSL',
    fix: 'issue it again with digitalSignature and serverAuth, and no Ed25519 key, if people open the service in a browser',
    by: 'server',
    note: true,
  },
]

/** Whether a client trusts it depends on the client. */
export const trustRows: readonly CatalogueRow[] = [
  {
    id: '40',
    title: 'nobody known here trusts the issuer, or the chain has a gap',
    seen: 'any',
    patterns: [/unable to get (?:local )?issuer certificate/, /unable to verify the first certificate/, /UNABLE_TO_/],
    cause:
      'the authority is among none that the system, the clients in this inventory, or you with --ca trust; or an intermediate is not sent',
    fix: 'send leaf and intermediates in one file, and give clients the authority; name it here with --ca',
    by: 'trust',
  },
  {
    id: '41',
    title: 'the certificate is self-signed, and no client known here trusts it',
    seen: 'any',
    patterns: [/self-signed certificate/, /self signed certificate/, /SELF_SIGNED_CERT/],
    cause: 'each client has to be given this very certificate',
    fix: 'give it to the clients as ca_file or tls_ca, or use an authority of your own',
    by: 'trust',
    note: true,
  },
]

/** About the look itself. */
export const lookRows: readonly CatalogueRow[] = [
  {
    id: 'unseen',
    title: 'not everything could be looked at',
    seen: 'own',
    patterns: [],
    cause: 'keys, their folders and the journal are for root',
    fix: 'look again as root: -b',
    note: true,
  },
]
