import type { Intended } from '../../model/audit.ts'
import type { Diagnosis, Evidence } from '../../model/diagnosis.ts'
import type { CertificateFact } from '../../model/fact.ts'
import type { ProductName } from '../../services/product.ts'
import { known } from '../survey/look.ts'
import type { HostSurvey, ServiceSurvey } from '../survey/survey.ts'
import { rankOf, rowOf } from './catalogue.ts'
import { type Found, found } from './found.ts'
import { isOwnPeer, readLine, type Told } from './lines.ts'
import type { CatalogueRow } from './row.ts'
import { fileRules } from './rules-files.ts'
import { type Caller, servedRules, type Surroundings } from './rules-served.ts'

export { catalogue } from './catalogue.ts'
export { installedOn } from './defects.ts'

export interface DoctorInput {
  /** in the order of the inventory */
  readonly surveys: ReadonlyMap<string, HostSurvey>
  /** those beside the inventory, and those that the user names */
  readonly authorities: readonly CertificateFact[]
  /** milliseconds since 1970, here */
  readonly now: number
  /** what a playbook would do; undefined: none was given */
  readonly intended?: Intended | undefined
}

/** A clock that is further off than this breaks young certificates. */
const clockLimitSeconds = 60

/** What is wrong: faults before notes, causes before what follows from them. */
export function diagnose({ surveys, authorities, now, intended }: DoctorInput): readonly Diagnosis[] {
  const trusted = [...authorities, ...[...surveys.values()].flatMap(({ services }) => services.flatMap(trustedBy))]
  const callers = [...surveys].flatMap(([host, { services }]) => services.flatMap((service) => callersOf(host, service)))
  const all = [...surveys].flatMap(([host, { system, services }]) => {
    const around: Surroundings = { host, system, authorities: trusted, callers, now: system === undefined ? now : system.now * 1000 }
    const ofHost = [...clockOff(around, now), ...notAsRoot(around)]
    return services.flatMap((service, index) =>
      told(host, service, plannedFor(service, intended?.get(host)), [
        ...(index === 0 ? ofHost : []),
        ...fileRules(service),
        ...servedRules(service, around),
        ...logged(service),
        ...calls(service),
      ]),
    )
  })
  return all.toSorted(
    (one, other) => Number(one.severity === 'note') - Number(other.severity === 'note') || rankOf(one.row) - rankOf(other.row),
  )
}

function clockOff({ now: there, system }: Surroundings, here: number): readonly Found[] {
  const off = Math.round((there - here) / 1000)
  if (system === undefined || Math.abs(off) <= clockLimitSeconds) return []
  return [found('clock', 'process', `the clock of the host is ${Math.abs(off)} s ${off > 0 ? 'ahead' : 'behind'}`)]
}

function notAsRoot({ system }: Surroundings): readonly Found[] {
  return system === undefined || system.uid === 0 ? [] : [found('unseen', 'process', `looked at as ${system.user}`)]
}

/** Lines that say the same are counted, and the last one is shown. */
function logged(service: ServiceSurvey): readonly Found[] {
  const calls = service.product.name === 'telegraf'
  const byRow = new Map<string, Told[]>()
  for (const line of service.log) {
    const one = readLine(line, calls)
    if (one !== undefined) byRow.set(one.row.id, [...(byRow.get(one.row.id) ?? []), one])
  }
  return [...byRow].flatMap(([row, lines]) => {
    const last = lines.at(-1)
    if (last === undefined) return []
    // What should be refused is tried by verify and audit, too.
    const ours = ownChecks.has(row) && lines.every(({ peer }) => isOwnPeer(peer))
    const times = lines.length === 1 ? '' : ` (${lines.length} such lines)`
    const text = `${last.line.trim()}${times}${ours ? '; from the host itself: a local check, or tlsplay verify or audit' : ''}`
    return [found(row, 'log', text, ours ? true : undefined)]
  })
}

