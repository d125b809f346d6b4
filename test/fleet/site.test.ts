import { cp } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { barePrometheus, changes, type Fleet, startFleet } from './lab/index.ts'
import { makeAuthority } from './support/authority.ts'
import { changed, plannedChanges, tlsplayJson, type Told } from './support/program.ts'
import { until } from './support/until.ts'

const hosts = [
  { kind: 'prometheus', name: 'prom1' },
  { kind: 'prometheus', name: 'prom2' },
  { kind: 'upstream-prometheus', name: 'prom3' },
  { kind: 'bare-prometheus', name: 'prom4' },
  { kind: 'node', name: 'node1' },
  { kind: 'influxdb', name: 'influx1' },
] as const
const listeners = hosts.map(({ name, kind }) => ({ name, port: kind === 'node' ? 9100 : kind === 'influxdb' ? 8086 : 9090 }))

let fleet: Fleet
let site: string
let inventory: string
let env: Readonly<Record<string, string>>
let planned: Told
let first: Told

/** Inode and ctime of everything the run manages: a file that was written again has others. */
async function identities(): Promise<string> {
  const paths = '/etc/prometheus /etc/influxdb /etc/default /etc/systemd/system'
  const seen = await Promise.all(
    fleet.hosts.map(async (host) => `${host.name}\n${(await host.exec(`find ${paths} -printf '%p %i %C@\\n' 2>/dev/null | sort`)).stdout}`),
  )
  return seen.join('\n')
}

beforeAll(async () => {
  fleet = await startFleet({ hosts })
  const here = fileURLToPath(new URL('playbooks', import.meta.url))
  await cp(here, fleet.folder, { recursive: true })
  site = join(fleet.folder, 'site.yml')
  inventory = await fleet.inventory({
    extraVarsPerHost: Object.fromEntries(
      listeners.map(({ name, port }) => [
        name,
        {
          published: fleet.host(name).port(port),
          bare_command: barePrometheus.command,
          bare_log: barePrometheus.logFile,
          scrape_targets: listeners.map((listener) => `${listener.name}:${listener.port}`),
        },
      ]),
    ),
  })
  env = { TLSPLAY_CA_PASSPHRASE_FILE: await makeAuthority(inventory, fleet.folder) }

  const before = await Promise.all(fleet.hosts.map((host) => host.snapshot()))
  planned = await tlsplayJson(['plan', site, '-i', inventory], { env })
  const after = await Promise.all(fleet.hosts.map((host) => host.snapshot()))
  touched = before.flatMap((snapshot, at) =>
    changes(snapshot, after[at] ?? new Map()).map((change) => `${fleet.hosts[at]?.name} ${change}`),
  )
  first = await tlsplayJson(['run', site, '-i', inventory], { env })
})
let touched: readonly string[]
afterAll(() => fleet?.stop())

