import { cp, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Fleet, startFleet } from './lab/index.ts'
import { changed, plannedChanges, tlsplayJson, type Told } from './support/program.ts'
import { changesDuring, prepared } from './support/snapshots.ts'

const found = `mkdir -p /srv/old/deep
echo kept >/srv/kept
echo '# kept' >/etc/hosts.allow`

/** A source of packages in a folder of the host: what there is of a package that does nothing. */
const source = `set -e
rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* /var/lib/apt/lists/*
echo 'deb [trusted=yes] file:/srv/source ./' >/etc/apt/sources.list
mkdir -p /srv/source
cat >/srv/offer <<'END'
set -e
made=$(mktemp -d)
chmod 0755 "$made"
mkdir -p "$made/DEBIAN" "$made/usr/share/lab-errand"
printf 'Package: lab-errand\\nVersion: %s\\nArchitecture: all\\nMaintainer: lab <lab@lab.test>\\nDescription: does nothing\\n' "$1" >"$made/DEBIAN/control"
echo "$1" >"$made/usr/share/lab-errand/version"
cd /srv/source
dpkg-deb --build "$made" "lab-errand_$1_all.deb" >/dev/null
for file in *.deb; do
  dpkg-deb --field "$file"
  printf 'Filename: ./%s\\nSize: %s\\nSHA256: %s\\n\\n' "$file" "$(stat -c %s "$file")" "$(sha256sum "$file" | cut -d ' ' -f 1)"
done >Packages
rm -rf "$made"
apt-get -q update >/dev/null
END
sh /srv/offer 1.0`

let fleet: Fleet
let inventory: string

const on = (mode: 'plan' | 'run', playbook: string, ...more: readonly string[]) =>
  tlsplayJson([mode, join(fleet.folder, playbook), '-i', inventory, ...more])
const values = (vars: Readonly<Record<string, unknown>>) => ['-e', JSON.stringify(vars)]

/** Inode and ctime of everything that the playbooks manage. */
const identities = async (host: string, paths: string) => prepared(fleet.host(host), `find ${paths} -printf '%p %i %C@\\n' | sort`)

function expectQuiet(told: Told, exchanges = 2): void {
  expect({ code: told.code, problems: told.report.problems, changed: changed(told) }).toEqual({ code: 0, problems: [], changed: [] })
  for (const stats of told.report.stats) {
    expect(stats).toMatchObject({ connections: 1, channels: 1 })
    expect(stats.exchanges).toBeLessThanOrEqual(exchanges)
  }
}

beforeAll(async () => {
  fleet = await startFleet({
    hosts: [
      { kind: 'prometheus', name: 'h1', ports: [9100], prepare: found },
      { kind: 'prometheus', name: 'h3' },
      { kind: 'influxdb', name: 'i1' },
    ],
  })
  await cp(fileURLToPath(new URL('playbooks', import.meta.url)), fleet.folder, { recursive: true })
  const published = (name: string, port: number) => ({ published: fleet.host(name).port(port) })
  inventory = await fleet.inventory({
    extraVarsPerHost: {
      h1: {
        ...published('h1', 9090),
        published_node: fleet.host('h1').port(9100),
        tried: '',
        settings: 'global: { scrape_interval: 5s }\n',
      },
      h3: { ...published('h3', 9090), tried: '', settings: 'scrape_configs: nonsense\n' },
      i1: published('i1', 8086),
    },
  })
})
afterAll(() => fleet?.stop())