const ownChecks: ReadonlySet<string> = new Set(['16', '34', '37', '3'])

function calls(service: ServiceSurvey): readonly Found[] {
  return service.targetErrors.flatMap(({ job, url, error }) => {
    const one = readLine(error, true)
    // A target that is down is a matter of TLS only where it is called by TLS.
    if (one === undefined || (one.row.id === '52' && !url.startsWith('https://'))) return []
    return [found(one.row.id, 'call', `job ${job}, ${url}: ${error}`)]
  })
}

function trustedBy({ files }: ServiceSurvey): readonly CertificateFact[] {
  return files.filter(({ use }) => use === 'authorities').flatMap(({ holds }) => known(holds)?.chain ?? [])
}

function callersOf(host: string, { settings }: ServiceSurvey): readonly Caller[] {
  return settings.calling
    .filter(({ unchecked }) => !unchecked)
    .flatMap(({ what, urls, serverName }) =>
      urls.flatMap((url) => {
        const [, bracketed, name, port] = /^https:\/\/(?:\[([^\]]+)\]|([^:/]+)):(\d+)/.exec(url) ?? []
        const called = serverName ?? bracketed ?? name
        return called === undefined || port === undefined ? [] : [{ who: `${host}, ${what}`, name: called, port: Number(port) }]
      }),
    )
}

function told(host: string, service: ServiceSurvey, planned: readonly string[], all: readonly Found[]): readonly Diagnosis[] {
  return [...new Set(all.map(({ row }) => row))].map((id) => {
    const row = rowOf(id)
    const own = all.filter((one) => one.row === id)
    const evidence = [...new Map(own.map((one) => [one.evidence.text, one.evidence])).values()]
    const note = row.note === true || own.every((one) => one.note === true)
    return {
      ...{ host, service: service.name, product: service.product.name, row: id, severity: note ? 'note' : 'fault' },
      ...{ title: row.title, cause: row.cause, evidence: [...evidence, ...processOf(service)], fix: row.fix },
      playbook: playbookFor(row, service.product.name),
      planned,
    }
  })
}

function plannedFor(service: ServiceSurvey, changes: ReadonlyMap<string, string> | undefined): readonly string[] {
  const places = [
    ...service.files.map(({ path }) => path),
    ...service.settings.files,
    ...service.listeners.map(({ address, port }) => `${address}:${port}`),
    service.name,
    ...(service.unit?.environmentFiles ?? []),
  ]
  return [...new Set(places)].flatMap((place) => changes?.get(place) ?? [])
}

function processOf({ unit, pid, settings }: ServiceSurvey): readonly Evidence[] {
  const where = settings.files.filter((path) => path !== '')
  const text = `${unit === undefined ? 'without a unit' : unit.activeState}${pid === undefined ? '' : `, process ${pid}`}${where.length === 0 ? '' : `, settings ${where.join(', ')}`}`
  return [{ kind: 'process', text }]
}

const serverRoles: Readonly<Record<ProductName, string>> = {
  prometheus: 'prometheus_tls',
  node_exporter: 'prometheus_tls',
  alertmanager: 'prometheus_tls',
  pushgateway: 'prometheus_tls',
  blackbox_exporter: 'prometheus_tls',
  influxdb1: 'influxdb1_tls',
  influxdb2: 'influxdb2_tls',
  telegraf: 'telegraf_tls',
}

function playbookFor({ by }: CatalogueRow, product: ProductName): string | undefined {
  switch (by) {
    case undefined:
      return undefined
    case 'server':
      return `role ${serverRoles[product]}`
    case 'client':
      if (product === 'telegraf') return 'role telegraf_tls'
      return product === 'prometheus' ? 'role prometheus_scrape_tls' : 'role prometheus_scrape_tls or telegraf_tls, on the client'
    case 'trust':
      return 'role ca_trust, on the clients'
  }
}
