import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mustRun } from './lab/command.ts'
import { type Fleet, type LabHost, startFleet } from './lab/index.ts'
import { changed, type Told, tlsplay, tlsplayJson } from './support/program.ts'
import { prepared } from './support/snapshots.ts'
import { until } from './support/until.ts'

/** What dies under a run on the host itself: its sshd, the whole machine, a service that is given too little memory. */

let fleet: Fleet
beforeAll(async () => {
  // Slow enough that who logs in at once finds nobody.
  const patient = `mkdir -p /etc/systemd/system/ssh.service.d
printf '[Service]\\nRestartSec=2\\n' >/etc/systemd/system/ssh.service.d/patient.conf`
  fleet = await startFleet({
    hosts: [
      { kind: 'plain', name: 's1', prepare: `echo old >/srv/a\n${patient}` },
      { kind: 'prometheus', name: 'r1', prepare: 'echo old >/srv/a' },
    ],
  })
  await writeFile(join(fleet.folder, 'fault.yml'), playbook)
})
afterAll(() => fleet?.stop())

/** Something is changed, the fault comes, and something else is to change behind it. */
const playbook = `
- hosts: all
  become: true
  tasks:
    - {name: before, lineinfile: {path: /srv/a, regexp: ., line: "{{ wanted }}", create: true, mode: '0644'}}
    - {name: fault, command: {argv: [sh, -c, "{{ fault }}"]}}
    - {name: anew, meta: reset_connection, when: anew}
    - {name: behind, lineinfile: {path: /srv/b, regexp: ., line: "{{ wanted }}", create: true, mode: '0644'}}
`
const words = (inventory: string, host: string, given: { wanted: string; fault?: string; anew?: boolean }): readonly string[] => [
  ...['run', join(fleet.folder, 'fault.yml'), '-i', inventory, '-l', host, '--watchdog', '5'],
  ...['-e', JSON.stringify({ fault: ':', anew: false, ...given })],
]
const files = (host: LabHost): Promise<string> => prepared(host, 'cat /srv/a /srv/b 2>/dev/null || :')
const codes = ({ report }: Told): readonly string[] => report.problems.map(({ code }) => code)

/** Nothing of a transaction is left, without anybody's help. */
const atRest = (host: LabHost): Promise<string> =>
  until(
    () => `${host.name} is at rest`,
    async () => {
      const { code, stdout } = await host.exec('cd /var/lib/tlsplay && [ ! -e open ] && [ ! -e undoing ] && tail -n 1 log')
      return code === 0 ? stdout : undefined
    },
  )

test('the sshd of the session is killed: the host takes all of it back, and the next run does it', async () => {
  const [host, inventory] = [fleet.host('s1'), await fleet.inventory()]
  const lost = await tlsplayJson(words(inventory, 's1', { wanted: 'one', fault: "kill -9 $(pgrep -f '^sshd: ops')" }))
  expect({ code: lost.code, codes: codes(lost) }).toEqual({ code: 4, codes: ['CONNECTION_LOST'] })
  expect(await atRest(host)).toMatch(/^undone \S+ watchdog /)
  expect(await files(host)).toBe('old\n')
  const again = await tlsplayJson(words(inventory, 's1', { wanted: 'one' }))
  expect({ code: again.code, codes: codes(again), files: await files(host) }).toEqual({ code: 0, codes: [], files: 'one\none\n' })
})

test.each([
  { case: 'the session lives, and nothing is lost', anew: false },
  { case: 'who logs in anew waits until one listens again', anew: true },
])('the sshd that listens is killed: $case', async ({ anew }) => {
  const [host, inventory] = [fleet.host('s1'), await fleet.inventory()]
  const wanted = `two ${anew}`
  const told = await tlsplayJson(words(inventory, 's1', { wanted, fault: 'kill -9 $(cat /run/sshd.pid)', anew }))
  expect({ code: told.code, codes: codes(told) }).toEqual({ code: 0, codes: [] })
  expect(await files(host)).toBe(`${wanted}\n${wanted}\n`)
  await until(
    () => 'sshd listens again',
    async () => ((await host.exec('systemctl is-active --quiet ssh')).code === 0 ? true : undefined),
  )
})

