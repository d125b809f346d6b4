import { connect as connectPlain } from 'node:net'
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls'
import type { CertificateFact, ListenerFact, ListenerTarget } from '../model/fact.ts'
import type { Dialer } from '../ports/ports.ts'
import { canonicalIp } from '../pki/ip.ts'
import { coversName } from '../pki/match.ts'
import { parseCertificates } from '../pki/parse.ts'

/** A server that says nothing for so long is taken to be silent. */
export const dialTimeoutMs = 5_000

export interface DialerOptions {
  readonly timeoutMs?: number
}

/** Dials from this machine. It sees what a foreign client sees; names are judged by Go's rule, which is stricter than Node's. */
export function nodeDialer({ timeoutMs = dialTimeoutMs }: DialerOptions = {}): Dialer {
  return {
    async listen({ target }) {
      const served = await dial(target, timeoutMs)
      if (!target.probeWeakness || served.state === 'closed') return served
      const [old, plain] = await Promise.all([
        served.state === 'tls' ? acceptsOld(target, timeoutMs) : undefined,
        plainHttp(target, timeoutMs),
      ])
      return { ...served, ...(old === undefined ? {} : { acceptsOldProtocol: old }), plainHttp: plain }
    },
  }
}

function dial(target: ListenerTarget, timeoutMs: number): Promise<ListenerFact> {
  return new Promise((resolve) => {
    const socket = connectTls({ ...addressOf(target), ...(target.caText === undefined ? {} : { ca: target.caText }) })
    let fact: ListenerFact | undefined
    let reply = ''
    const end = (last: ListenerFact) => {
      socket.destroy()
      resolve(last)
    }
    socket.setTimeout(timeoutMs, () => end(fact ?? { state: 'failed', chain: [], error: 'no answer in time' }))
    socket.once('secureConnect', () => {
      fact = factOf(socket, target)
      if (target.httpPath === undefined) return end(fact)
      socket.write(`GET ${target.httpPath} HTTP/1.0\r\nHost: ${hostHeader(target)}\r\nUser-Agent: tlsplay\r\n\r\n`)
    })
    socket.on('data', (bytes: Buffer) => {
      reply += bytes.toString('latin1')
      const status = statusOf(reply)
      if (fact !== undefined && (status !== undefined || reply.length > 4096))
        end({ ...fact, ...(status === undefined ? {} : { httpStatus: status }) })
    })
    // With TLS 1.3 a client without a certificate gets through the handshake; the alert comes in place of the answer.
    const refused = (): ListenerFact | undefined => fact && (target.httpPath === undefined ? fact : { ...fact, turnedAway: true })
    socket.once('error', (error: NodeJS.ErrnoException) => end(refused() ?? failureOf(error)))
    socket.once('close', () => end(refused() ?? { state: 'failed', chain: [], error: 'it closes the connection without an answer' }))
  })
}

function addressOf({ address, port, serverName }: ListenerTarget): ConnectionOptions {
  // An address is no SNI; rejectUnauthorized is off so that a wrong certificate can be seen and named.
  return {
    host: address,
    port,
    servername: canonicalIp(serverName) === undefined ? serverName : '',
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  }
}

function factOf(socket: TLSSocket, target: ListenerTarget): ListenerFact {
  const chain = servedChain(socket)
  const protocol = socket.getProtocol()
  const base: ListenerFact = { state: 'tls', chain, ...(protocol === null ? {} : { protocol }) }
  if (target.caText === undefined) return base
  const verifyError = socket.authorized ? nameError(chain[0], target) : wordsOf(socket.authorizationError)
  return { ...base, verified: verifyError === undefined, ...(verifyError === undefined ? {} : { verifyError }) }
}

/** As it was sent. Node's getPeerCertificate would complete it with the CA given, which the server may not have sent. */
function servedChain(socket: TLSSocket): readonly CertificateFact[] {
  const chain: CertificateFact[] = []
  let next = socket.getPeerX509Certificate()
  while (next !== undefined && chain.length < 16) {
    chain.push(...parseCertificates(next.toString()))
    next = next.issuerCertificate
  }
  return chain
}