describe('every task type of the predicted, overlay and asked groups', () => {
  const paths =
    '/srv /etc/node-exporter /etc/node-exporter.yml /etc/hosts.allow /etc/default /etc/influxdb /etc/prometheus /etc/systemd/system'
  let planned: Told

  test('neither plan nor run --check touches the host', async () => {
    const looked = async () => {
      planned = await on('plan', 'tasks.yml')
      const checked = await on('run', 'tasks.yml', '--check', '--diff')
      return { planned, checked }
    }
    const { told, touched } = await changesDuring(fleet, looked, 'digests')
    expect(touched).toEqual([])
    expect(told.planned.report.problems).toEqual([])
    expect(plannedChanges(told.checked)).toEqual(plannedChanges(told.planned))
    expect(told.planned.plan.summary.changes).toBeGreaterThanOrEqual(18)
  })

  test('what the plan said of the untouched host is what the run does', async () => {
    const first = await on('run', 'tasks.yml')
    expect({ code: first.code, problems: first.report.problems }).toEqual({ code: 0, problems: [] })
    expect(changed(first)).toEqual(plannedChanges(planned))
    expect(first.report.recap).toMatchObject([{ host: 'h1', failed: 0, converged: true }])
  })

  test('a second run changes nothing, writes nothing, and costs at most two exchanges', async () => {
    const before = await identities('h1', paths)
    expectQuiet(await on('run', 'tasks.yml'))
    expect(await identities('h1', paths)).toBe(before)
  })

  test('the accounts are as the plan chose them', async () => {
    const told = await prepared(
      fleet.host('h1'),
      "id runner; getent passwd runner Ann; getent passwd games || echo gone; id -nG prometheus; stat -c '%U:%G' /srv/owned; stat -c %U /srv/runner",
    )
    expect(told).toMatch(
      /^uid=\d{3}\(runner\) gid=\d{3}\(errand\) groups=\d{3}\(errand\),4\(adm\)\nrunner:x:\d{3}:\d{3}:runs, errands:\/srv\/runner:\/bin\/false\nAnn:x:(\d{4,}):\1::\/home\/Ann:\/bin\/sh\ngone\nprometheus errand\nrunner:Ann\nrunner\n$/,
    )
  })

  test('the daemon serves what was made, its unit enabled', async () => {
    const told = await prepared(
      fleet.host('h1'),
      'systemctl is-enabled prometheus-node-exporter; curl -sS -o /dev/null -w %{http_code} --cacert /etc/node-exporter/node.crt https://localhost:9100/metrics',
    )
    expect(told).toBe('enabled\n200')
  })
})

test('a hundred such tasks cost the same exchanges as ten, when they act and when they do not', async () => {
  const numbers = (count: number) => values({ numbers: Array.from({ length: count / 5 }, (_, at) => at) })
  const exchanges = async (count: number) => {
    const first = await on('run', 'many.yml', ...numbers(count))
    expect({ code: first.code, problems: first.report.problems, changed: changed(first).length }).toEqual({
      code: 0,
      problems: [],
      changed: count,
    })
    const second = await on('run', 'many.yml', ...numbers(count))
    expectQuiet(second)
    return [first, second].map(({ report }) => report.stats[0]?.exchanges)
  }
  expect(await exchanges(100)).toEqual(await exchanges(10))
})

describe('the roles', () => {
  const paths = '/etc/prometheus /etc/influxdb /etc/default /etc/ssl /etc/systemd/system'
  const served = (host: string, port: number) =>
    prepared(fleet.host(host), `openssl s_client -connect localhost:${port} </dev/null 2>/dev/null | openssl x509 -noout -fingerprint`)
  const onDisk = (host: string, folder: string) => prepared(fleet.host(host), `openssl x509 -in ${folder}/server.crt -noout -fingerprint`)
  const pid = (host: string, unit: string) => prepared(fleet.host(host), `systemctl show -p MainPID ${unit}`)

  test("--limit 'prometheus:!h3' leaves the rest alone: h3 is not even connected to", async () => {
    const { told, touched } = await changesDuring(fleet, () =>
      on('run', 'roles.yml', '--limit', 'prometheus:!h3', ...values({ cert_days: 31 })),
    )
    expect({ code: told.code, problems: told.report.problems }).toEqual({ code: 0, problems: [] })
    expect(told.report.recap.map(({ host }) => host)).toEqual(['h1'])
    expect(told.report.stats.map(({ host }) => host)).toEqual(['h1'])
    expect(touched.filter((line) => !line.startsWith('h1 '))).toEqual([])
    expect(touched.some((line) => line.startsWith('h1 + /etc/prometheus/tls'))).toBe(true)
  })

  test('say in the plan what they do, on hosts that have it already and on hosts that do not', async () => {
    const planned = await on('plan', 'roles.yml', ...values({ cert_days: 31 }))
    const first = await on('run', 'roles.yml', ...values({ cert_days: 31 }))
    expect({ code: first.code, problems: first.report.problems }).toEqual({ code: 0, problems: [] })
    expect(changed(first)).toEqual(plannedChanges(planned))
    expect(changed(first).some((line) => line.startsWith('h1 '))).toBe(false)
    const before = await Promise.all(['h1', 'h3', 'i1'].map((host) => identities(host, `$(ls -d ${paths} 2>/dev/null)`)))
    expectQuiet(await on('run', 'roles.yml', ...values({ cert_days: 31 })))
    expect(await Promise.all(['h1', 'h3', 'i1'].map((host) => identities(host, `$(ls -d ${paths} 2>/dev/null)`)))).toEqual(before)
  })

  test('renew what is due: Prometheus takes it over without a restart, InfluxDB 1.6 is restarted', async () => {
    const before = {
      prometheus: await pid('h1', 'prometheus'),
      influxdb: await pid('i1', 'influxdb'),
      served: [await served('h1', 9090), await served('i1', 8086)],
    }
    // Made for 31 days and renewed below 30: a window of 40 finds them due, and their successors of 90 days not.
    const renewed = await on('run', 'roles.yml', ...values({ cert_renew_before: 40 }))
    expect({ code: renewed.code, problems: renewed.report.problems }).toEqual({ code: 0, problems: [] })
    expect(changed(renewed)).toEqual([
      ...['certificate', 'pair that was replaced', 'web config file'].map((label) => `h1 prometheus_tls : ${label}`),
      ...['certificate', 'pair that was replaced', 'web config file'].map((label) => `h3 prometheus_tls : ${label}`),
      'i1 influxdb1_tls : certificate',
      'i1 influxdb1_tls : service',
    ])
    expect(await pid('h1', 'prometheus')).toBe(before.prometheus)
    expect(await pid('i1', 'influxdb')).not.toBe(before.influxdb)
    const after = [await served('h1', 9090), await served('i1', 8086)]
    expect(after).toEqual([await onDisk('h1', '/etc/prometheus/tls'), await onDisk('i1', '/etc/influxdb/tls')])
    expect(after[0]).not.toBe(before.served[0])
    expect(after[1]).not.toBe(before.served[1])
  })
})

