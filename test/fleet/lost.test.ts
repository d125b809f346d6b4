import { type ChildProcess, spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Fleet, type LabHost, startFleet } from './lab/index.ts'
import { tlsplayJson } from './support/program.ts'
import { prepared } from './support/snapshots.ts'
import { until } from './support/until.ts'

/** A controller that is killed in the middle of a run, on three products at once. More of them: TLSPLAY_KILLS=100. */
const kills = Number(process.env['TLSPLAY_KILLS'] ?? 6)
const watchdogSeconds = 5

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

interface Place {
  readonly host: LabHost
  readonly port: number
  readonly certificate: string
  readonly key: string
}

let fleet: Fleet
let site: string
let inventory: string
let places: readonly Place[]

const words = (round: number) => [
  ...['run', site, '-i', inventory, '--watchdog', String(watchdogSeconds)],
  ...['-e', JSON.stringify({ round })],
]

beforeAll(async () => {
  fleet = await startFleet({
    hosts: [
      { kind: 'prometheus', name: 'h1' },
      { kind: 'node', name: 'n1' },
      { kind: 'influxdb', name: 'i1' },
    ],
  })
  site = join(fleet.folder, 'lost.yml')
  await writeFile(site, playbook)
  const vars = (name: string, port: number) => ({
    published: fleet.host(name).port(port),
    wanted: ['{{ inventory_hostname }}', 'localhost', 'round{{ round }}.lab.test'],
  })
  inventory = await fleet.inventory({ extraVarsPerHost: { h1: vars('h1', 9090), n1: vars('n1', 9100), i1: vars('i1', 8086) } })
  const first = await tlsplayJson(words(0))
  expect(first.report.problems).toEqual([])
  places = await Promise.all(
    (
      [
        ['h1', 9090],
        ['n1', 9100],
        ['i1', 8086],
      ] as const
    ).map(async ([name, port]) => {
      const host = fleet.host(name)
      const found = await prepared(
        host,
        `ls /etc/prometheus/tls/server.crt /etc/influxdb/tls/server.crt /etc/ssl/influxdb-selfsigned.crt 2>/dev/null | head -n 1`,
      )
      const certificate = found.trim()
      return { host, port, certificate, key: certificate.replace(/\.crt$/, '.key') }
    }),
  )
})
afterAll(() => fleet?.stop())

/** What is on the host: which round its certificate is of, whether the key belongs to it, and what is served. */
async function look({ host, port, certificate, key }: Place) {
  const told = await prepared(
    host,
    `openssl x509 -in ${certificate} -noout -ext subjectAltName | grep -o 'round[0-9]*'
[ "$(openssl x509 -in ${certificate} -noout -pubkey)" = "$(openssl pkey -in ${key} -pubout)" ] && echo pair || echo torn
echo | openssl s_client -connect 127.0.0.1:${port} 2>/dev/null | openssl x509 -noout -ext subjectAltName 2>/dev/null | grep -o 'round[0-9]*' || echo nothing
ls -A /var/lib/tlsplay | grep -c -e open -e undoing
find / -xdev -name '.tlsplay.*' -not -path '/var/lib/tlsplay/*' | wc -l
tail -n 1 /var/lib/tlsplay/log`,
  )
  const [file = '', pair = '', served = '', open = '', debris = '', log = ''] = told.split('\n')
  return { file, pair, served, open, debris, log: log.split(' ')[0] ?? '' }
}

/** How long an undisturbed round takes, to strike everywhere in it. */
async function undisturbed(): Promise<number> {
  const began = Date.now()
  expect((await tlsplayJson(words(1))).report.problems).toEqual([])
  return Date.now() - began
}

function start(round: number): ChildProcess {
  const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
  return spawn(process.execPath, [main, ...words(round)], { stdio: 'ignore', env: { PATH: process.env['PATH'], HOME: '/nonexistent' } })
}

test(`a controller killed at ${kills} moments of a run leaves every host as it was, or done`, async () => {
  const whole = await undisturbed()
  let before = 1
  const outcomes: Record<string, number> = {}
  const slow: string[] = []
  for (let kill = 0; kill < kills; kill += 1) {
    const round = kill + 2
    const child = start(round)
    const ended = new Promise((resolve) => child.once('exit', resolve))
    // The first quarter is spent on start-up and questions.
    await new Promise((resolve) => setTimeout(resolve, whole * (0.25 + (0.8 * (kill + 0.5)) / kills)))
    child.kill('SIGKILL')
    await ended
    const struck = Date.now()
    const seen = await Promise.all(
      places.map(async (place) =>
        until(
          () => `${place.host.name} is at rest after kill ${kill}`,
          async () => {
            const found = await look(place)
            const quiet = found.open === '0' && found.debris === '0' && found.served === found.file
            return quiet ? { ...found, after: Date.now() - struck } : undefined
          },
          60_000,
        ),
      ),
    )
    for (const [at, { file, pair, served, log, after }] of seen.entries()) {
      const host = places[at]?.host.name ?? ''
      expect({ host, kill, pair, served, known: [`round${before}`, `round${round}`].includes(file) }).toEqual({
        host,
        kill,
        pair: 'pair',
        served: file,
        known: true,
      })
      const outcome = file === `round${round}` ? 'new' : 'old'
      outcomes[`${outcome}, ${log}`] = (outcomes[`${outcome}, ${log}`] ?? 0) + 1
      // Its time, two seconds, the program that was at work, and the restarts of going back.
      if (after > (watchdogSeconds + 2) * 1000 + whole) slow.push(`${host} kill ${kill}: ${after} ms`)
    }
    // The same command again finishes the job, whatever was left, and a third run has nothing to do.
    const again = await tlsplayJson(words(round))
    expect({ kill, problems: again.report.problems }).toEqual({ kill, problems: [] })
    const third = await tlsplayJson(words(round))
    expect(third.report.recap.map(({ changed }) => changed)).toEqual([0, 0, 0])
    before = round
  }
  console.info(`kills ${kills} x 3 hosts: ${JSON.stringify(outcomes)}; whole run ${whole} ms`)
  expect(slow).toEqual([])
}, 3_600_000)
