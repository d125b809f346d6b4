import { describe, expect, test } from 'vitest'
import { catalogue, rankOf } from '../../src/diagnose/doctor/catalogue.ts'
import { isOwnPeer, readLine } from '../../src/diagnose/doctor/lines.ts'

const handshake = (text: string): string => `2026/11/25 23:40:30 http: TLS handshake error from 10.0.0.9:55652: ${text}`
const telegraf = (text: string): string =>
  `2026-11-25T23:40:30Z E! [outputs.influxdb_v2] When writing to [https://i1:8086/api/v2/write]: ${text}`

/** row, line, and whether the service speaks of a server that it calls */
const lines: readonly (readonly [row: string, line: string, calls?: true])[] = [
  ['1', handshake('remote error: tls: bad certificate')],
  [
    '1',
    'ts=2026-11-25T23:00:00Z caller=stdlib.go:105 level=error component=web caller="http: TLS handshake error from 10.0.0.9:5" msg="remote error: tls: bad certificate"',
  ],
  ['2', handshake('local error: tls: bad record MAC')],
  ['3', handshake('EOF')],
  ['3', handshake('read tcp 10.0.0.1:9100->10.0.0.9:5: read: connection reset by peer')],
  ['4', handshake('remote error: tls: illegal parameter')],
  [
    '4',
    'ts=2026-11-25T23:00:00Z lvl=info msg="http: TLS handshake error from [::1]:50476: remote error: tls: illegal parameter" log_id=0rqN service=http',
  ],
  ['5', handshake('remote error: tls: internal error')],
  ['6', handshake('remote error: tls: unknown certificate authority')],
  ['6', handshake('remote error: tls: unknown certificate')],
  ['7', handshake('remote error: tls: unsupported certificate')],
  ['8', telegraf('Post "https://i1:8086": tls: failed to verify certificate: x509: certificate signed by unknown authority'), true],
  [
    '9',
    'x509: certificate signed by unknown authority (possibly because of "x509: invalid signature: parent certificate cannot sign this kind of certificate" while trying to verify candidate authority certificate "a")',
    true,
  ],
  ['10', 'x509: certificate relies on legacy Common Name field, use SANs instead', true],
  ['11', 'x509: certificate is valid for a, b, not c', true],
  ['12', "x509: cannot validate certificate for 10.0.0.1 because it doesn't contain any IP SANs", true],
  ['13', 'x509: certificate has expired or is not yet valid: current time 2026-11-25T23:40:30Z is after 2026-01-01T00:00:00Z', true],
  ['14', 'x509: certificate specifies an incompatible key usage', true],
  [
    '15',
    'x509: a root or intermediate certificate is not authorized to sign for this name: DNS name "h1" is not permitted by any constraint',
    true,
  ],
  ['16', handshake('client sent an HTTP request to an HTTPS server')],
  ['16', 'server returned HTTP status 400 Bad Request', true],
  ['17', 'http: server gave HTTP response to HTTPS client', true],
  ['17', 'tls: first record does not look like a TLS handshake', true],
  ['18', 'run: open server: open service: tls: private key does not match public key'],
  ['19', 'err="failed to load X509KeyPair: tls: failed to find any PEM data in certificate input"'],
  ['20', 'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched'],
  ['21', 'tls: found a certificate rather than a key in the PEM for the private key'],
  ['22', 'run: open server: open service: tls: failed to parse private key'],
  ['23', 'E! loading config file failed: missing password for PKCS#8 encrypted private key', true],
  ['24', handshake('open /etc/app/tls/server.key: permission denied')],
  [
    '25',
    'run: open server: file permissions are too open: for "/etc/app/tls/server.key", maximum is 0600 (-rw-------) but found 0640 (-rw-r-----)',
  ],
  ['26', 'err="open /home/app/server.crt: no such file or directory"'],
  ['27', '/etc/ssl/influxdb.pem not found! Exiting...'],
  ['28', 'InfluxDB API at https://localhost:8086/ready unavailable after 12 attempts...'],
  ['29', 'lvl=warn msg="TLS requires specifying both cert and key, falling back to HTTP"'],
  ['30', 'lvl=error msg="Failed to load x509 key pair" cert-path=/a key-path=/b'],
  ['31', 'run: invalid TLS config: unknown tls version: "tls1.3". available versions: 1.0, 1.1'],
  ['31', 'err="unknown TLS version: 1.2"'],
  ['32', 'run: unknown cipher suite: "X". available ciphers: A'],
  ['32', 'err="unknown cipher: TLS_RSA_WITH_RC4_128_SHA"'],
  ['33', handshake('tls: no cipher suite supported by both client and server')],
  ['34', handshake('tls: client offered only unsupported versions: [302 301]')],
  ['35', handshake('tls: no ECDHE curve supported by both client and server')],
  ['35', handshake('tls: no key exchanges supported by both client and server')],
  ['36', handshake("tls: peer doesn't support any of the certificate's signature algorithms")],
  ['37', handshake("tls: client didn't provide a certificate")],
  ['37', telegraf('remote error: tls: certificate required'), true],
  ['38', handshake('tls: failed to verify certificate: x509: certificate signed by unknown authority')],
  ['39', handshake('could not find allowed SANs in client cert, found: [a]')],
  ['40', 'unable to get local issuer certificate', true],
  ['41', 'self-signed certificate', true],
  ['42', "SSL: no alternative certificate subject name matches target host name 'h1'", true],
  ['43', 'certificate has expired', true],
  ['44', 'unsuitable certificate purpose', true],
  ['45', 'EE certificate key too weak', true],
  ['46', handshake('yaml: unmarshal errors: line 4: field nonsense not found in type web.TLSConfig')],
  ['47', handshake('TLS config is not present')],
  [
    '48',
    'level=error msg="error creating new scrape pool" err="error creating HTTP client: unable to load specified CA cert /etc/ca.crt: open /etc/ca.crt: gone" scrape_pool=lab',
  ],
  ['49', telegraf('failed doing req: Post "https://i1:8086": EOF'), true],
  ['50', 'E! could not parse any PEM certificates "/etc/telegraf/ca.crt"', true],
  ['51', 'net::ERR_SSL_KEY_USAGE_INCOMPATIBLE', true],
  ['52', 'run: open server: open service: listen tcp :8086: bind: address already in use'],
  ['settings', 'run: parse config: toml: line 2: incompatible types'],
]

