import { get } from 'node:https'
import type { TLSSocket } from 'node:tls'

export interface Served {
  readonly status: number
  /** sha256 of the certificate, lower-case hex */
  readonly fingerprint: string
  readonly validUntil: Date
}

/** One GET as any client would do it that trusts the authority: chain and name are checked, nothing is switched off. */
export function askOverTls(target: {
  readonly port: number
  readonly name: string
  readonly authority: string
  readonly path: string
}): Promise<Served> {
  const { port, name, authority, path } = target
  return new Promise((resolve, reject) => {
    const request = get(
      { host: '127.0.0.1', port, path, servername: name, headers: { host: name }, ca: authority, agent: false, timeout: 5000 },
      (response) => {
        const certificate = (response.socket as TLSSocket).getPeerX509Certificate()
        response.resume()
        response.on('end', () => {
          if (certificate === undefined) reject(new Error('no certificate was served'))
          else {
            const fingerprint = certificate.fingerprint256.replaceAll(':', '').toLowerCase()
            resolve({ status: response.statusCode ?? 0, fingerprint, validUntil: new Date(certificate.validTo) })
          }
        })
      },
    )
    request.on('timeout', () => request.destroy(new Error('no answer within 5 s')))
    request.on('error', reject)
  })
}