test('the controller runs out of memory in the midst of a run: for the host it is as if it had been killed', async () => {
  const [host, inventory] = [fleet.host('s1'), await fleet.inventory()]
  const before = await files(host)
  const [starve, hunger] = [join(fleet.folder, 'starve'), join(fleet.folder, 'hunger.mjs')]
  await writeFile(
    hunger,
    `import { existsSync } from 'node:fs'
const all = []
setInterval(() => { while (existsSync('${starve}')) all.push(new Array(100_000).fill(all.length + 0.5)) }, 20).unref()
`,
  )
  const running = tlsplay(
    words(inventory, 's1', { wanted: 'four', fault: 'touch /srv/moment; until [ -e /srv/go ]; do sleep 0.1; done' }),
    {
      env: { NODE_OPTIONS: `--max-old-space-size=64 --import ${hunger}` },
    },
  )
  await until(
    () => 'the run is in its midst',
    async () => ((await host.exec('[ -e /srv/moment ]')).code === 0 ? true : undefined),
  )
  await writeFile(starve, '')
  expect((await running).stderr).toContain('heap out of memory')
  expect(await prepared(host, 'touch /srv/go; cat /srv/a')).toBe('four\n')
  expect(await atRest(host)).toMatch(/^undone \S+ watchdog /)
  expect(await files(host)).toBe(before)
  const again = await tlsplayJson(words(inventory, 's1', { wanted: 'four' }))
  expect({ code: again.code, codes: codes(again), files: await files(host) }).toEqual({ code: 0, codes: [], files: 'four\nfour\n' })
})

test('a service that is given too little memory does not start: its own words are told, and it runs as before', async () => {
  const host = fleet.host('r1')
  const site = join(fleet.folder, 'memory.yml')
  await writeFile(
    site,
    `- hosts: r1
  become: true
  tasks:
    - {name: folder, file: {path: /etc/systemd/system/prometheus.service.d, state: directory, mode: '0755'}}
    - {name: less, copy: {dest: /etc/systemd/system/prometheus.service.d/memory.conf, content: "[Service]\\nLimitAS=64M\\n", mode: '0644'}}
    - {name: read, command: {argv: [systemctl, daemon-reload]}}
    - {name: restart, service: {name: prometheus, state: restarted}}
`,
  )
  const main = (): Promise<string> => prepared(host, 'systemctl show -p ActiveState -p LimitAS prometheus')
  const before = await main()
  const told = await tlsplayJson(['run', site, '-i', await fleet.inventory()])
  expect({ code: told.code, codes: codes(told) }).toEqual({ code: 2, codes: ['SERVICE_FAILED', 'ROLLED_BACK'] })
  expect(told.report.problems[0]?.message).toMatch(/restart failed: it failed to start\n.*mallocinit/s)
  expect(await main()).toBe(before)
  expect(before).toContain('ActiveState=active')
})

test('the machine is switched off in the midst of a run: nothing stirs when it is back, and the next run goes back first', async () => {
  const host = fleet.host('r1')
  const moment = 'touch /srv/moment; sleep 600'
  const running = tlsplay([...words(await fleet.inventory(), 'r1', { wanted: 'one', fault: moment }), '--output', 'json'])
  await until(
    () => 'the run is in its midst',
    async () => ((await host.exec('[ -e /srv/moment ]')).code === 0 ? true : undefined),
  )
  await mustRun(['docker', 'kill', host.containerId])
  const { code, stdout } = await running
  expect(code).toBe(4)
  expect(stdout).toContain('CONNECTION_LOST')

  await mustRun(['docker', 'start', host.containerId])
  await until(
    () => 'the machine is up',
    async () => (/^(?:running|degraded)/.test((await host.exec('systemctl is-system-running')).stdout) ? true : undefined),
  )
  // Every file is the old one or the new one, whole, and no guard is left to do anything about it.
  expect(await files(host)).toBe('one\n')
  expect(await prepared(host, 'ls -d /var/lib/tlsplay/open; ps -eo args | grep -c "[t]lsplay/open/watch" || :')).toBe(
    '/var/lib/tlsplay/open\n0\n',
  )

  const published = (await mustRun(['docker', 'port', host.containerId, '22'])).trim()
  const port = Number(published.slice(published.lastIndexOf(':') + 1))
  const known = join(fleet.folder, 'known-after')
  await writeFile(known, `[127.0.0.1]:${port} ${host.hostKey}\n`)
  const inventory = await fleet.inventory({ extraVarsPerHost: { r1: { ansible_port: port, tlsplay_known_hosts_file: known } } })
  const again = await tlsplayJson(words(inventory, 'r1', { wanted: 'two' }))
  expect({ code: again.code, codes: codes(again) }).toEqual({ code: 0, codes: [] })
  expect(await prepared(host, 'tail -n 2 /var/lib/tlsplay/log | cut -d " " -f 1,3')).toMatch(/^undone found\ncommitted /)
  expect(await files(host)).toBe('two\ntwo\n')
  expect(changed(await tlsplayJson(words(inventory, 'r1', { wanted: 'two' })))).toEqual(['r1 fault'])
})
