import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { SecureVersion } from 'node:tls'
import { parse } from 'yaml'

/** What a web-config file of Prometheus exporters says of TLS. Paths are absolute. */
export interface WebConfig {
  readonly certFile: string
  readonly keyFile: string
  readonly minVersion: SecureVersion
}

const versions: Readonly<Record<string, SecureVersion>> = { TLS10: 'TLSv1', TLS11: 'TLSv1.1', TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' }

/**
 * Reads a web-config file; undefined means plain HTTP: there is no file, or it says nothing of TLS.
 * As strict as prometheus/exporter-toolkit (web/tls_config.go): unknown fields are errors, relative paths start at
 * the folder of the file, the floor is TLS 1.2 unless it says otherwise. Throws Error with one sentence.
 */
export function readWebConfig(file: string): WebConfig | undefined {
  const text = readIfThere(file)
  if (text === undefined) return undefined
  const document = fields(parse(text) ?? {}, ['tls_server_config'], file)
  if (document['tls_server_config'] === undefined || document['tls_server_config'] === null) return undefined
  const tls = fields(document['tls_server_config'], ['cert_file', 'key_file', 'min_version'], file)
  const minVersion = versions[String(tls['min_version'] ?? 'TLS12')]
  if (minVersion === undefined) throw new Error(`${file}: unknown min_version ${String(tls['min_version'])}`)
  return { certFile: pathOf(tls, 'cert_file', file), keyFile: pathOf(tls, 'key_file', file), minVersion }
}

function fields(value: unknown, known: readonly string[], file: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${file}: expected a mapping`)
  const unknown = Object.keys(value).find((key) => !known.includes(key))
  if (unknown !== undefined) throw new Error(`${file}: field ${unknown} not found`)
  return { ...value }
}

function pathOf(tls: Readonly<Record<string, unknown>>, key: string, file: string): string {
  const path = tls[key]
  if (typeof path !== 'string' || path === '') throw new Error(`${file}: missing ${key}`)
  return resolve(dirname(file), path)
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
