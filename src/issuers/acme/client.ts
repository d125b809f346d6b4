import type { KeyObject } from 'node:crypto'
import { request } from 'node:https'
import { TlsplayError } from '../../model/problem.ts'
import { signedBody } from './jws.ts'

/** An ACME server as one account sees it (RFC 8555). */
export interface AcmeServer {
  readonly directory: string
  /** PEM of what vouches for the server itself; undefined: what Node trusts */
  readonly ca: string | undefined
  readonly key: KeyObject
}

interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly text: string
}

interface Directory {
  readonly newNonce: string
  readonly newAccount: string
  readonly newOrder: string
}

export interface Identifier {
  readonly type: 'dns' | 'ip'
  readonly value: string
}

export interface Order {
  readonly url: string
  readonly status: string
  readonly authorizations: readonly string[]
  readonly finalize: string
  readonly certificate?: string
}

export interface Authorization {
  readonly status: string
  readonly identifier: Identifier
  readonly challenges: readonly Challenge[]
}

export interface Challenge {
  readonly type: string
  readonly url: string
  readonly token: string
  readonly status: string
}

const timeoutMs = 30_000
/** A server that checks names takes some seconds; Let's Encrypt asks for three between two looks. */
const pollMs = 1000
const pollsAtMost = 120
/** A nonce may be refused for no fault of ours; pebble refuses one in twenty to see that clients go on. */
const noncesAtMost = 5

/** Speaks to one server: nonces, signatures, another try when a nonce was refused. Throws TlsplayError ACME_REFUSED. */
export class AcmeClient {
  readonly #server: AcmeServer
  readonly #pause: (milliseconds: number) => Promise<void>
  #directory: Directory | undefined
  #nonce: string | undefined
  #account: string | undefined

  constructor(server: AcmeServer, pause: (milliseconds: number) => Promise<void>) {
    this.#server = server
    this.#pause = pause
  }

  /** Registers the key, or finds the account that it has already. */
  async register(contact: readonly string[]): Promise<void> {
    const { newAccount } = await this.#urls()
    const reply = await this.#post(newAccount, { termsOfServiceAgreed: true, contact: contact.map((address) => `mailto:${address}`) })
    this.#account = text(reply.headers['location'])
  }

  async order(identifiers: readonly Identifier[], profile: string | undefined): Promise<Order> {
    const { newOrder } = await this.#urls()
    const reply = await this.#post(newOrder, { identifiers, ...(profile === undefined ? {} : { profile }) })
    return { ...json<Omit<Order, 'url'>>(reply), url: text(reply.headers['location']) ?? '' }
  }

  async authorization(url: string): Promise<Authorization> {
    return json(await this.#post(url, undefined))
  }

  /** Says that the answer to a challenge is in place, and waits until the server has looked. */
  async prove(challenge: Challenge, authorization: string): Promise<void> {
    await this.#post(challenge.url, {})
    for (let look = 0; look < pollsAtMost; look += 1) {
      const { status, identifier, challenges } = await this.authorization(authorization)
      if (status === 'valid') return
      if (status !== 'pending') {
        const seen = challenges.find(({ url }) => url === challenge.url) as
          | (Challenge & { readonly error?: { readonly detail?: string } })
          | undefined
        throw refused(`${identifier.value} could not be proved by ${challenge.type}: ${seen?.error?.detail ?? status}`)
      }
      await this.#pause(pollMs)
    }
    throw refused(`the server did not look at the ${challenge.type} challenge in time`)
  }

  /** Sends the request, and answers with the PEM of certificate and intermediates. */
  async finalize(order: Order, csr: string): Promise<string> {
    await this.#post(order.finalize, { csr })
    for (let look = 0; look < pollsAtMost; look += 1) {
      const now = json<Order & { readonly error?: { readonly detail?: string } }>(await this.#post(order.url, undefined))
      if (now.status === 'valid' && now.certificate !== undefined) return (await this.#post(now.certificate, undefined)).text
      if (now.status === 'invalid') throw refused(`the order failed: ${now.error?.detail ?? 'no reason was given'}`)
      await this.#pause(pollMs)
    }
    throw refused('the certificate was not issued in time')
  }

  async #urls(): Promise<Directory> {
    this.#directory ??= json<Directory>(succeeded(await this.#send('GET', this.#server.directory)))
    return this.#directory
  }

  async #post(url: string, payload: unknown, attempt = 1): Promise<Reply> {
    const nonce = this.#nonce ?? text((await this.#send('HEAD', (await this.#urls()).newNonce)).headers['replay-nonce']) ?? ''
    this.#nonce = undefined
    const reply = await this.#send('POST', url, JSON.stringify(signedBody(this.#server.key, this.#account, url, nonce, payload)))
    this.#nonce = text(reply.headers['replay-nonce'])
    // The server names a fresh nonce along with its refusal (RFC 8555, 6.5).
    const stale = reply.status === 400 && reply.text.includes('urn:ietf:params:acme:error:badNonce')
    if (stale && attempt < noncesAtMost) return this.#post(url, payload, attempt + 1)
    return succeeded(reply)
  }

  #send(method: string, url: string, body?: string): Promise<Reply> {
    const { ca } = this.#server
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => reject(refused(`${url}: ${error.message}`))
      if (!url.startsWith('https://')) return fail(new Error('an ACME server is spoken to over https'))
      const headers = { 'user-agent': 'tlsplay', ...(body === undefined ? {} : { 'content-type': 'application/jose+json' }) }
      const sent = request(url, { method, headers, timeout: timeoutMs, ...(ca === undefined ? {} : { ca }) }, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: Buffer.concat(chunks).toString('utf8') }),
        )
        answer.on('error', fail)
      })
      sent.on('timeout', () => sent.destroy(new Error('no answer in time')))
      sent.on('error', fail)
      sent.end(body)
    })
  }
}

function succeeded(reply: Reply): Reply {
  if (reply.status >= 200 && reply.status < 300) return reply
  throw refused(`the server answered ${reply.status}: ${detailOf(reply)}`)
}

function detailOf({ text: body }: Reply): string {
  try {
    const { detail, type } = JSON.parse(body) as { readonly detail?: string; readonly type?: string }
    return detail ?? type ?? body
  } catch {
    return body.slice(0, 200)
  }
}

function json<T>(reply: Reply): T {
  try {
    return JSON.parse(reply.text) as T
  } catch {
    throw refused(`the server answered with something that is no JSON: ${reply.text.slice(0, 200)}`)
  }
}

function text(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0]
}

export function refused(message: string): TlsplayError {
  return new TlsplayError([
    {
      code: 'ACME_REFUSED',
      message,
      hint: 'the words are those of the server: correct what they name, such as the names, the account or its limits, and run again',
    },
  ])
}
