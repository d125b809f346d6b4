import type { BuiltName } from './versions.ts'

/** Run by a unit: Debian's own packages, and daemons built from their modules with files as upstream's packages have them. */
export type Service = 'prometheus' | 'node' | 'influxdb' | 'influxdb2' | 'telegraf'

interface AnyHost {
  /** Host name inside, name in the network of the fleet, and name in the inventory. */
  readonly name: string
  /** More names under which the other hosts of the fleet reach it, such as `h1.example.com`. */
  readonly aliases?: readonly string[]
  /** Container ports to publish on 127.0.0.1 besides 22 and those of the kind's services. */
  readonly ports?: readonly number[]
  /** POSIX sh, run as root before the host's init, services and sshd: files that the host is to be found with. */
  readonly prepare?: string
  /** Of the kernel, beyond what every host has. */
  readonly capabilities?: readonly 'SYS_PTRACE'[]
}

interface SystemdHost extends AnyHost {
  /** Further services on the same host. */
  readonly services?: readonly Service[]
}

export type HostSpec =
  | (SystemdHost & { readonly kind: Service | 'plain' })
  /** Binaries in /usr/local/bin, flags in ExecStart of a unit in /etc/systemd/system, no environment file, no package. */
  | (SystemdHost & { readonly kind: 'upstream-prometheus'; readonly flags?: readonly string[] })
  /** No unit at all: a command started by hand as user prometheus, as guide 004 has it, writing to a log file. */
  | (SystemdHost & { readonly kind: 'bare-prometheus'; readonly command?: string; readonly logFile?: string })
  /** InfluxDB 2.x as guide 003 starts it: a command in the background as user influxdb, writing to a log file. */
  | (SystemdHost & { readonly kind: 'bare-influxdb2'; readonly command?: string; readonly logFile?: string })
  /** BusyBox for every tool, dropbear, openssl; no init, no sudo, log in as root. */
  | (AnyHost & { readonly kind: 'busybox' })

export type HostKind = HostSpec['kind']

export interface FleetSpec {
  readonly hosts: readonly HostSpec[]
}

interface ServiceFacts {
  readonly unit: string
  /** Undefined for a service that listens nowhere: its unit being up has to do. */
  readonly http?: {
    readonly port: number
    /** Answers 2xx over plain HTTP as soon as the service serves. */
    readonly readyPath: string
  }
  /** Its program is not Debian's. */
  readonly built?: BuiltName
}

// Ports and paths as in the TLS reference, sections 1 and 3.2; seen on Debian 12.
export const services = {
  prometheus: { unit: 'prometheus.service', http: { port: 9090, readyPath: '/-/ready' } },
  node: { unit: 'prometheus-node-exporter.service', http: { port: 9100, readyPath: '/metrics' } },
  influxdb: { unit: 'influxdb.service', http: { port: 8086, readyPath: '/ping' } },
  influxdb2: { unit: 'influxdb.service', http: { port: 8086, readyPath: '/ready' }, built: 'influxdb2' },
  telegraf: { unit: 'telegraf.service', built: 'telegraf' },
} as const satisfies Readonly<Record<Service, ServiceFacts>>

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

export const bareInfluxdb2 = {
  binary: '/usr/local/bin/influxd',
  logFile: '/var/log/influxdb.log',
  // The guide's command knows no paths; influxd then keeps its data below the home of its user.
  command: '/usr/local/bin/influxd',
} as const

/** The services that this host runs by their own units. */
export function unitServices(spec: HostSpec): readonly Service[] {
  if (spec.kind === 'busybox') return []
  const own: readonly Service[] = isService(spec.kind) ? [spec.kind] : []
  return [...new Set([...own, ...(spec.services ?? [])])]
}

/** What must answer over plain HTTP before the host counts as up. */
export function readyUrls(spec: HostSpec): readonly string[] {
  return answering(spec).map(({ port, readyPath }) => `http://127.0.0.1:${port}${readyPath}`)
}

export function publishedPorts(spec: HostSpec): readonly number[] {
  return [...new Set([22, ...answering(spec).map(({ port }) => port), ...(spec.ports ?? [])])]
}

/** The built programs that the host needs. */
export function builtPrograms(spec: HostSpec): readonly BuiltName[] {
  const own: readonly BuiltName[] = spec.kind === 'bare-influxdb2' ? ['influxdb2'] : []
  const facts: readonly ServiceFacts[] = unitServices(spec).map((service) => services[service])
  return [...new Set([...own, ...facts.flatMap(({ built }) => (built === undefined ? [] : [built]))])]
}

function answering(spec: HostSpec): readonly NonNullable<ServiceFacts['http']>[] {
  const byHand: readonly Service[] =
    spec.kind === 'upstream-prometheus' || spec.kind === 'bare-prometheus'
      ? ['prometheus']
      : spec.kind === 'bare-influxdb2'
        ? ['influxdb2']
        : []
  const facts: readonly ServiceFacts[] = [...new Set([...byHand, ...unitServices(spec)])].map((service) => services[service])
  return facts.flatMap(({ http }) => (http === undefined ? [] : [http]))
}

function isService(kind: HostKind): kind is Service {
  return kind in services
}