describe('the plan on the untouched hosts', () => {
  test('refuses nothing and reaches every host', () => {
    expect(planned.code).toBe(0)
    expect(planned.report.problems).toEqual([])
    expect(planned.plan.summary.hostsChanging).toBe(hosts.length)
  })

  test('changes nothing but what a login changes by itself', () => {
    // What `ssh HOST 'sudo -n true'` alone changes is asserted in lab.test.ts.
    const byLogin =
      /^\S+ ~ (?:\/run(?:\/\S*)?|\/run\/motd\.dynamic|\/var\/log\/(?:journal\/\S+|lastlog|wtmp)|\/var\/lib\/(?:systemd|private)\/\S*)(?::|$)/
    expect(touched.filter((line) => !byLogin.test(line) && !/ [+-] \/(?:run|var\/log\/journal)\//.test(line))).toEqual([])
  })

  test('says what the run then did, task by task', () => {
    expect(changed(first)).toEqual(plannedChanges(planned))
  })
})

describe('the run', () => {
  test('turns TLS on everywhere and converges', () => {
    expect(first.report.problems).toEqual([])
    expect(first.code).toBe(0)
    expect(first.report.recap.map(({ host, failed, converged }) => ({ host, failed, converged }))).toEqual(
      hosts.map(({ name }) => ({ host: name, failed: 0, converged: true })),
    )
  })

  test('a second one changes nothing, writes nothing, and costs one connection and at most two exchanges', async () => {
    const before = await identities()
    const second = await tlsplayJson(['run', site, '-i', inventory], { env })
    expect(changed(second)).toEqual([])
    expect(second.code).toBe(0)
    expect(await identities()).toBe(before)
    for (const { connections, channels, exchanges } of second.report.stats) {
      expect({ connections, channels }).toEqual({ connections: 1, channels: 1 })
      expect(exchanges).toBeLessThanOrEqual(2)
    }
  })

  test('no key byte crossed the wire: the private keys are nowhere in what the program printed or kept', async () => {
    const key = (await fleet.host('prom1').exec('cat /etc/prometheus/tls/server.key')).stdout.split('\n')[1] ?? ''
    expect(key.length).toBeGreaterThan(20)
    expect(JSON.stringify([first, planned])).not.toContain(key)
  })
})

describe('foreign clients agree, none with verification off', () => {
  beforeAll(async () => {
    const ca = join(dirname(inventory), 'ca', 'default', 'ca.crt')
    const pem = await import('node:fs/promises').then((fs) => fs.readFile(ca, 'utf8'))
    await Promise.all(fleet.hosts.map((host) => host.exec('cat >/tmp/ca.crt', { stdin: pem })))
  })

  test.each(listeners)('curl and openssl reach $name:$port by name', async ({ name, port }) => {
    const other = fleet.host('prom2')
    const curl = await other.exec(
      `curl -sS -o /dev/null -w '%{http_code}' --cacert /tmp/ca.crt https://${name}:${port}/${port === 8086 ? 'ping' : 'metrics'}`,
    )
    expect(curl).toMatchObject({ code: 0, stdout: port === 8086 ? '204' : '200' })
    const openssl = await other.exec(
      `openssl s_client -connect ${name}:${port} -CAfile /tmp/ca.crt -verify_return_error -verify_hostname ${name} </dev/null`,
    )
    expect(openssl.code).toBe(0)
    expect(openssl.stdout).toContain('Verify return code: 0 (ok)')
    const stranger = await other.exec(
      `openssl s_client -connect ${name}:${port} -CAfile /tmp/ca.crt -verify_return_error -verify_hostname other.test </dev/null`,
    )
    expect(stranger.code).not.toBe(0)
  })

  test.each(listeners)('plain HTTP gets no page from $name:$port', async ({ name, port }) => {
    const { stdout } = await fleet.host('prom2').exec(`curl -s -o /dev/null -w '%{http_code}' http://${name}:${port}/metrics`)
    expect(stdout).toBe('400')
  })

  test('promtool accepts the web config as the user of the service', async () => {
    const { code, stderr } = await fleet.host('prom1').exec('runuser -u prometheus -- promtool check web-config /etc/prometheus/web.yml')
    expect({ code, stderr: stderr.trim() }).toEqual({ code: 0, stderr: '/etc/prometheus/web.yml SUCCESS' })
  })

  // A database of our own: InfluxDB makes its _internal one some seconds after a start, so that one proves nothing at once.
  test('the influx client works over TLS', async () => {
    const influx = (statement: string) =>
      fleet.host('influx1').exec(`SSL_CERT_FILE=/tmp/ca.crt influx -ssl -host influx1 -execute '${statement}'`)
    expect((await influx('CREATE DATABASE over_tls')).code).toBe(0)
    const { code, stdout } = await influx('SHOW DATABASES')
    expect(code).toBe(0)
    expect(stdout).toContain('over_tls')
  })

  test('Prometheus scrapes every one of them over TLS: a Go client, which refuses a certificate without names', async () => {
    let seen = ''
    const up = await until(
      () => `every target is up: ${seen}`,
      async () => {
        const { stdout } = await fleet
          .host('prom2')
          .exec(`curl -s --cacert /tmp/ca.crt 'https://prom1:9090/api/v1/query?query=up%7Bjob=%22fleet%22%7D'`)
        const answer = JSON.parse(stdout) as { data: { result: { metric: { instance: string }; value: [number, string] }[] } }
        const found = answer.data.result.filter(({ value }) => value[1] === '1').map(({ metric }) => metric.instance)
        seen = stdout
        return found.length === listeners.length ? found.toSorted() : undefined
      },
    )
    expect(up).toEqual(listeners.map(({ name, port }) => `${name}:${port}`).toSorted())
  })

  test('alert links are https', async () => {
    const { stdout } = await fleet.host('prom1').exec('curl -s --cacert /tmp/ca.crt https://prom1:9090/api/v1/status/flags')
    expect(stdout).toContain('"web.external-url":"https://prom1:9090/"')
  })
})
