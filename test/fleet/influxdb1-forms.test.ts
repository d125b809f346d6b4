import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Fleet, startFleet } from './lab/index.ts'
import { changed, tlsplayJson } from './support/program.ts'
import { prepared } from './support/snapshots.ts'

// InfluxDB 1.6.7 with certificate and key in one file, chosen suites, and a listener of OpenTSDB. Who judges is curl.
let fleet: Fleet
let inventory: string
let site: string

beforeAll(async () => {
  fleet = await startFleet({
    hosts: [
      {
        kind: 'influxdb',
        name: 'h1',
        prepare: `sed -i '/^\\[\\[opentsdb\\]\\]/a\\  enabled = true\\n  bind-address = ":4242"' /etc/influxdb/influxdb.conf`,
      },
    ],
  })
  inventory = await fleet.inventory({})
  site = join(fleet.folder, 'site.yml')
  writeFileSync(
    site,
    `- hosts: h1
  become: true
  roles:
    - role: influxdb1_tls
      inputs:
        names: [h1]
        controller_address: 127.0.0.1:${fleet.host('h1').port(8086)}
        format: bundle
        opentsdb: [":4242"]
        ciphers: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]
`,
  )
})
afterAll(() => fleet?.stop())

/** Status that curl is answered with, `000` when the handshake fails. */
const asked = (words: string) =>
  prepared(fleet.host('h1'), `curl -s -o /dev/null -w '%{http_code}' --cacert /etc/influxdb/tls/server.crt ${words} || :`)

test('one file holds certificate and key, the suites given are the only ones, and OpenTSDB is spoken to over TLS', async () => {
  const first = await tlsplayJson(['run', site, '-i', inventory])
  expect({ code: first.code, problems: first.report.problems }).toEqual({ code: 0, problems: [] })
  expect(await prepared(fleet.host('h1'), "stat -c '%a %U' /etc/influxdb/tls/server.pem")).toBe('400 influxdb\n')
  expect(await asked('https://h1:8086/ping')).toBe('204')
  expect(await asked('--tls-max 1.2 --ciphers ECDHE-ECDSA-AES256-GCM-SHA384 https://h1:8086/ping')).toBe('204')
  expect(await asked('--tls-max 1.2 --ciphers ECDHE-ECDSA-AES128-GCM-SHA256 https://h1:8086/ping')).toBe('000')
  // It knows /api/put only, and answers of the rest that there is no such page.
  expect(await asked('https://h1:4242/')).toBe('404')
  expect(await asked('http://h1:4242/')).not.toBe('404')
})

test('a second run changes nothing', async () => {
  const second = await tlsplayJson(['run', site, '-i', inventory])
  expect({ code: second.code, changed: changed(second) }).toEqual({ code: 0, changed: [] })
})