describe('order', () => {
  const log = async (host: string) =>
    (await prepared(fleet.host(host), 'cat /srv/order.log 2>/dev/null || :'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(' '))

  test('handlers run once each, in the order of their definition, batch after batch, and not when nothing changed', async () => {
    const first = await on('run', 'order.yml', ...values({ version: 'one' }))
    expect({ code: first.code, problems: first.report.problems }).toEqual({ code: 0, problems: [] })
    const [h1, h3] = [await log('h1'), await log('h3')]
    expect([h1, h3].map((lines) => lines.map(([name]) => name))).toEqual([
      ['first', 'second'],
      ['first', 'second'],
    ])
    // serial: 1, and the hosts share the clock of this machine
    expect(Number(h1.at(-1)?.[1])).toBeLessThan(Number(h3[0]?.[1]))
    expectQuiet(await on('run', 'order.yml', ...values({ version: 'one' })))
    expect(await log('h1')).toEqual(h1)
  })

  test('become_user acts as that user, beside tasks of root', async () => {
    expect(await prepared(fleet.host('h1'), "stat -c '%U:%G' /var/lib/prometheus/mine /srv/order-first")).toBe(
      'prometheus:prometheus\nroot:root\n',
    )
  })

  test('a batch that is lost ends the run: the host of the next one is left as it was, and so is the handler', async () => {
    const before = await identities('h3', '/srv')
    const stopped = await on('run', 'order.yml', ...values({ version: 'two', tried: '/bin/false' }))
    expect(stopped.code).toBe(2)
    expect(stopped.report.recap.map(({ host, failed }) => ({ host, failed }))).toEqual([
      { host: 'h1', failed: 1 },
      { host: 'h3', failed: 0 },
    ])
    expect(await identities('h3', '/srv')).toBe(before)
    expect(await log('h1')).toHaveLength(2)
  })
})

describe('packages', () => {
  const playbook = (state: string) => ['packages.yml', ...values({ state })] as const
  const version = () => prepared(fleet.host('h1'), 'cat /usr/share/lab-errand/version 2>/dev/null || echo none')

  test('the plan names the version and touches nothing; what the package brings is known after apply', async () => {
    await prepared(fleet.host('h1'), source)
    const { told, touched } = await changesDuring(fleet, () => on('plan', ...playbook('present')), 'digests')
    expect(touched).toEqual([])
    expect(told.report.problems).toEqual([])
    expect(told.plan.plays[0]?.hosts[0]?.tasks.map(({ label, outcome }) => `${label}: ${outcome}`)).toEqual([
      'package: change',
      'what it brought: later',
      'settings beside it: later',
      'a home folder: change',
    ])
    expect(told.plan.plays[0]?.hosts[0]?.tasks[0]?.changes).toMatchObject([
      { summary: 'install lab-errand', diffs: [{ fields: [{ name: 'lab-errand', after: '1.0' }] }] },
    ])
  })

  test('the run does what the plan said, and what it could not say then; a second one nothing', async () => {
    const first = await on('run', ...playbook('present'))
    expect({ code: first.code, problems: first.report.problems }).toEqual({ code: 0, problems: [] })
    expect(changed(first)).toEqual(['h1 a home folder', 'h1 package', 'h1 settings beside it'])
    expect(first.report.recap).toMatchObject([{ converged: true }])
    expect(await version()).toBe('1.0\n')
    expectQuiet(await on('run', ...playbook('present')))
  })

  test('a newer one is left alone until it is wanted', async () => {
    await prepared(fleet.host('h1'), 'sh /srv/offer 2.0')
    expectQuiet(await on('run', ...playbook('present')))
    expect(plannedChanges(await on('plan', ...playbook('latest')))).toEqual(['h1 package'])
    expect(changed(await on('run', ...playbook('latest')))).toEqual(['h1 package'])
    expect(await version()).toBe('2.0\n')
    expectQuiet(await on('run', ...playbook('latest')))
  })

  test('one that apt does not know is refused', async () => {
    await prepared(fleet.host('h1'), 'apt-get -q -y remove lab-errand; rm /srv/source/*.deb; : >/srv/source/Packages; apt-get -q update')
    const told = await on('run', ...playbook('present'))
    expect(told.report.problems).toMatchObject([{ code: 'VALUE_INVALID', message: 'package: apt of h1 knows no package lab-errand' }])
    expect(told.code).toBe(1)
  })
})

test('a name is found by the host itself after its entry', async () => {
  // Docker mounts a file of its own there, which no rename can replace.
  await prepared(
    fleet.host('h1'),
    'cp /etc/hosts /srv/hosts; umount /etc/hosts; cp /srv/hosts /etc/hosts; echo 192.0.2.9 example.com >>/etc/hosts',
  )
  const planned = await on('plan', 'hosts.yml')
  const first = await on('run', 'hosts.yml')
  expect({ code: first.code, problems: first.report.problems }).toEqual({ code: 0, problems: [] })
  expect(changed(first)).toEqual(plannedChanges(planned))
  expect(changed(first)).toHaveLength(2)
  expect(await prepared(fleet.host('h1'), 'getent ahostsv4 www.example.com | head -n 1; tail -n 1 /etc/hosts')).toMatch(
    /^127\.0\.0\.1 .*\n192\.0\.2\.9 example\.com\n$/,
  )
  expectQuiet(await on('run', 'hosts.yml'))
})

test('what is brought home is there, is brought once, and only when a run says so', async () => {
  const home = (host: string) => join(fleet.folder, 'fetched', host, 'etc/hostname')
  const planned = await on('plan', 'errands.yml')
  expect({ code: planned.code, problems: planned.report.problems }).toEqual({ code: 0, problems: [] })
  await expect(stat(home('h1'))).rejects.toThrow('ENOENT')
  const first = await on('run', 'errands.yml')
  expect({ code: first.code, problems: first.report.problems }).toEqual({ code: 0, problems: [] })
  expect(changed(first)).toEqual(['h1 brought', 'h1 written', 'h3 brought', 'h3 written'])
  expect(await readFile(home('h3'), 'utf8')).toBe(await prepared(fleet.host('h3'), 'cat /etc/hostname'))
  const second = await on('run', 'errands.yml')
  expect({ code: second.code, problems: second.report.problems, changed: changed(second) }).toEqual({ code: 0, problems: [], changed: [] })
})

test('a service that does not start with its new settings is reported failed, with its own last words, and the others go on', async () => {
  const told = await on('run', 'broken.yml')
  expect(told.report.problems).toMatchObject([
    { code: 'SERVICE_FAILED', host: 'h3', task: 'service' },
    { code: 'ROLLED_BACK', host: 'h3' },
  ])
  expect(
    await prepared(
      fleet.host('h3'),
      'systemctl is-active prometheus; curl -ksS -o /dev/null -w %{http_code} https://localhost:9090/-/ready',
    ),
  ).toBe('active\n200')
  expect(told.code).toBe(2)
  expect(told.report.problems[0]?.message).toMatch(/prometheus\.service: restart failed: .*\n[^]*nonsense/)
  expect(told.report.problems[0]?.hint).toContain('journalctl -u prometheus.service -n 50')
  expect(told.report.recap.map(({ host, failed, converged }) => ({ host, failed, converged }))).toEqual([
    { host: 'h1', failed: 0, converged: true },
    { host: 'h3', failed: 1, converged: undefined },
  ])
  expect((await fleet.host('h3').exec('cat /srv/after')).code).not.toBe(0)
  expect(await prepared(fleet.host('h1'), 'cat /srv/after')).toBe('only where it started\n')
})
