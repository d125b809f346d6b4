import type { CertificateFact, FileFact, ListenerFact, SystemFact } from '../../src/model/fact.ts'
import type { Listening, Settings } from '../../src/diagnose/survey/settings.ts'
import type { FileSurvey, HostSurvey, ListenerSurvey, ServiceSurvey } from '../../src/diagnose/survey/survey.ts'
import { productNamed } from '../../src/services/index.ts'
import type { ProductName } from '../../src/services/product.ts'

export const now = Date.UTC(2026, 5, 1)
export const day = 86_400_000

export const system: SystemFact = {
  ...{ hostname: 'h1', fqdn: 'h1.lab.test', addresses: ['10.0.0.1'], osFamily: 'debian', osId: 'debian', osVersion: '12' },
  ...{ init: 'systemd', user: 'root', uid: 0, architecture: 'x86_64', opensslVersion: '3.0.15', now: now / 1000 },
}

export const paths = { certificate: '/etc/app/tls/server.crt', key: '/etc/app/tls/server.key' }

export function listening(change: Partial<Listening> = {}): Listening {
  return {
    ...{ what: 'web', address: '127.0.0.1', port: 9100, tls: true, ...paths, clientCa: undefined, asksClients: false },
    ...{ minVersion: 'TLS12', ...change },
  }
}

export function serving(chain: readonly CertificateFact[], change: Partial<ListenerFact> = {}): ListenerFact {
  return { state: 'tls', chain, protocol: 'TLSv1.3', ...change }
}

const regular: FileFact = {
  ...{ type: 'file', owner: 'app', group: 'app', uid: 100, gid: 100, mode: 0o400, size: 300, mtime: 0, links: 1 },
}

export function file(use: FileSurvey['use'], change: Partial<FileSurvey> = {}): FileSurvey {
  const path = use === 'key' ? paths.key : paths.certificate
  return { path, use, of: 'web', fact: regular, holds: { chain: [] }, key: undefined, readable: { obstacles: [], notes: [] }, ...change }
}

/** Certificate and key of one pair on disk. */
export function pair(certificate: CertificateFact): readonly FileSurvey[] {
  return [
    file('certificate', { holds: { chain: [certificate] }, key: { spki: undefined, broken: 'is no private key in PEM form' } }),
    file('key', { key: { spki: certificate.spki } }),
  ]
}

export type ServiceWish = Omit<Partial<ServiceSurvey>, 'product' | 'settings' | 'listeners'> & {
  readonly product?: ProductName
  readonly settings?: Partial<Settings>
  readonly listeners?: readonly ListenerSurvey[]
}

export function service({ product = 'node_exporter', settings = {}, listeners = [], ...change }: ServiceWish): ServiceSurvey {
  const known = productNamed(product)
  if (known === undefined) throw new Error(`no product is called ${product}`)
  return {
    ...{ product: known, name: `${product}.service`, unit: undefined, runs: true, pid: 7, reader: undefined, version: [1, 5, 0], log: [] },
    ...{ files: [], targetErrors: [], listeners, settings: { files: [], listening: listeners, calling: [], faults: [], ...settings } },
    ...change,
  }
}

export function host(...services: readonly ServiceSurvey[]): HostSurvey {
  return { system, services }
}