function nameError(leaf: CertificateFact | undefined, { serverName, address }: ListenerTarget): string | undefined {
  const name = serverName === '' ? address : serverName
  return leaf !== undefined && coversName(leaf, name) ? undefined : `the certificate does not cover ${name}`
}

const words: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'self-signed certificate in certificate chain',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unable to get local issuer certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unable to verify the first certificate',
  CERT_HAS_EXPIRED: 'certificate has expired',
  CERT_NOT_YET_VALID: 'certificate is not yet valid',
  INVALID_PURPOSE: 'unsuitable certificate purpose',
}

/** In the words of openssl, which the other witness uses. */
function wordsOf(error: Error | string | null): string {
  const code = typeof error === 'string' ? error : error === null ? '' : 'code' in error ? String(error.code) : error.message
  return words[code] ?? (code === '' ? 'the chain does not verify' : code.toLowerCase().replaceAll('_', ' '))
}

function failureOf(error: NodeJS.ErrnoException): ListenerFact {
  switch (error.code) {
    case 'ECONNREFUSED':
      return { state: 'closed', chain: [], error: 'connection refused' }
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return {
        state: 'closed',
        chain: [],
        error: error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN' ? 'name or service not known' : 'no route to host',
      }
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return { state: 'plain', chain: [] }
    case 'ECONNRESET':
    case 'ERR_SSL_UNEXPECTED_EOF_WHILE_READING':
      return { state: 'failed', chain: [], error: 'it closes the connection without an answer' }
    default:
      return { state: 'failed', chain: [], error: 'reason' in error ? String(error.reason) : (error.code ?? 'the handshake failed') }
  }
}

/** Undefined when this Node's OpenSSL cannot speak so old a protocol, or the server did not answer. */
function acceptsOld(target: ListenerTarget, timeoutMs: number): Promise<boolean | undefined> {
  return new Promise((resolve) => {
    const newest = target.floor === 'TLSv1.3' ? 'TLSv1.2' : 'TLSv1.1'
    const socket = connectTls({ ...addressOf(target), minVersion: 'TLSv1', maxVersion: newest, ciphers: 'DEFAULT:@SECLEVEL=0' })
    const end = (accepted: boolean | undefined) => {
      socket.destroy()
      resolve(accepted)
    }
    socket.setTimeout(timeoutMs, () => end(undefined))
    socket.once('secureConnect', () => end(true))
    socket.once('error', (error: NodeJS.ErrnoException) =>
      end(error.code === 'ERR_SSL_NO_PROTOCOLS_AVAILABLE' || error.code === 'ECONNREFUSED' ? undefined : false),
    )
    socket.once('close', () => end(false))
  })
}

/** A TLS server that is spoken to in plain HTTP says 400 (Go, nginx) or hangs up (Node): both refuse. */
function plainHttp(target: ListenerTarget, timeoutMs: number): Promise<NonNullable<ListenerFact['plainHttp']>> {
  return new Promise((resolve) => {
    const socket = connectPlain({ host: target.address, port: target.port })
    let reply = ''
    const end = (answer: NonNullable<ListenerFact['plainHttp']>) => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(timeoutMs, () => end('refused'))
    socket.once('connect', () => socket.write('GET / HTTP/1.0\r\n\r\n'))
    socket.on('data', (bytes: Buffer) => {
      reply += bytes.toString('latin1')
      const status = statusOf(reply)
      if (status !== undefined) end(status === 400 ? 'refused' : 'answered')
      else if (reply.length > 4096) end('refused')
    })
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code === 'ECONNREFUSED' ? 'not asked' : 'refused'))
    socket.once('close', () => end('refused'))
  })
}

function statusOf(reply: string): number | undefined {
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(reply)?.[1]
  return status === undefined ? undefined : Number(status)
}

function hostHeader({ serverName, address, port }: ListenerTarget): string {
  const host = serverName === '' ? address : serverName
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}
