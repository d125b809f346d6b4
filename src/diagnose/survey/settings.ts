import type { Look } from '../../model/fact.ts'

/** A port on which a service answers by its settings. */
export interface Listening {
  /** what it is called in the settings: `web`, `http`, `opentsdb 0` */
  readonly what: string
  /** by which the host itself dials */
  readonly address: string
  readonly port: number
  /** whether the settings say that it speaks TLS */
  readonly tls: boolean
  readonly certificate: string | undefined
  /** the file of the certificate when both stand in one */
  readonly key: string | undefined
  readonly clientCa: string | undefined
  /** clients without a certificate are sent away */
  readonly asksClients: boolean
  /** as it is written there */
  readonly minVersion: string | undefined
}

/** A place in the settings by which a service calls others. */
export interface Calling {
  /** `job node`, `outputs.influxdb_v2` */
  readonly what: string
  /** `scheme://host:port`, as far as they are written down */
  readonly urls: readonly string[]
  readonly ca: string | undefined
  readonly certificate: string | undefined
  readonly key: string | undefined
  /** the name that is asked for in place of that of the URL */
  readonly serverName: string | undefined
  readonly unchecked: boolean
}

/** A setting that cannot be what is meant; `row` is that of the catalogue. */
export interface SettingFault {
  readonly row: string
  readonly what: string
}

export interface Settings {
  /** files that were read, the first one is where TLS is set */
  readonly files: readonly string[]
  readonly listening: readonly Listening[]
  readonly calling: readonly Calling[]
  readonly faults: readonly SettingFault[]
}

/** What is known of a service before its settings are read. */
export interface Start {
  readonly argv: readonly string[]
  readonly env: ReadonlyMap<string, string>
  readonly settingsFile: string | undefined
  readonly port: number
  readonly version: readonly [number, number, number] | undefined
}

export interface Reading {
  readonly look: Look
  /** YAML of a host, which may be anything; undefined when it is none */
  readonly yaml: (text: string) => unknown
}

/** `--flag value`, `--flag=value`, or with one hyphen, as the flags of Go are written. The last one counts. */
export function flagOf(argv: readonly string[], name: string): string | undefined {
  let found: string | undefined
  for (const [index, word] of argv.entries()) {
    const bare = word.replace(/^--?/, '')
    if (bare === word) continue
    if (bare === name) found = argv[index + 1]
    else if (bare.startsWith(`${name}=`)) found = bare.slice(name.length + 1)
  }
  return found
}

/** `:9090`, `0.0.0.0:9090`, `[::]:9090`: what the host itself dials. */
export function dialled(bind: string | undefined, port: number): { readonly address: string; readonly port: number } {
  const [, host = '', digits] = /^(.*?):(\d+)$/.exec(bind ?? '') ?? []
  const bare = host.replace(/^\[|\]$/g, '')
  const everywhere = ['', '0.0.0.0', '::', 'localhost'].includes(bare)
  return { address: everywhere ? '127.0.0.1' : bare, port: digits === undefined ? port : Number(digits) }
}

export type Plain = Readonly<Record<string, unknown>>

export function mapOf(value: unknown): Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Plain) : {}
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

export function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined
}

export function isTrue(value: unknown): boolean {
  return value === true || value === 'true'
}
