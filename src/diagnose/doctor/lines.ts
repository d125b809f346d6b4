import { catalogue } from './catalogue.ts'
import type { CatalogueRow } from './row.ts'

/** A line of a service, or what it says of a server it calls, and the row that it tells of. */
export interface Told {
  readonly row: CatalogueRow
  /** whose handshake it was, when a server says so */
  readonly peer: string | undefined
  readonly line: string
}

/** The first row, cause before effect, that has words of the line. `calls`: the service is a client and speaks of a server. */
export function readLine(line: string, calls: boolean): Told | undefined {
  const [, peer, rest] = /TLS handshake error from (\S+?:\d+)"?[: ]+(?:msg=")?(.+)$/.exec(line) ?? []
  // Of a line of fields, what stands behind the message is not part of it.
  const text = rest === undefined ? line : rest.replace(/" [a-z_]+=.*$/, '').replace(/"$/, '')
  const side = rest === undefined ? (calls ? 'call' : 'own') : 'handshake'
  const row = catalogue.find(({ seen, patterns }) => (seen === 'any' || seen === side) && patterns.some((pattern) => pattern.test(text)))
  return row === undefined ? undefined : { row, peer, line }
}

/** Whether it was the host itself: its own checks, and those of tlsplay, come from there. */
export function isOwnPeer(peer: string | undefined): boolean {
  return peer !== undefined && /^(?:127\.|\[::1\])/.test(peer)
}