describe('what a line tells', () => {
  test.each(lines.map(([row, line, calls = false]) => ({ row, line, calls })))('row $row: $line', ({ row, line, calls }) => {
    expect(readLine(line, calls)?.row.id).toBe(row)
  })

  test('every row that has words of logs is in this table', () => {
    const told = new Set(lines.map(([row]) => row))
    expect(catalogue.filter(({ id, patterns }) => patterns.length > 0 && !told.has(id)).map(({ id }) => id)).toEqual([])
  })

  test.each([
    'level=info component=web msg="TLS is enabled." http2=true address=[::]:9100',
    'Started prometheus-node-exporter.service - Prometheus exporter for machine metrics.',
    'lvl=info msg="Listening on HTTP" service=httpd addr=[::]:8086 https=true',
    'W! [outputs.influxdb_v2] Metric buffer overflow; 12 metrics have been dropped',
    '',
  ])('nothing: %s', (line) => {
    expect(readLine(line, false)).toBeUndefined()
  })

  test('one and the same word of x509 means another thing in a handshake than in a call', () => {
    expect(readLine(handshake('x509: certificate signed by unknown authority'), false)?.row.id).toBe('38')
    expect(readLine('x509: certificate signed by unknown authority', true)?.row.id).toBe('8')
    expect(readLine('x509: certificate signed by unknown authority', false)).toBeUndefined()
  })

  test('whose handshake it was', () => {
    expect(readLine(handshake('EOF'), false)?.peer).toBe('10.0.0.9:55652')
    expect(['127.0.0.1:5', '[::1]:5', '10.0.0.9:5', undefined].map(isOwnPeer)).toEqual([true, true, false, false])
  })
})

describe('the catalogue', () => {
  test('has all numbers from 1 to 52, each once', () => {
    const ids = catalogue.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(
      ids
        .filter((id) => /^\d+$/.test(id))
        .map(Number)
        .toSorted((one, other) => one - other),
    ).toEqual(Array.from({ length: 52 }, (_, index) => index + 1))
  })

  test('tells causes before what follows from them', () => {
    const precedes = (one: string, other: string) => expect([one, other, rankOf(one) < rankOf(other)]).toEqual([one, other, true])
    for (const cause of ['18', '24', '26', '22']) for (const symptom of ['30', '46', '52']) precedes(cause, symptom)
    precedes('9', '8')
    for (const reason of ['8', '10', '13']) for (const symptom of ['1', '2', '6', '49']) precedes(reason, symptom)
    precedes('4', '51')
    precedes('43', '2')
    precedes('40', '3')
  })
})
