import { parseToml } from '../../lib/edit/toml-guard.ts'
import { known, textOf } from './look.ts'
import {
  dialled,
  flagOf,
  isTrue,
  listOf,
  type Listening,
  mapOf,
  type Plain,
  type Reading,
  type SettingFault,
  type Settings,
  type Start,
  wordOf,
} from './settings.ts'

const defaultCertificate = '/etc/ssl/influxdb.pem'

/** InfluxDB 1.x: sections of TOML, each key of which a variable of the environment beats. */
export function influxdb1Settings(start: Start, { look }: Reading): Settings {
  const { argv, env } = start
  const path = flagOf(argv, 'config') ?? env.get('INFLUXDB_CONFIG_PATH') ?? start.settingsFile ?? ''
  const { root, broken } = tomlOf(textOf(look, path))
  const faults: SettingFault[] = broken === undefined ? [] : [{ row: 'settings', what: `${path}: ${broken}` }]
  const value = (section: string, key: string): unknown => {
    const variable = `INFLUXDB_${section}_${key}`.toUpperCase().replaceAll('-', '_')
    const written = mapOf(root[section])[key]
    const given = env.get(variable)
    if (given === undefined) return written
    if (written !== undefined && String(written) !== given)
      faults.push({ row: 'override', what: `${variable}=${given} beats ${key} = ${String(written)} of ${path}` })
    return given
  }
  const http = pairOf(wordOf(value('http', 'https-certificate')), wordOf(value('http', 'https-private-key')))
  const minVersion = wordOf(value('tls', 'min-version'))
  if (minVersion !== undefined && !/^(?:tls|ssl)?[1-3]\.[0-3]$/i.test(minVersion))
    faults.push({ row: '31', what: `${path}: min-version is ${minVersion}; this service writes tls1.2 or 1.2` })
  const clientAuth = wordOf(value('http', 'https-client-auth-type')) ?? ''
  return {
    files: [path],
    listening: [
      {
        what: 'http',
        ...dialled(wordOf(value('http', 'bind-address')), start.port),
        tls: isTrue(value('http', 'https-enabled')),
        ...http,
        clientCa: wordOf(value('http', 'https-client-ca')),
        asksClients: /require/i.test(clientAuth),
        minVersion,
      },
      ...listOf(root['opentsdb'])
        .map(mapOf)
        .flatMap((one, index) => opentsdb(one, index, minVersion)),
    ],
    calling: [],
    faults,
  }
}

function opentsdb(one: Plain, index: number, minVersion: string | undefined): readonly Listening[] {
  if (!isTrue(one['enabled']) || !isTrue(one['tls-enabled'])) return []
  return [
    {
      what: `opentsdb ${index}`,
      ...dialled(wordOf(one['bind-address']), 4242),
      tls: true,
      ...pairOf(wordOf(one['certificate']), wordOf(one['private-key'])),
      ...{ clientCa: undefined, asksClients: false, minVersion },
    },
  ]
}

/** Without a key of its own the file of the certificate holds both. */
function pairOf(certificate = defaultCertificate, key = certificate): { readonly certificate: string; readonly key: string } {
  return { certificate, key }
}

/** InfluxDB 2.x: flat keys; a flag beats a variable, a variable beats the file. */
export function influxdb2Settings(start: Start, { look, yaml }: Reading): Settings {
  const { argv, env } = start
  const path = configPath(env.get('INFLUXD_CONFIG_PATH'), look)
  const text = path === undefined ? undefined : textOf(look, path)
  const { root, broken } = text === undefined || path === undefined ? { root: {}, broken: undefined } : parsed(path, text, yaml)
  const faults: SettingFault[] = broken === undefined ? [] : [{ row: 'settings', what: `${path}: ${broken}` }]
  const value = (key: string): string | undefined => {
    const variable = `INFLUXD_${key.toUpperCase().replaceAll('-', '_')}`
    const written = wordOf(root[key])
    const [name, given] = [
      [`--${key}`, flagOf(argv, key)],
      [variable, env.get(variable)],
    ].find(([, one]) => one !== undefined) ?? [undefined, undefined]
    if (given === undefined) return written
    if (written !== undefined && written !== given)
      faults.push({ row: 'override', what: `${name}=${given} beats ${key} = ${written} of ${path}` })
    return given
  }
  const [certificate, key] = [value('tls-cert'), value('tls-key')]
  if ((certificate === undefined) !== (key === undefined))
    faults.push({ row: '29', what: `only ${certificate === undefined ? 'tls-key' : 'tls-cert'} is set` })
  const minVersion = value('tls-min-version')
  if (minVersion !== undefined && !/^1\.[0-3]$/.test(minVersion))
    faults.push({ row: '31', what: `tls-min-version is ${minVersion}; this service writes 1.2 or 1.3` })
  return {
    files: path === undefined ? [] : [path],
    listening: [
      {
        what: 'http',
        ...dialled(value('http-bind-address'), start.port),
        tls: certificate !== undefined && key !== undefined,
        ...{ certificate, key, clientCa: undefined, asksClients: false, minVersion },
      },
    ],
    calling: [],
    faults,
  }
}

/** A file, or a folder that holds `config.toml`, `.yaml`, `.yml` or `.json`. */
function configPath(path: string | undefined, look: Reading['look']): string | undefined {
  if (path === undefined || path === '') return undefined
  if (known(look('file', { path }))?.type !== 'directory') return path
  return ['toml', 'yaml', 'yml', 'json']
    .map((ending) => `${path}/config.${ending}`)
    .find((candidate) => known(look('file', { path: candidate })) !== undefined)
}

interface Parsed {
  readonly root: Plain
  readonly broken: string | undefined
}

function parsed(path: string, text: string, yaml: Reading['yaml']): Parsed {
  if (path.endsWith('.toml')) return tomlOf(text)
  // JSON is YAML.
  const root = yaml(text)
  return { root: mapOf(root), broken: text.trim() !== '' && root === undefined ? 'it cannot be read' : undefined }
}

function tomlOf(text: string | undefined): Parsed {
  if (text === undefined) return { root: {}, broken: undefined }
  const read = parseToml(text)
  return read.kind === 'root' ? { root: read.root, broken: undefined } : { root: {}, broken: read.why }
}
