import type { CertificateFact, ListenerFact, ListenerTarget } from '../../model/fact.ts'
import { verifyChain } from '../../pki/chain.ts'
import { daysUntil, msPerMinute } from '../../pki/dates.ts'
import { uncoveredNames } from '../../pki/match.ts'
import type { Wish } from './wish.ts'

/** A certificate made this moment by a host whose clock is a little ahead. */
const clockToleranceMs = msPerMinute

export interface Fault {
  readonly message: string
  /** a service that just started may still get there: worth waiting for */
  readonly passing: boolean
}

export interface Expected {
  readonly wish: Wish
  /** the certificate that must be served */
  readonly intended: CertificateFact
  readonly authorities: readonly CertificateFact[]
  /** milliseconds since 1970 */
  readonly now: number
}

/** A host that is reached by ssh need not be reached on its other ports. */
const otherWay = '; where a firewall is between, or the port is forwarded, say controller_address'

/** Everything that is wrong with what one witness saw; empty when all is as intended. `seen` comes from a host and may be anything. */
export function judge(target: ListenerTarget, seen: unknown, expected: Expected): readonly Fault[] {
  const where = witness(target)
  const fault = (message: string, passing = false): Fault => ({ message: `${message} (${where})`, passing })
  if (!isListenerFact(seen)) return [fault('the port could not be asked', true)]
  switch (seen.state) {
    case 'closed':
      return [fault(`nothing answers: ${seen.error ?? 'no connection'}${target.from === 'controller' ? otherWay : ''}`, true)]
    case 'plain':
      return [fault('the service speaks plain HTTP, not TLS', true)]
    case 'failed':
      return [fault(`the TLS handshake fails: ${seen.error ?? 'no reason given'}`, true)]
    case 'tls':
      break
  }
  const { wish, intended, authorities, now } = expected
  const [leaf] = seen.chain
  if (leaf === undefined) return [fault('no certificate is served', true)]
  if (leaf.fingerprint !== intended.fingerprint)
    return [fault(`another certificate is served: SHA-256 ${leaf.fingerprint}, intended ${intended.fingerprint}`, true)]
  const faults: Fault[] = []
  const chain = verifyChain(seen.chain, authorities, leaf.notBefore - now <= clockToleranceMs ? Math.max(now, leaf.notBefore) : now)
  if (seen.verified === false)
    faults.push(
      fault(`clients do not trust it: ${seen.verifyError ?? 'the chain does not verify'}`, /not yet valid/.test(seen.verifyError ?? '')),
    )
  else if (!chain.ok) faults.push(fault(`clients do not trust it: ${chain.reason}`))
  const uncovered = uncoveredNames(leaf, wish.names)
  if (uncovered.length > 0) faults.push(fault(`the certificate does not cover ${uncovered.join(', ')}`))
  const days = daysUntil(leaf.notAfter, now)
  if (wish.minDays !== undefined && days < wish.minDays)
    faults.push(fault(`the certificate is valid for ${days} more days, at least ${wish.minDays} are wanted`))
  if (seen.protocol !== undefined && seen.protocol < wish.floor)
    faults.push(fault(`the service speaks ${seen.protocol}, at least ${wish.floor} is wanted`))
  else if (seen.acceptsOldProtocol === true)
    faults.push(fault(`clients that speak nothing newer than ${wish.floor === 'TLSv1.3' ? 'TLS 1.2' : 'TLS 1.1'} are let in`))
  if (wish.plainHttpRefused && seen.plainHttp === 'answered') faults.push(fault('plain HTTP is answered on the same port'))
  return [...faults, ...answerFaults(target, seen, wish).map((message) => fault(message, true))]
}

function answerFaults(target: ListenerTarget, { httpStatus, turnedAway }: ListenerFact, { http, clients }: Wish): readonly string[] {
  if (http === undefined) return []
  const answered = `GET ${http.path} is answered with ${httpStatus ?? 'no status'}`
  if (clients !== undefined && target.client === undefined)
    return turnedAway === true ? [] : [`${answered}, and whoever shows no client certificate must be turned away`]
  if (httpStatus === http.status) return []
  if (target.client !== undefined && turnedAway === true)
    return [`who shows the client certificate ${target.client.certificate} is turned away, or the host could not read it`]
  return [`${answered}, wanted ${http.status}`]
}

/** What this witness was asked but could not tell. */
export function unproven(target: ListenerTarget, seen: unknown, wish: Wish): readonly string[] {
  if (!target.probeWeakness || !isListenerFact(seen) || seen.state !== 'tls') return []
  return [
    ...(seen.acceptsOldProtocol === undefined
      ? [`${witness(target)}: whether protocols older than ${wish.floor} are refused could not be tried`]
      : []),
    ...(wish.plainHttpRefused && (seen.plainHttp ?? 'not asked') === 'not asked'
      ? [`${witness(target)}: whether plain HTTP is refused could not be tried: no curl, nc or wget`]
      : []),
  ]
}

function witness({ from, address, port }: ListenerTarget): string {
  return `${from === 'host' ? 'asked on the host' : 'asked from the controller'} at ${address.includes(':') ? `[${address}]` : address}:${port}`
}

export function isListenerFact(seen: unknown): seen is ListenerFact {
  return typeof seen === 'object' && seen !== null && 'state' in seen && 'chain' in seen
}
