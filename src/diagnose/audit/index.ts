import type { AuditEntry, AuditFinding, Intended } from '../../model/audit.ts'
import type { CertificateFact } from '../../model/fact.ts'
import { isAbsent } from '../../model/fact.ts'
import { Unknown } from '../../model/value.ts'
import { formatMode } from '../../lib/mode.ts'
import { daysUntil, formatDay } from '../../pki/dates.ts'
import { clientVerdicts, issuersOf, refusalTexts } from '../../pki/verdicts.ts'
import { known } from '../survey/look.ts'
import type { FileSurvey, HostSurvey, ListenerSurvey, ServiceSurvey } from '../survey/survey.ts'

export interface AuditOptions {
  readonly now: number
  /** fewer days left than these are a fault */
  readonly minDays: number
  /** beside what is served: those that stand beside the inventory */
  readonly authorities: readonly CertificateFact[]
  /** what a playbook would do; undefined: no playbook was given */
  readonly intended: Intended | undefined
}

/** Every certificate that the known services of a host serve or name, in the order of services and places. */
export function audit(host: string, survey: HostSurvey, options: AuditOptions): readonly AuditEntry[] {
  return survey.services.flatMap((service) => [
    ...service.listeners.flatMap((listener) => ofListener(host, service, listener, options)),
    ...service.files.filter(({ use }) => !use.startsWith('key')).map((file) => ofFile(host, service, file, options)),
  ])
}

function ofListener(host: string, service: ServiceSurvey, listener: ListenerSurvey, options: AuditOptions): readonly AuditEntry[] {
  const { fact } = listener
  const entry = { ...placeOf(host, service), source: 'served', place: `${listener.address}:${listener.port}`, use: 'server' } as const
  if (fact === undefined || (fact.state === 'plain' && !listener.tls)) {
    if (fact === undefined) return []
    return [{ ...entry, ...nothing, findings: [finding('plain', 'note', 'speaks plain HTTP')] }]
  }
  const [leaf, ...others] = fact.chain
  if (leaf === undefined) {
    const what =
      fact.state === 'plain' ? 'speaks plain HTTP although its settings ask for TLS' : `serves nothing: ${fact.error ?? fact.state}`
    return listener.tls ? [{ ...entry, ...nothing, findings: [finding('unusable', 'fault', what)] }] : []
  }
  return [
    {
      ...entry,
      ...judged(leaf, others, 'server', options),
      findings: [
        ...timeFindings(leaf, options),
        ...refusals(leaf, others, options),
        ...weaknesses(listener),
        ...driftOf(host, service, listener, leaf, options),
      ],
    },
  ]
}

function ofFile(host: string, service: ServiceSurvey, file: FileSurvey, options: AuditOptions): AuditEntry {
  const use = file.use === 'certificate' ? 'server' : file.use === 'certificate as a client' ? 'client' : 'authority'
  const entry = { ...placeOf(host, service), source: 'disk', place: file.path, use } as const
  const planned = options.intended?.get(host)?.get(file.path)
  const drift = planned === undefined ? [] : [finding('drift', 'fault', `not as intended: ${planned}`)]
  if (file.holds === undefined || file.holds instanceof Unknown)
    return { ...entry, ...nothing, findings: [finding('unusable', 'note', `cannot be read: ${file.holds?.why ?? 'not asked'}`), ...drift] }
  if (isAbsent(file.holds)) return { ...entry, ...nothing, findings: [finding('unusable', 'fault', 'does not exist'), ...drift] }
  const { chain } = file.holds
  // Of a bundle of authorities the one that ends first counts.
  const leaf = use === 'authority' ? chain.toSorted((one, other) => one.notAfter - other.notAfter)[0] : chain[0]
  const others = chain.slice(1)
  if (leaf === undefined)
    return { ...entry, ...nothing, findings: [finding('unusable', 'fault', file.holds.broken ?? 'holds no certificate'), ...drift] }
  return {
    ...entry,
    ...judged(leaf, others, use, options),
    findings: [
      ...timeFindings(leaf, options),
      ...(use === 'server' ? [...refusals(leaf, others, options), ...keyFindings(service, file, leaf)] : []),
      ...drift,
    ],
  }
}

function placeOf(host: string, service: ServiceSurvey): Pick<AuditEntry, 'host' | 'product' | 'service'> {
  return { host, product: service.product.name, service: service.name }
}

