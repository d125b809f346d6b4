import type {
  Answer,
  CertificateFileFact,
  FileFact,
  KeyFact,
  ListenerFact,
  ListenerTarget,
  Look,
  ProcessFact,
  SystemFact,
  UnitFact,
} from '../../model/fact.ts'
import { Unknown } from '../../model/value.ts'
import { binaryOf, productNamed, productOf, products } from '../../services/index.ts'
import type { Product } from '../../services/product.ts'
import { type Readability, readability, type Reader } from '../../services/readability.ts'
import { findVersion, isAtLeast, type Version } from '../../services/version.ts'
import { environmentOf, expanded } from './command-line.ts'
import { known } from './look.ts'
import type { Calling, Listening, Reading, Settings, Start } from './settings.ts'
import { influxdb1Settings, influxdb2Settings } from './settings-influxdb.ts'
import { telegrafSettings } from './settings-telegraf.ts'
import { type TargetError, targetErrors, toolkitSettings } from './settings-toolkit.ts'

/** One host: its services that know TLS, what their settings say, what lies on disk and what is served. */
export interface HostSurvey {
  readonly system: SystemFact | undefined
  readonly services: readonly ServiceSurvey[]
}

export interface ServiceSurvey {
  readonly product: Product
  /** unit, or path of the program that runs without one */
  readonly name: string
  readonly unit: UnitFact | undefined
  readonly runs: boolean
  readonly pid: number | undefined
  readonly reader: Reader | undefined
  readonly version: Version | undefined
  readonly settings: Settings
  readonly listeners: readonly ListenerSurvey[]
  readonly files: readonly FileSurvey[]
  /** since it was started, as far as the window reaches; of one that does not run, of its last try */
  readonly log: readonly string[]
  readonly targetErrors: readonly TargetError[]
}

export interface ListenerSurvey extends Listening {
  readonly fact: ListenerFact | undefined
}

export type FileUse = 'certificate' | 'key' | 'client authorities' | 'authorities' | 'certificate as a client' | 'key as a client'

export interface FileSurvey {
  readonly path: string
  readonly use: FileUse
  /** of the listener or the call that names it */
  readonly of: string
  readonly fact: FileFact | undefined
  readonly holds: Answer<CertificateFileFact> | undefined
  readonly key: Answer<KeyFact> | undefined
  readonly readable: Readability | undefined
}

export interface SurveyOptions {
  readonly yaml: (text: string) => unknown
  /** how far back logs are read, in seconds */
  readonly window: number
  /** also try what should be refused: TLS 1.1 and plain HTTP. The services log such attempts. */
  readonly weaknesses: boolean
}

/** Folders in which programs without a unit are looked for. */
const folders = ['/usr/bin', '/usr/local/bin']
const influxd = 'influxd'
const logLines = 400

export function surveyHost(ask: Look, options: SurveyOptions): HostSurvey {
  let settled = true
  const look: Look = (kind, target) => {
    const answer = ask(kind, target)
    if (answer === undefined) settled = false
    return answer
  }
  const system = known(look('system', {}))
  const names = [...new Set(products.flatMap(({ units }) => units))]
  const units = names.flatMap((name) => known(look('unit', { name })) ?? [])
  const binaries = [...new Set([...products.flatMap((product) => product.binaries), influxd])]
  const programs = binaries
    .flatMap((name) => folders.map((folder) => `${folder}/${name}`))
    .map((exe) => ({ exe, processes: known(look('process', { exe }))?.processes ?? [] }))
  const mine = new Set<number>()
  const ofUnits = units.filter(isMeant).flatMap((unit) => {
    const found = started(unit, programs, look)
    if (found === undefined) return []
    if (found.running !== undefined) mine.add(found.running.pid)
    return [found]
  })
  const taken = new Set(ofUnits.filter(({ runs }) => runs).map(({ product }) => product.name))
  const byHand = programs.flatMap(({ exe, processes }) =>
    processes.filter(({ pid }) => !mine.has(pid)).flatMap((running) => startedByHand(exe, running, look)),
  )
  const all = [...ofUnits, ...byHand.filter(({ product }) => !taken.has(product.name))]
  const read = all.map((one) => ({ one, ...readService(one, look, options, system?.now) }))
  // Only now are ports known; and what tlsplay does to a service may stand in its log as well, which has been read by now.
  return { system, services: settled ? read.map(({ one, ...service }) => surveyService(one, service, look, options)) : [] }
}

/** A unit that runs, that should, or that failed; one that came with a package and was never wanted is none of ours. */
function isMeant(unit: UnitFact): boolean {
  return unit.activeState !== 'inactive' || unit.enabled === 'enabled'
}

