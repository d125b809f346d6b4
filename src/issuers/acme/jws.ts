import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto'

/** What ACME sends is signed by the key of the account (RFC 8555, 6.2): ES256 over protected header and payload. */
export interface SignedBody {
  readonly protected: string
  readonly payload: string
  readonly signature: string
}

/** `who`: the URL of the account, or undefined while it has none, and then its public key goes along. An undefined payload is a POST-as-GET. */
export function signedBody(key: KeyObject, who: string | undefined, url: string, nonce: string, payload: unknown): SignedBody {
  const header = { alg: 'ES256', nonce, url, ...(who === undefined ? { jwk: publicJwk(key) } : { kid: who }) }
  const head = base64url(JSON.stringify(header))
  const body = payload === undefined ? '' : base64url(JSON.stringify(payload))
  const signature = sign('sha256', Buffer.from(`${head}.${body}`), { key, dsaEncoding: 'ieee-p1363' })
  return { protected: head, payload: body, signature: base64url(signature) }
}

/** What has to be shown for a token: it, and who asks (RFC 8555, 8.1). */
export function keyAuthorization(key: KeyObject, token: string): string {
  const { crv, kty, x, y } = publicJwk(key)
  // The members in the order of their names, as RFC 7638 wants them.
  return `${token}.${base64url(createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest())}`
}

/** Value of the TXT record that stands for a key authorization (RFC 8555, 8.4). */
export function dnsValue(authorization: string): string {
  return base64url(createHash('sha256').update(authorization).digest())
}

export function base64url(value: string | Uint8Array): string {
  return Buffer.from(value as Uint8Array).toString('base64url')
}

function publicJwk(key: KeyObject): { readonly crv?: string; readonly kty?: string; readonly x?: string; readonly y?: string } {
  const { crv, kty, x, y } = createPublicKey(key).export({ format: 'jwk' }) as Readonly<Record<'crv' | 'kty' | 'x' | 'y', string>>
  return { crv, kty, x, y }
}
