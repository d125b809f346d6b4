/** Debian's own packages, started by their own units. */
export type Service = 'prometheus' | 'node' | 'influxdb'

interface AnyHost {
  /** Host name inside, name in the network of the fleet, and name in the inventory. */
  readonly name: string
  /** More names under which the other hosts of the fleet reach it, such as `h1.example.com`. */
  readonly aliases?: readonly string[]
  /** Container ports to publish on 127.0.0.1 besides 22 and those of the kind's services. */
  readonly ports?: readonly number[]
  /** POSIX sh, run as root before the host's init, services and sshd: files that the host is to be found with. */
  readonly prepare?: string
}

interface SystemdHost extends AnyHost {
  /** Further services of Debian on the same host. */
  readonly services?: readonly Service[]
}

export type HostSpec =
  | (SystemdHost & { readonly kind: Service | 'plain' })
  /** Binaries in /usr/local/bin, flags in ExecStart of a unit in /etc/systemd/system, no environment file, no package. */
  | (SystemdHost & { readonly kind: 'upstream-prometheus'; readonly flags?: readonly string[] })
  /** No unit at all: a command started by hand as user prometheus, as guide 004 has it, writing to a log file. */
  | (SystemdHost & { readonly kind: 'bare-prometheus'; readonly command?: string; readonly logFile?: string })
  /** BusyBox for every tool, dropbear, openssl; no init, no sudo, log in as root. */
  | (AnyHost & { readonly kind: 'busybox' })

export type HostKind = HostSpec['kind']

export interface FleetSpec {
  readonly hosts: readonly HostSpec[]
}

interface ServiceFacts {
  readonly unit: string
  readonly port: number
  /** Answers 2xx over plain HTTP as soon as the service serves. */
  readonly readyPath: string
}

// Ports and paths as in the TLS reference, sections 1 and 3.2; seen on Debian 12.
export const services: Readonly<Record<Service, ServiceFacts>> = {
  prometheus: { unit: 'prometheus.service', port: 9090, readyPath: '/-/ready' },
  node: { unit: 'prometheus-node-exporter.service', port: 9100, readyPath: '/metrics' },
  influxdb: { unit: 'influxdb.service', port: 8086, readyPath: '/ping' },
}

/** Where the upstream-style and the bare Prometheus keep their things; for the playbooks and assertions of tests. */
export const upstreamPrometheus = {
  binary: '/usr/local/bin/prometheus',
  unitFile: '/etc/systemd/system/prometheus.service',
  config: '/etc/prometheus/prometheus.yml',
  data: '/var/lib/prometheus',
  flags: ['--config.file=/etc/prometheus/prometheus.yml', '--storage.tsdb.path=/var/lib/prometheus', '--web.listen-address=0.0.0.0:9090'],
} as const

export const barePrometheus = {
  binary: '/usr/local/bin/prometheus',
  config: '/home/prometheus/prometheus.yml',
  data: '/home/prometheus/data',
  logFile: '/home/prometheus/prometheus.log',
  command: '/usr/local/bin/prometheus --config.file=/home/prometheus/prometheus.yml --storage.tsdb.path=/home/prometheus/data',
} as const

/** The services of Debian that this host runs by their own units. */
export function debianServices(spec: HostSpec): readonly Service[] {
  if (spec.kind === 'busybox') return []
  const own: readonly Service[] = isService(spec.kind) ? [spec.kind] : []
  return [...new Set([...own, ...(spec.services ?? [])])]
}

/** What must answer over plain HTTP before the host counts as up. */
export function readyUrls(spec: HostSpec): readonly string[] {
  return answering(spec).map((service) => `http://127.0.0.1:${services[service].port}${services[service].readyPath}`)
}

export function publishedPorts(spec: HostSpec): readonly number[] {
  return [...new Set([22, ...answering(spec).map((service) => services[service].port), ...(spec.ports ?? [])])]
}

function answering(spec: HostSpec): readonly Service[] {
  const isOwnPrometheus = spec.kind === 'upstream-prometheus' || spec.kind === 'bare-prometheus'
  return [...new Set<Service>([...(isOwnPrometheus ? (['prometheus'] as const) : []), ...debianServices(spec)])]
}

function isService(kind: HostKind): kind is Service {
  return kind in services
}
