import type { CertificateFact, SystemFact } from '../../model/fact.ts'
import { verifyChain } from '../../pki/chain.ts'
import { formatDay } from '../../pki/dates.ts'
import { formatName } from '../../pki/distinguished-name.ts'
import { coversName } from '../../pki/match.ts'
import { listNames } from '../../pki/names.ts'
import { clientVerdicts, issuersOf, refusalTexts } from '../../pki/verdicts.ts'
import { known } from '../survey/look.ts'
import type { ListenerSurvey, ServiceSurvey } from '../survey/survey.ts'
import { type Found, found } from './found.ts'

/** A client of the fleet that calls a port by a name, and checks it. */
export interface Caller {
  /** `h2, job node` */
  readonly who: string
  readonly name: string
  readonly port: number
}

export interface Surroundings {
  /** milliseconds since 1970, by the clock of the host */
  readonly now: number
  readonly system: SystemFact | undefined
  /** name of the host in the inventory */
  readonly host: string
  /** whom somebody in the fleet trusts */
  readonly authorities: readonly CertificateFact[]
  readonly callers: readonly Caller[]
}

/** What a service serves on its ports, and whether its clients can take it. */
export function servedRules(service: ServiceSurvey, around: Surroundings): readonly Found[] {
  return service.listeners.flatMap((listener) => [
    ...stateOf(service, listener),
    ...stale(service, listener),
    ...(listener.tls || listener.fact?.state === 'tls' ? certificate(service, listener, around) : []),
  ])
}

function stateOf({ unit, runs, name, product }: ServiceSurvey, listener: ListenerSurvey): readonly Found[] {
  const { fact, tls, address, port } = listener
  const place = `${address}:${port}`
  if (fact === undefined) return []
  if (fact.state === 'plain' && tls) return [found('restart', 'served', `${place} speaks plain HTTP`)]
  if (fact.state === 'failed' && runs) {
    if (/internal error/.test(fact.error ?? '')) return [found('46', 'served', `${place} answers every handshake with an internal error`)]
    if (/handshake failure/.test(fact.error ?? ''))
      return [found('33', 'served', `${place} refuses the handshake of OpenSSL: ${fact.error}`)]
  }
  if (fact.state !== 'closed') return []
  const state = unit === undefined ? '' : `; ${name} is ${unit.activeState} (${unit.subState})`
  return product.name === 'telegraf' && !tls ? [] : [found('52', 'served', `${place}: ${fact.error ?? 'closed'}${state}`)]
}

function stale({ files, product, version }: ServiceSurvey, { fact, certificate: path, address, port }: ListenerSurvey): readonly Found[] {
  const lies = files.filter((file) => file.path === path).flatMap((file) => known(file.holds)?.chain ?? [])[0]
  const served = fact?.chain[0]
  if (lies === undefined || served === undefined || lies.fingerprint === served.fingerprint) return []
  const takes = product.takesOver(version)
  return [
    found(
      'stale',
      'served',
      `${address}:${port} serves ${short(served)} until ${formatDay(served.notAfter)}, ${path} holds ${short(lies)} until ${formatDay(lies.notAfter)}; ${product.name} takes it over ${takes}`,
    ),
  ]
}

/** What is served, or would be if the service ran. */
function certificate(service: ServiceSurvey, listener: ListenerSurvey, around: Surroundings): readonly Found[] {
  const { fact, certificate: path } = listener
  const onDisk = service.files
    .filter((file) => file.path === path && file.use === 'certificate')
    .flatMap((file) => known(file.holds)?.chain ?? [])
  const chain = fact !== undefined && fact.chain.length > 0 ? fact.chain : onDisk
  const [leaf] = chain
  if (leaf === undefined) return []
  const place = fact !== undefined && fact.chain.length > 0 ? `${listener.address}:${listener.port}` : (path ?? '')
  const said = (row: string, text: string): Found => found(row, 'served', `${place}: ${text}`)
  return [
    ...dates(leaf, around).map((text) => said('43', text)),
    ...profile(leaf, chain, around).map(({ row, text }) => said(row, text)),
    ...names(leaf, listener, around).map((text) => said('42', text)),
    ...trust(chain, leaf, listener, around).map(({ row, text }) => said(row, text)),
  ]
}