interface Started {
  readonly product: Product
  readonly name: string
  readonly unit: UnitFact | undefined
  readonly running: ProcessFact | undefined
  readonly runs: boolean
  readonly argv: readonly string[]
  readonly env: ReadonlyMap<string, string>
  readonly version: Version | undefined
}

type Programs = readonly { readonly exe: string; readonly processes: readonly ProcessFact[] }[]

function started(unit: UnitFact, programs: Programs, look: Look): Started | undefined {
  const binary = binaryOf(unit.execStart)
  const told = productOf(unit.execStart) ?? products.find(({ units }) => units.includes(unit.name))
  if (told === undefined) return undefined
  const { product, version } = versioned(told, binary, look)
  const all = programs.flatMap(({ processes }) => processes)
  const runs = unit.activeState === 'active' || unit.activeState === 'reloading' || unit.activeState === 'activating'
  // A start script that still waits is the main process of upstream's InfluxDB; its child is what serves.
  const running =
    all.find(({ pid }) => pid === unit.mainPid) ??
    (runs
      ? programs.find(({ exe, processes }) => exe.endsWith(`/${influxd}`) && processes.length === 1 && isInflux(product))?.processes[0]
      : undefined)
  const env = environmentOf(unit, look)
  const argv = running?.argv ?? expanded(unit.execStart, env)
  return { product, name: unit.name, unit, running, runs, argv, env, version }
}

function startedByHand(exe: string, running: ProcessFact, look: Look): readonly Started[] {
  const told = productOf(exe)
  // The process of a container has the path of another filesystem.
  if (told === undefined || known(look('file', { path: exe })) === undefined) return []
  const { product, version } = versioned(told, exe, look)
  return [{ product, name: exe, unit: undefined, running, runs: true, argv: running.argv, env: new Map(), version }]
}

/** Both lines of InfluxDB call their program influxd, and their unit alike. */
function versioned(told: Product, binary: string, look: Look): { readonly product: Product; readonly version: Version | undefined } {
  const argv = told.versionArgv(binary)
  // Any other program, such as a start script of somebody's own, may do anything when it is run.
  const isProgram = [...told.binaries, influxd].includes(argv[0]?.split('/').at(-1) ?? '')
  const answer = isProgram ? known(look('command', { argv })) : undefined
  const version = answer === undefined ? undefined : findVersion(`${answer.stdout}\n${answer.stderr}`)
  const line = version !== undefined && isInflux(told) ? productNamed(isAtLeast(version, [2, 0, 0]) ? 'influxdb2' : 'influxdb1') : undefined
  return { product: line ?? told, version }
}

function isInflux({ name }: Product): boolean {
  return name === 'influxdb1' || name === 'influxdb2'
}

type Read = Pick<ServiceSurvey, 'reader' | 'log' | 'settings'>

function readService(one: Started, look: Look, options: SurveyOptions, now: number | undefined): Read {
  const { product, unit, running } = one
  return {
    reader: unit === undefined ? readerOfProcess(running, look) : readerOfUnit(unit, look),
    log: logOf(one, look, options.window, now),
    settings: settingsOf(product, { ...one, settingsFile: product.settingsFile, port: product.port }, { look, yaml: options.yaml }),
  }
}

function surveyService(one: Started, read: Read, look: Look, options: SurveyOptions): ServiceSurvey {
  const { product, unit, running, name, runs, version, argv } = one
  const listeners = read.settings.listening.map((listening) => ({
    ...listening,
    fact: listening.port === 0 ? undefined : known(look('listener', dialOf(listening, options))),
  }))
  const web = listeners[0]
  return {
    ...{ product, name, unit, runs, pid: running?.pid, version, ...read, listeners },
    files: filesOf(read.settings, read.reader, unit, look),
    targetErrors:
      product.name === 'prometheus' && web !== undefined ? targetErrors(dialOf(web, options), argv, { look, yaml: options.yaml }) : [],
  }
}

/** Where Debian and its kin keep all authorities that the system trusts. */
const systemBundle = '/etc/ssl/certs/ca-certificates.crt'

/** One dial for whatever is asked of a port, by a client of the host that trusts what the host trusts. */
function dialOf({ address, port }: Pick<Listening, 'address' | 'port'>, { weaknesses }: SurveyOptions): ListenerTarget {
  return { from: 'host', address, port, serverName: '', caFile: systemBundle, probeWeakness: weaknesses }
}