const nothing = { certificate: undefined, daysLeft: undefined, verdicts: [] } as const

function judged(leaf: CertificateFact, others: readonly CertificateFact[], use: AuditEntry['use'], options: AuditOptions) {
  const verdicts = use === 'authority' ? [] : clientVerdicts(leaf, issuersOf(leaf, [...others, ...options.authorities]), use)
  return { certificate: leaf, daysLeft: daysUntil(leaf.notAfter, options.now), verdicts }
}

function timeFindings(leaf: CertificateFact, { now, minDays }: AuditOptions): readonly AuditFinding[] {
  const left = daysUntil(leaf.notAfter, now)
  if (now > leaf.notAfter) return [finding('expired', 'fault', `expired on ${formatDay(leaf.notAfter)}`)]
  if (now < leaf.notBefore) return [finding('not yet valid', 'fault', `not valid before ${new Date(leaf.notBefore).toISOString()}`)]
  return left < minDays ? [finding('expiring', 'fault', `expires in ${left === 1 ? '1 day' : `${left} days`}`)] : []
}

/** Clients of these services are written in Go or use OpenSSL; what only others refuse is worth a note. */
function refusals(leaf: CertificateFact, others: readonly CertificateFact[], { authorities }: AuditOptions): readonly AuditFinding[] {
  const verdicts = clientVerdicts(leaf, issuersOf(leaf, [...others, ...authorities]), 'server')
  const own = verdicts.filter(({ client }) => client === 'go' || client === 'openssl')
  const foreign = verdicts.filter(({ client }) => client !== 'go' && client !== 'openssl')
  return [
    ...refusalTexts(own).map((text) => finding('refused', 'fault', text)),
    ...refusalTexts(foreign).map((text) => finding('refused', 'note', text)),
  ]
}

function weaknesses({ fact, minVersion }: ListenerSurvey): readonly AuditFinding[] {
  const old = fact?.acceptsOldProtocol === true
  const set = minVersion === undefined ? 'no lowest protocol is set' : `the lowest protocol is set to ${minVersion}`
  return [
    ...(old ? [finding('weak', 'fault', `clients that speak TLS 1.1 are let in: ${set}`)] : []),
    ...(fact?.plainHttp === 'answered' ? [finding('weak', 'fault', 'plain HTTP is answered on the same port')] : []),
  ]
}

function driftOf(
  host: string,
  { files, product, version }: ServiceSurvey,
  { address, port, certificate, what }: ListenerSurvey,
  served: CertificateFact,
  { intended }: AuditOptions,
): readonly AuditFinding[] {
  const planned = intended?.get(host)?.get(`${address}:${port}`)
  const found = planned === undefined ? [] : [finding('drift', 'fault', `not as intended: ${planned}`)]
  const file = files.find((one) => one.path === certificate && one.use === 'certificate' && one.of === what)
  const lies = known(file?.holds)?.chain[0]
  if (lies === undefined || lies.fingerprint === served.fingerprint) return found
  const takes = product.takesOver(version)
  return [
    finding('drift', 'fault', `serves ${short(served)}, while ${certificate} holds ${short(lies)}; it takes that over ${takes}`),
    ...found,
  ]
}

function keyFindings(service: ServiceSurvey, certificate: FileSurvey, leaf: CertificateFact): readonly AuditFinding[] {
  const path = service.listeners.find((listener) => listener.certificate === certificate.path)?.key
  const file = service.files.find((one) => one.path === path && one.use === 'key')
  if (file === undefined) return []
  const { key, fact } = file
  const spki = known(key)?.spki
  return [
    ...(spki !== undefined && spki !== leaf.spki ? [finding('unusable', 'fault', `the private key ${path} does not belong to it`)] : []),
    ...(fact !== undefined && fact.type === 'file' && (fact.mode & 0o007) !== 0
      ? [finding('weak', 'fault', `everybody on the host may use the private key ${path} (${formatMode(fact.mode)})`)]
      : []),
  ]
}

function finding(kind: AuditFinding['kind'], severity: AuditFinding['severity'], message: string): AuditFinding {
  return { kind, severity, message }
}

function short({ fingerprint }: CertificateFact): string {
  return `SHA-256 ${fingerprint.slice(0, 16)}`
}
