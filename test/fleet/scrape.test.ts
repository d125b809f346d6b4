import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Fleet, startFleet } from './lab/index.ts'
import { changed, tlsplayJson, type Told } from './support/program.ts'
import { until } from './support/until.ts'

let fleet: Fleet
let site: string
let inventory: string
let first: Told

beforeAll(async () => {
  fleet = await startFleet({ hosts: [{ kind: 'prometheus', name: 'p1' }] })
  await cp(fileURLToPath(new URL('playbooks', import.meta.url)), fleet.folder, { recursive: true })
  site = join(fleet.folder, 'scrape.yml')
  inventory = await fleet.inventory({ extraVarsPerHost: { p1: { published: fleet.host('p1').port(9090) } } })
  first = await tlsplayJson(['run', site, '-i', inventory])
})
afterAll(() => fleet?.stop())

test('the run converges, and a second one changes nothing', async () => {
  expect(first.report.problems).toEqual([])
  expect(first.code).toBe(0)
  expect(changed(await tlsplayJson(['run', site, '-i', inventory]))).toEqual([])
})

test('only the chosen job was edited', async () => {
  const { stdout } = await fleet.host('p1').exec('cat /etc/prometheus/prometheus.yml')
  expect(stdout.match(/scheme: https/g)).toHaveLength(1)
  expect(stdout.match(/ca_file: \/etc\/ssl\/prometheus.crt/g)).toHaveLength(1)
})

test('Prometheus scrapes itself over verified TLS', async () => {
  const seen = await until(
    () => 'the target is up over https',
    async () => {
      const { stdout } = await fleet.host('p1').exec('curl -s --cacert /etc/ssl/prometheus.crt https://p1:9090/api/v1/targets')
      return /"scrapeUrl":"https:\/\/localhost:9090\/metrics"[^}]*"health":"up"/.test(stdout.replace(/"lastError":""/g, ''))
        ? stdout
        : undefined
    },
    40_000,
  )
  expect(seen).toContain('https')
})
