import { parentOf, tidyPath } from '../../lib/paths.ts'
import type { ListenerTarget } from '../../model/fact.ts'
import { known, textOf } from './look.ts'
import {
  type Calling,
  dialled,
  flagOf,
  isTrue,
  listOf,
  mapOf,
  type Plain,
  type Reading,
  type SettingFault,
  type Settings,
  type Start,
  wordOf,
} from './settings.ts'

/** Prometheus and the apps on its exporter toolkit: a web config file that a flag names, and of Prometheus whom it calls. */
export function toolkitSettings(start: Start, reading: Reading, isPrometheus: boolean): Settings {
  const { argv } = start
  const webConfig = flagOf(argv, 'web.config.file') ?? flagOf(argv, 'web.config')
  const text = webConfig === undefined ? undefined : textOf(reading.look, webConfig)
  const root = text === undefined ? {} : mapOf(reading.yaml(text))
  const tls = mapOf(root['tls_server_config'])
  const path = (name: string): string | undefined => absolute(wordOf(tls[name]), webConfig)
  const bind = flagOf(argv, 'web.listen-address')
  const called = isPrometheus ? calls(start, reading) : { files: [], calling: [] }
  return {
    files: [...(webConfig === undefined ? [] : [webConfig]), ...called.files],
    listening: [
      {
        what: 'web',
        ...dialled(bind, start.port),
        tls: webConfig !== undefined && 'tls_server_config' in root,
        certificate: path('cert_file'),
        key: path('key_file'),
        clientCa: path('client_ca_file'),
        asksClients: /^Require/.test(wordOf(tls['client_auth_type']) ?? ''),
        minVersion: wordOf(tls['min_version']),
      },
    ],
    calling: called.calling,
    faults: webConfig === undefined ? [] : webFaults(webConfig, text, root, tls, reading),
  }
}

/** Keys as in the schema of exporter-toolkit (docs/web-configuration.md there). */
const webKeys = ['tls_server_config', 'http_server_config', 'basic_auth_users', 'rate_limit']
const tlsKeys = [
  ...['cert_file', 'key_file', 'cert', 'key', 'client_ca', 'client_auth_type', 'client_ca_file', 'client_allowed_sans'],
  ...['min_version', 'max_version', 'cipher_suites', 'prefer_server_cipher_suites', 'curve_preferences'],
]

function webFaults(path: string, text: string | undefined, root: Plain, tls: Plain, reading: Reading): readonly SettingFault[] {
  if (text === undefined) return []
  const faults: SettingFault[] = []
  const fault = (row: string, what: string): number => faults.push({ row, what: `${path}: ${what}` })
  if (text.trim() !== '' && reading.yaml(text) === undefined) fault('46', 'it is no YAML')
  for (const key of Object.keys(root).filter((name) => !webKeys.includes(name))) fault('46', `no key is called ${key}`)
  for (const key of Object.keys(tls).filter((name) => !tlsKeys.includes(name))) fault('46', `tls_server_config has no key ${key}`)
  if ('tls_server_config' in root) {
    const has = (...names: readonly string[]): boolean => names.some((name) => wordOf(tls[name]) !== undefined)
    if (!has('cert_file', 'cert')) fault('47', 'tls_server_config names no cert_file')
    if (!has('key_file', 'key')) fault('47', 'tls_server_config names no key_file')
    const auth = wordOf(tls['client_auth_type']) ?? ''
    if (has('client_ca_file', 'client_ca') && (auth === '' || auth === 'NoClientCert'))
      fault('47', 'client_ca_file is given, and client_auth_type asks no client for a certificate')
    for (const name of ['min_version', 'max_version']) {
      const word = wordOf(tls[name])
      if (word !== undefined && !/^TLS1[0-3]$/.test(word)) fault('31', `${name} is ${word}; this service writes TLS12 or TLS13`)
    }
    for (const suite of listOf(tls['cipher_suites']).flatMap((one) => wordOf(one) ?? []))
      if (!/^TLS_[A-Z0-9_]+$/.test(suite)) fault('32', `no cipher suite is called ${suite}; names are those of Go, TLS_ECDHE_...`)
  }
  return faults
}

