import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Fleet, startFleet } from './lab/index.ts'
import { makeAuthority } from './support/authority.ts'
import { changed, tlsplayJson } from './support/program.ts'
import { prepared } from './support/snapshots.ts'
import { until } from './support/until.ts'

// A node exporter that demands client certificates, and the Prometheus beside it that has to show one.
let fleet: Fleet
let inventory: string

const at = (path: string) => join(fleet.folder, path)
const run = () => tlsplayJson(['run', at('site.yml'), '-i', inventory, '--ca-passphrase-file', at('passphrase')])
const api = (path: string) => prepared(fleet.host('p1'), `curl -sS http://localhost:9090/api/v1/${path}`)

beforeAll(async () => {
  fleet = await startFleet({
    hosts: [
      {
        kind: 'prometheus',
        name: 'p1',
        services: ['node'],
        ports: [9100],
        prepare: `printf 'remote_write:\\n  - url: http://localhost:9999/write # ours\\nremote_read:\\n  - url: http://localhost:9999/read\\n' >> /etc/prometheus/prometheus.yml`,
      },
    ],
  })
  inventory = await fleet.inventory({ extraVarsPerHost: {} })
  await makeAuthority(inventory, fleet.folder)
  writeFileSync(
    at('site.yml'),
    `- hosts: p1
  become: true
  roles:
    - { role: certificate, inputs: { tls_dir: /etc/prometheus/client, names: [prometheus.lab.test], issuer: ca, usage: client, owner: prometheus } }
    - role: prometheus_tls
      inputs:
        service: prometheus-node-exporter
        product: node_exporter
        port: 9100
        names: [p1, localhost]
        issuer: ca
        controller_address: 127.0.0.1:${fleet.host('p1').port(9100)}
        client_auth_type: RequireAndVerifyClientCert
        client_ca_source: ca/default/ca.crt
    - role: prometheus_scrape_tls
      inputs:
        jobs: [node]
        alertmanagers: [0]
        remote_write: ['https://localhost:9999/write']
        remote_read: ['https://localhost:9999/read']
        ca_source: ca/default/ca.crt
        cert_file: /etc/prometheus/client/server.crt
        key_file: /etc/prometheus/client/server.key
`,
  )
})
afterAll(() => fleet?.stop())

test('Prometheus scrapes a target that lets in nobody without a certificate', async () => {
  const first = await run()
  expect({ code: first.code, problems: first.report.problems }).toEqual({ code: 0, problems: [] })
  expect(await prepared(fleet.host('p1'), 'curl -s -k https://localhost:9100/metrics || echo turned away')).toBe('turned away\n')
  const seen = await until(
    () => 'the target is up over https',
    async () => {
      const targets = await api('targets')
      return /"scrapeUrl":"https:\/\/localhost:9100\/metrics"[^}]*"health":"up"/.test(targets.replaceAll('"lastError":""', ''))
        ? targets
        : undefined
    },
  )
  expect(seen).toContain('https')
})

test('it runs with what was set for alertmanagers, remote write and remote read, and a second run changes nothing', async () => {
  const { data } = JSON.parse(await api('status/config')) as { readonly data: { readonly yaml: string } }
  expect(data.yaml).toContain('url: https://localhost:9999/write')
  expect(data.yaml).toContain('url: https://localhost:9999/read')
  expect(data.yaml.match(/cert_file: \/etc\/prometheus\/client\/server.crt/g)).toHaveLength(4)
  expect(JSON.parse(await api('alertmanagers'))).toMatchObject({
    data: { activeAlertmanagers: [{ url: 'https://localhost:9093/api/v2/alerts' }] },
  })
  const second = await run()
  expect({ code: second.code, changed: changed(second) }).toEqual({ code: 0, changed: [] })
})