function settingsOf(product: Product, start: Start, reading: Reading): Settings {
  switch (product.name) {
    case 'influxdb1':
      return influxdb1Settings(start, reading)
    case 'influxdb2':
      return influxdb2Settings(start, reading)
    case 'telegraf':
      return telegrafSettings(start, reading)
    default:
      return toolkitSettings(start, reading, product.name === 'prometheus')
  }
}

function filesOf(settings: Settings, reader: Reader | undefined, unit: UnitFact | undefined, look: Look): readonly FileSurvey[] {
  const served = settings.listening.filter(({ tls }) => tls).flatMap((one) => named(one))
  const called = settings.calling.flatMap((one) => namedBy(one))
  const unique = new Map([...served, ...called].map((one) => [`${one.use} ${one.path}`, one]))
  const lookAt = (path: string): Answer<FileFact> => look('file', { path }) ?? new Unknown('it is asked for')
  return [...unique.values()].map(({ path, use, of }) => {
    const keys = use === 'certificate' || use === 'key' || use === 'key as a client'
    return {
      ...{ path, use, of, fact: known(look('file', { path })), holds: look('certificate', { path }) },
      key: keys ? look('key', { path }) : undefined,
      readable: reader === undefined ? undefined : readability(path, reader, unit?.sandbox, lookAt),
    }
  })
}

type Named = Pick<FileSurvey, 'path' | 'use' | 'of'>

function named({ what, certificate, key, clientCa }: Listening): readonly Named[] {
  return uses(what, [
    ['certificate', certificate],
    ['key', key],
    ['client authorities', clientCa],
  ])
}

function namedBy({ what, ca, certificate, key }: Calling): readonly Named[] {
  return uses(what, [
    ['authorities', ca],
    ['certificate as a client', certificate],
    ['key as a client', key],
  ])
}

function uses(of: string, all: readonly (readonly [FileUse, string | undefined])[]): readonly Named[] {
  return all.flatMap(([use, path]) => (path === undefined || !path.startsWith('/') ? [] : [{ use, path, of }]))
}

/** Group= takes the place of the group of the user's own entry. */
function readerOfUnit(unit: UnitFact, look: Look): Reader | undefined {
  const groups = [unit.group, ...unit.supplementaryGroups].filter((name) => name !== '')
  const gids = groups.flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : (known(look('group', { name }))?.gid ?? [])))
  if (unit.user === '' || unit.user === 'root') return { user: 'root', uid: 0, group: 'root', gids: [0, ...gids] }
  const user = known(look('user', { name: unit.user }))
  if (user === undefined) return undefined
  const own = unit.group === '' ? user.gids : user.gids.filter((gid) => gid !== user.gid)
  return { user: user.name, uid: user.uid, group: unit.group === '' ? user.group : unit.group, gids: [...gids, ...own] }
}

function readerOfProcess(running: ProcessFact | undefined, look: Look): Reader | undefined {
  if (running === undefined) return undefined
  const user = known(look('user', { name: String(running.uid) }))
  return user === undefined ? undefined : { user: user.name, uid: user.uid, group: user.group, gids: user.gids }
}

function logOf(one: Started, look: Look, window: number, now: number | undefined): readonly string[] {
  const { unit, running, runs } = one
  if (unit !== undefined) {
    // Of one that runs, what was before its start is over.
    const since = Math.floor(Math.max((now ?? 0) - window, runs ? unit.startedAt : 0))
    const lines = known(look('log', { unit: unit.name, lines: logLines, ...(now === undefined ? {} : { since }) }))?.lines ?? []
    return unit.activeState === 'active' ? lines : lastTry(lines)
  }
  if (running === undefined) return []
  const told = known(look('command', { argv: ['readlink', '--', `/proc/${running.pid}/fd/2`] }))?.stdout.trim() ?? ''
  return told.startsWith('/') && !told.startsWith('/dev/') ? (known(look('log', { file: told, lines: logLines }))?.lines ?? []) : []
}

/** systemd says when it begins a start; of several tries the last one with a word of the service counts. */
function lastTry(lines: readonly string[]): readonly string[] {
  const starts = lines.flatMap((line, index) => (/^Start(?:ing|ed) .*\.\.\.$|^Started .*\.$/.test(line) ? [index] : []))
  const tries = [...starts, lines.length].map((start, index) => lines.slice(start, starts[index + 1]))
  return tries.findLast((one) => one.some((line) => !bySystemd.test(line))) ?? lines
}

const bySystemd = /^(?:Start(?:ing|ed)|Stopp(?:ing|ed)) |^\S+\.service: /