function dates({ notBefore, notAfter }: CertificateFact, { now }: Surroundings): readonly string[] {
  const time = `it is ${new Date(now).toISOString().slice(0, 16)}Z there`
  if (now > notAfter) return [`expired on ${formatDay(notAfter)}; ${time}`]
  return now < notBefore ? [`valid from ${new Date(notBefore).toISOString()} on; ${time}`] : []
}

interface Judgement {
  readonly row: string
  readonly text: string
}

function profile(leaf: CertificateFact, chain: readonly CertificateFact[], { authorities }: Surroundings): readonly Judgement[] {
  const verdicts = clientVerdicts(leaf, issuersOf(leaf, [...chain.slice(1), ...authorities]), 'server')
  // openssl-strict is what nobody asks for by default.
  return refusalTexts(verdicts.filter(({ client }) => client !== 'openssl-strict')).map((text) => ({ row: rowOfRefusal(text), text }))
}

function rowOfRefusal(text: string): string {
  if (text.includes('may not issue certificates')) return '9'
  if (text.includes('issuers may not issue for')) return '15'
  if (text.includes('names no host')) return '10'
  if (/RSA key of \d+ bits is too short|SHA-1/.test(text)) return '45'
  if (/extended key usage lacks|key usage is that of no TLS/.test(text)) return '44'
  return '51'
}

function names(leaf: CertificateFact, { port }: ListenerSurvey, { system, host, callers }: Surroundings): readonly string[] {
  // A certificate without names at all has a row of its own.
  if (leaf.dnsNames.length + leaf.ipAddresses.length === 0) return []
  const own = [host, ...(system === undefined ? [] : [system.hostname, system.fqdn, ...system.addresses]), 'localhost', '127.0.0.1']
  const mine = callers.filter((caller) => caller.port === port && own.some((name) => name.toLowerCase() === caller.name.toLowerCase()))
  const wrong = mine.filter(({ name }) => !coversName(leaf, name))
  const has = listNames(leaf)
  if (wrong.length > 0) return [...new Set(wrong.map(({ who, name }) => `${who} calls ${name}; the certificate has ${has}`))]
  if (mine.length > 0 || own.some((name) => coversName(leaf, name))) return []
  return [`the certificate has ${has}; the host is known as ${[...new Set(own)].join(', ')}`]
}

function trust(
  chain: readonly CertificateFact[],
  leaf: CertificateFact,
  { fact }: ListenerSurvey,
  { authorities, now }: Surroundings,
): readonly Judgement[] {
  if (fact?.verified === true) return []
  // Only whether it can be trusted at all: dates have a row of their own.
  const verdict = verifyChain(chain, authorities, Math.min(Math.max(now, leaf.notBefore), leaf.notAfter))
  if (verdict.ok) return []
  const openssl = fact?.verifyError === undefined ? '' : `; openssl on the host says: ${fact.verifyError}`
  if (leaf.selfSigned) return [{ row: '41', text: `issued by itself${openssl}` }]
  if (/may not issue certificates/.test(verdict.reason)) return [{ row: '9', text: verdict.reason }]
  if (/may not issue for/.test(verdict.reason)) return [{ row: '15', text: verdict.reason }]
  return [
    {
      row: '40',
      text: `issued by ${formatName(leaf.issuer)}; ${chain.length === 1 ? 'the leaf alone is sent' : `${chain.length} certificates are sent`}${openssl}`,
    },
  ]
}

function short({ fingerprint }: CertificateFact): string {
  return `SHA-256 ${fingerprint.slice(0, 16)}`
}
