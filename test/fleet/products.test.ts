import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bareInfluxdb2, type Fleet, startFleet } from './lab/index.ts'
import { changed, tlsplayJson, type Told } from './support/program.ts'
import { prepared } from './support/snapshots.ts'
import { until } from './support/until.ts'

const token = 'lab-token-of-no-worth'

/** Written over plain HTTP before the run, as a fleet that was never encrypted has it. Two outputs: the first is not ours. */
const telegrafConf = `# by hand
[agent]
  interval = "1s"
  flush_interval = "1s"

[[inputs.internal]]

[[outputs.influxdb_v2]]
  urls = ["http://127.0.0.1:9999"] # elsewhere
  token = "other"
  organization = "o"
  bucket = "b"

[[outputs.influxdb_v2]]
  urls = ["http://127.0.0.1:8086"]
  token = "${token}"
  organization = "lab"
  bucket = "metrics"
`

let fleet: Fleet
let site: string
let inventory: string
let first: Told

beforeAll(async () => {
  fleet = await startFleet({
    hosts: [
      { kind: 'influxdb2', name: 'i2', services: ['telegraf'] },
      { kind: 'bare-influxdb2', name: 'b2' },
    ],
  })
  await prepared(
    fleet.host('i2'),
    `curl -fsS -d '{"username":"lab","password":"lab-password","org":"lab","bucket":"metrics","token":"${token}"}' http://127.0.0.1:8086/api/v2/setup`,
  )
  await fleet.host('i2').exec('cat > /etc/telegraf/telegraf.conf && systemctl restart telegraf', { stdin: telegrafConf })
  await cp(fileURLToPath(new URL('playbooks', import.meta.url)), fleet.folder, { recursive: true })
  site = join(fleet.folder, 'products.yml')
  inventory = await fleet.inventory({
    extraVarsPerHost: {
      i2: { published: fleet.host('i2').port(8086) },
      b2: { published: fleet.host('b2').port(8086), bare_command: bareInfluxdb2.command },
    },
  })
  first = await tlsplayJson(['run', site, '-i', inventory])
})
afterAll(() => fleet?.stop())

test('one run turns TLS on under a unit and for a process, flips Telegraf, and converges', () => {
  expect(first.report.problems).toEqual([])
  expect(first.code).toBe(0)
  expect(first.report.recap.map(({ host, failed, converged }) => ({ host, failed, converged }))).toEqual([
    { host: 'i2', failed: 0, converged: true },
    { host: 'b2', failed: 0, converged: true },
  ])
})

test('a second run changes nothing', async () => {
  const second = await tlsplayJson(['run', site, '-i', inventory])
  expect(changed(second)).toEqual([])
  expect(second.code).toBe(0)
})

test('only the output with our URL was edited, every other line stayed', async () => {
  const { stdout } = await fleet.host('i2').exec('cat /etc/telegraf/telegraf.conf')
  expect(stdout).toBe(
    `${telegrafConf.replace('http://127.0.0.1:8086', 'https://127.0.0.1:8086')}  tls_ca = "/etc/ssl/influxdb-selfsigned.crt"\n  insecure_skip_verify = false\n`,
  )
})

test('Telegraf writes over verified TLS: a point newer than the flip is queried back over TLS', async () => {
  const now = Number((await fleet.host('i2').exec('date +%s')).stdout)
  const query = `from(bucket:"metrics") |> range(start: ${now}) |> limit(n: 1)`
  const found = await until(
    () => 'a point written after the run',
    async () => {
      const { stdout } = await fleet
        .host('i2')
        .exec(
          `curl -sS --cacert /etc/ssl/influxdb-selfsigned.crt -H 'Authorization: Token ${token}' -H 'Content-Type: application/vnd.flux' --data-binary @- 'https://i2:8086/api/v2/query?org=lab'`,
          { stdin: query },
        )
      return stdout.includes('internal_') ? stdout : undefined
    },
  )
  expect(found).toContain('_measurement')
})

describe('where guide 003 is followed, and where not', () => {
  const curl = (words: string) => fleet.host('i2').exec(`curl -sS -o /dev/null -w '%{http_code}' ${words}`)

  test('its openssl s_client line reaches the server; with verification asked for it succeeds too', async () => {
    const { code } = await fleet
      .host('i2')
      .exec(
        'openssl s_client -connect localhost:8086 -CAfile /etc/ssl/influxdb-selfsigned.crt -verify_return_error -verify_hostname localhost </dev/null',
      )
    expect(code).toBe(0)
  })

  test('its probe /api/v2/ping is no route of 2.x: 401, while /ping and /health answer', async () => {
    expect((await curl('--insecure https://localhost:8086/api/v2/ping')).stdout).toBe('401')
    expect((await curl('--cacert /etc/ssl/influxdb-selfsigned.crt https://localhost:8086/ping')).stdout).toBe('204')
    expect((await curl('--cacert /etc/ssl/influxdb-selfsigned.crt https://localhost:8086/health')).stdout).toBe('200')
  })

  test('its comparison by modulus sees a mismatch in every EC pair; the public keys are equal', async () => {
    const crt = '/etc/ssl/influxdb-selfsigned.crt'
    const key = '/etc/influxdb/tls/server.key'
    const host = fleet.host('i2')
    const modulus = await host.exec(
      `[ "$(openssl x509 -noout -modulus -in ${crt} | openssl md5)" = "$(openssl rsa -noout -modulus -in ${key} 2>/dev/null | openssl md5)" ]`,
    )
    expect(modulus.code).not.toBe(0)
    const spki = await host.exec(`[ "$(openssl x509 -noout -pubkey -in ${crt})" = "$(openssl pkey -pubout -in ${key})" ]`)
    expect(spki.code).toBe(0)
  })

  test('with one of the two flags only, influxd serves plain HTTP: why the role always sets both', async () => {
    const { stdout } = await fleet.host('b2').exec(
      `cd /tmp && runuser -u influxdb -- sh -c 'influxd --tls-cert=/etc/influxdb/tls/server.crt --http-bind-address=127.0.0.1:18086 --bolt-path=/var/lib/influxdb/one.bolt --engine-path=/var/lib/influxdb/one --sqlite-path=/var/lib/influxdb/one.sqlite > /var/lib/influxdb/one.log 2>&1 & echo $! > /var/lib/influxdb/one.pid'
until curl -fsS -o /dev/null http://127.0.0.1:18086/health 2>/dev/null || ! kill -0 "$(cat /var/lib/influxdb/one.pid)" 2>/dev/null; do sleep 0.1; done
kill "$(cat /var/lib/influxdb/one.pid)"; cat /var/lib/influxdb/one.log`,
    )
    expect(stdout).toContain('TLS requires specifying both cert and key, falling back to HTTP')
    expect(stdout).toContain('transport=http ')
  })
})