function calls(start: Start, { look, yaml }: Reading): { readonly files: readonly string[]; readonly calling: readonly Calling[] } {
  const path = flagOf(start.argv, 'config.file') ?? start.settingsFile
  const text = path === undefined ? undefined : textOf(look, path)
  if (path === undefined || text === undefined) return { files: [], calling: [] }
  const root = mapOf(yaml(text))
  const jobs = listOf(root['scrape_configs']).map(mapOf)
  const managers = listOf(mapOf(root['alerting'])['alertmanagers']).map(mapOf)
  const remote = ['remote_write', 'remote_read'].flatMap((name) => listOf(root[name]).map((one) => ({ name, entry: mapOf(one) })))
  return {
    files: [path],
    calling: [
      ...jobs.map((job) => callOf(`job ${wordOf(job['job_name']) ?? '?'}`, job, targetsOf(job), path)),
      ...managers.map((one, index) => callOf(`alertmanager ${index}`, one, targetsOf(one), path)),
      ...remote.map(({ name, entry }) => callOf(name, entry, [wordOf(entry['url']) ?? ''].filter(Boolean), path)),
    ],
  }
}

function targetsOf(entry: Plain): readonly string[] {
  const scheme = wordOf(entry['scheme']) ?? 'http'
  return listOf(entry['static_configs'])
    .flatMap((one) => listOf(mapOf(one)['targets']))
    .flatMap((target) => (typeof target === 'string' ? [`${scheme}://${target}`] : []))
}

function callOf(what: string, entry: Plain, urls: readonly string[], file: string): Calling {
  const tls = mapOf(entry['tls_config'])
  const path = (name: string): string | undefined => absolute(wordOf(tls[name]), file)
  return {
    ...{ what, urls, ca: path('ca_file'), certificate: path('cert_file'), key: path('key_file') },
    ...{ serverName: wordOf(tls['server_name']), unchecked: isTrue(tls['insecure_skip_verify']) },
  }
}

/** Relative paths count from the folder of the file that has them. */
function absolute(path: string | undefined, file: string | undefined): string | undefined {
  if (path === undefined || file === undefined) return undefined
  return path.startsWith('/') ? tidyPath(path) : tidyPath(`${parentOf(file)}/${path}`)
}

/** Errors of scrapes are in no log: Prometheus tells them to who asks for its targets. */
export interface TargetError {
  readonly job: string
  readonly url: string
  readonly error: string
}

export function targetErrors(dial: ListenerTarget, argv: readonly string[], { look }: Reading): readonly TargetError[] {
  const prefix = (flagOf(argv, 'web.route-prefix') ?? pathOf(flagOf(argv, 'web.external-url'))).replace(/\/+$/, '')
  const { address, port } = dial
  const scheme = known(look('listener', dial))
  if (scheme === undefined || (scheme.state !== 'tls' && scheme.state !== 'plain')) return []
  const host = address.includes(':') ? `[${address}]` : address
  const url = `${scheme.state === 'tls' ? 'https' : 'http'}://${host}:${port}${prefix}/api/v1/targets?state=active`
  // Only which of its own targets fail is read, from the host itself, whatever its certificate is like.
  const answer = known(look('command', { argv: ['curl', '-q', '-s', '-k', '-m', '5', '--noproxy', '*', url] }))
  if (answer === undefined || answer.rc !== 0) return []
  return listOf(mapOf(mapOf(jsonOf(answer.stdout))['data'])['activeTargets'])
    .map(mapOf)
    .flatMap((target) => {
      const error = wordOf(target['lastError'])
      const job = wordOf(target['scrapePool']) ?? wordOf(mapOf(target['labels'])['job']) ?? '?'
      return error === undefined ? [] : [{ job, url: wordOf(target['scrapeUrl']) ?? '', error }]
    })
}

function pathOf(url: string | undefined): string {
  return /^[a-z]+:\/\/[^/]+(\/.*)?$/.exec(url ?? '')?.[1] ?? (url?.startsWith('/') === true ? url : '')
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A page of a proxy, or an answer that was cut.
    return undefined
  }
}
