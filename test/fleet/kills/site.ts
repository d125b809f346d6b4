import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Fleet, type LabHost, startFleet } from '../lab/index.ts'
import { Watcher } from './watcher.ts'

/** The watchdog of the runs that are killed. */
export const watchdogSeconds = 5

/** One service on one host, with what of it is looked at. */
export interface Place {
  readonly host: LabHost
  readonly port: number
  readonly certificate: string
  readonly key: string
  readonly watcher: Watcher
}

export interface KillSite {
  readonly fleet: Fleet
  readonly playbook: string
  readonly inventory: string
  readonly places: readonly Place[]
  stop(): Promise<void>
}

const tls = (folder: string) => ({ certificate: `${folder}/server.crt`, key: `${folder}/server.key` })
const services = [
  { kind: 'prometheus', unit: 'prometheus', port: 9090, ...tls('/etc/prometheus/tls') },
  { kind: 'node', unit: 'prometheus-node-exporter', port: 9100, ...tls('/etc/prometheus/tls') },
  { kind: 'influxdb', unit: 'influxdb', port: 8086, ...tls('/etc/influxdb/tls') },
] as const

/**
 * Every round is a new certificate. Prometheus and its exporters take that over without a restart, so a run that is to be struck
 * restarts them behind it; one that is to go back fails at its very end.
 */
const playbook = `
- hosts: prometheus
  become: true
  roles: [{ role: prometheus_tls, inputs: { names: "{{ wanted }}", controller_address: "127.0.0.1:{{ published }}" } }]
- hosts: node
  become: true
  roles:
    - role: prometheus_tls
      inputs: { service: prometheus-node-exporter, product: node_exporter, port: 9100, names: "{{ wanted }}", controller_address: "127.0.0.1:{{ published }}" }
- hosts: influxdb
  become: true
  roles: [{ role: influxdb1_tls, inputs: { names: "{{ wanted }}", controller_address: "127.0.0.1:{{ published }}" } }]
`
const behind = `
  tasks:
    - name: again
      when: struck && unit != 'influxdb'
      service: { name: "{{ unit }}", state: restarted }
    - name: it answers
      when: struck
      wait_for: { port: "{{ port }}", timeout: 30 }
    - name: no way on
      when: fails
      command: { argv: ["false"] }
`

/** So many hosts with each service: most of a kill is waiting for its guard. */
export async function startKillSite(each: number): Promise<KillSite> {
  const wanted = services.flatMap((service) =>
    Array.from({ length: each }, (_, index) => ({ ...service, name: `${service.kind}-${index + 1}` })),
  )
  const fleet = await startFleet({ hosts: wanted.map(({ name, kind }) => ({ name, kind })) })
  const site = join(fleet.folder, 'kills.yml')
  const plays = playbook.trim().split(/^(?=- hosts)/m)
  await writeFile(site, plays.map((play) => `${play.trimEnd()}${behind}`).join(''))
  const inventory = await fleet.inventory({
    extraVarsPerHost: Object.fromEntries(
      wanted.map(({ name, unit, port }) => [
        name,
        {
          ...{ unit, port, published: fleet.host(name).port(port) },
          wanted: ['{{ inventory_hostname }}', 'localhost', 'round{{ round }}.lab.test'],
        },
      ]),
    ),
  })
  const places = wanted.map(({ name, port, certificate, key }) => {
    const host = fleet.host(name)
    return { host, port, certificate, key, watcher: new Watcher(host) }
  })
  return {
    ...{ fleet, playbook: site, inventory, places },
    async stop() {
      for (const { watcher } of places) watcher.close()
      await fleet.stop()
    },
  }
}

export function words({ playbook, inventory }: KillSite, place: Place, round: number, given: { struck: boolean; fails: boolean }) {
  return [
    ...['run', playbook, '-i', inventory, '--limit', place.host.name, '--watchdog', String(watchdogSeconds)],
    ...['-e', JSON.stringify({ round, ...given })],
  ]
}
