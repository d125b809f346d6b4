import type { CatalogueRow } from './row.ts'

/** What a server says of handshakes that name their cause. */
export const handshakeRows: readonly CatalogueRow[] = [
  {
    id: '4',
    title: 'a browser refuses the key usage of the certificate',
    seen: 'handshake',
    patterns: [/remote error: tls: illegal parameter/],
    cause: 'Chrome and its kin want digitalSignature in the key usage; keyEncipherment alone is not enough',
    fix: 'issue it again with digitalSignature',
    by: 'server',
  },
  {
    id: '5',
    title: 'a client with GnuTLS refuses the key usage of the certificate',
    seen: 'handshake',
    patterns: [/remote error: tls: internal error/],
    cause: 'GnuTLS wants digitalSignature in the key usage of the certificate',
    fix: 'issue it again with digitalSignature',
    by: 'server',
  },
  {
    id: '7',
    title: 'a client says the certificate is not one of a server',
    seen: 'handshake',
    patterns: [/remote error: tls: unsupported certificate/],
    cause: 'its extended key usage lacks serverAuth, or its key usage is that of an authority',
    fix: 'issue it again for servers, with serverAuth and digitalSignature',
    by: 'server',
  },
  {
    id: '39',
    title: 'the certificate of a client has none of the names that are let in',
    seen: 'handshake',
    patterns: [/could not find allowed SANs in client cert/, /not in allowed DNS Name list/],
    cause: 'client_allowed_sans, or tls_allowed_dns_names, lists others',
    fix: 'issue the certificate of the client with such a name, or let its name in',
    by: 'server',
  },
  {
    id: '38',
    title: 'the certificate of a client is of an authority that is not trusted here',
    seen: 'handshake',
    patterns: [
      /failed to verify (?:client )?certificate: x509: certificate signed by unknown authority/,
      /x509: certificate signed by unknown authority/,
    ],
    cause: 'client_ca_file holds another authority, or nothing that can be read: then every client is sent away',
    fix: 'write the authority of the clients into client_ca_file',
    by: 'server',
  },
  {
    id: '37',
    title: 'a client came without a certificate, and one is asked for',
    seen: 'any',
    patterns: [/tls: client didn't provide a certificate/, /remote error: tls: certificate required/],
    cause: 'the client has none configured, or none from an authority that the server asks for',
    fix: 'give the client a certificate and key (cert_file and key_file, tls_cert and tls_key)',
    by: 'client',
  },
  {
    id: '36',
    title: 'a client knows no signature that the key can make',
    seen: 'handshake',
    patterns: [/peer doesn't support any of the certificate's signature algorithms/],
    cause: 'mostly an Ed25519 key, which browsers do not take',
    fix: 'use an ECDSA P-256 or an RSA key',
    by: 'server',
  },
  {
    id: '35',
    title: 'a client offers no curve that the server has',
    seen: 'handshake',
    patterns: [/no key exchanges supported by both client and server/, /no ECDHE curve supported by both client and server/],
    cause:
      'InfluxDB 2.x has P-256, P-384 and P-521 only, so a client with X25519 alone is sent away; elsewhere curve_preferences does that',
    fix: 'let the client offer P-256 too',
  },
  {
    id: '34',
    title: 'a client speaks only versions of TLS that are too old',
    seen: 'any',
    patterns: [/client offered only unsupported versions/, /protocol version not supported/],
    cause: 'its newest version is below the lowest that is let in (301 is TLS 1.0, 302 is 1.1, 303 is 1.2, 304 is 1.3)',
    fix: 'bring the client up to date',
  },
  {
    id: '33',
    title: 'a client and the server have no cipher suite in common',
    seen: 'any',
    patterns: [/no cipher suite supported by both client and server/, /remote error: tls: handshake failure/],
    cause: 'the list of suites does not fit the kind of key (ECDSA suites with an RSA key), or the client is too old',
    fix: 'leave the list of suites out, or make it fit the key',
    by: 'server',
  },
]

/** A client refuses the certificate, and says no more than that. */
export const refusalRows: readonly CatalogueRow[] = [
  {
    id: '6',
    title: 'a client does not trust the issuer',
    seen: 'handshake',
    patterns: [
      /remote error: tls: unknown certificate authority/,
      /remote error: tls: unknown certificate/,
      /remote error: tls: certificate unknown/,
    ],
    cause: 'a client with OpenSSL over TLS 1.2, Java or a browser does not know the authority',
    fix: 'bring the authority to that client',
    by: 'trust',
  },
  {
    id: '1',
    title: 'a client written in Go refuses the certificate',
    seen: 'handshake',
    patterns: [/remote error: tls: bad certificate/],
    cause: 'why it does stands in the log of the client, or among the targets of the Prometheus that scrapes',
    fix: 'look at the client with that address: tlsplay doctor on that host names the reason',
    by: 'client',
  },
  {
    id: '2',
    title: 'a client with OpenSSL, such as curl, refuses the certificate',
    seen: 'handshake',
    patterns: [/local error: tls: bad record MAC/],
    cause: 'over TLS 1.3 such a client sends its refusal before the keys have changed; it looks like damage on the line and is none',
    fix: 'give the client the authority: curl --cacert FILE',
    by: 'trust',
  },
]

export const harmlessRows: readonly CatalogueRow[] = [
  {
    id: '3',
    title: 'somebody connects and leaves without a word',
    seen: 'handshake',
    patterns: [/^EOF$/, /connection reset by peer$/],
    cause: 'a check that only connects, a client with Node or a browser that refuses the certificate, or a scanner',
    fix: 'see who has that address; a load balancer may check with a request in place of a connection',
    note: true,
  },
]
