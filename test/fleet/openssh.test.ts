import { execFileSync } from 'node:child_process'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Fleet, startFleet } from './lab/index.ts'
import { changed, tlsplayJson } from './support/program.ts'

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet({ hosts: [{ kind: 'prometheus', name: 'h1' }] })
  await cp(fileURLToPath(new URL('playbooks', import.meta.url)), fleet.folder, { recursive: true })
  await certifyHost()
})
afterAll(() => fleet?.stop())

/** An authority signs the key of the host, which shows the certificate from now on; known_hosts names nothing but the authority. */
async function certifyHost(): Promise<void> {
  const authority = join(fleet.folder, 'authority')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', authority])
  const host = fleet.host('h1')
  await writeFile(join(fleet.folder, 'host.pub'), (await host.exec('cat /etc/ssh/ssh_host_ed25519_key.pub')).stdout)
  execFileSync('ssh-keygen', ['-q', '-s', authority, '-I', 'h1', '-h', '-n', '127.0.0.1', join(fleet.folder, 'host.pub')])
  const certificate = (await readFile(join(fleet.folder, 'host-cert.pub'), 'utf8')).trim()
  await host.exec(
    `echo '${certificate}' >/etc/ssh/ssh_host_ed25519_key-cert.pub && echo 'HostCertificate /etc/ssh/ssh_host_ed25519_key-cert.pub' >>/etc/ssh/sshd_config && systemctl reload ssh`,
  )
  const key = (await readFile(`${authority}.pub`, 'utf8')).split(' ').slice(0, 2).join(' ')
  await writeFile(join(fleet.folder, 'authorities'), `@cert-authority * ${key}\n`)
}

const inventory = (connection: string) =>
  fleet.inventory({
    extraVarsPerHost: {
      h1: {
        ...{ published: fleet.host('h1').port(9090), organisation: 'lab' },
        ...{ tlsplay_connection: connection, tlsplay_known_hosts_file: join(fleet.folder, 'authorities') },
      },
    },
  })
const play = async (connection: string) => tlsplayJson(['run', join(fleet.folder, 'renewals.yml'), '-i', await inventory(connection)])

test('the library does not know authorities, and says so', async () => {
  const { code, report } = await play('ssh')
  expect([code, report.problems.map((problem) => problem.code)]).toEqual([4, ['HOST_KEY_UNKNOWN']])
})

test('over the ssh program a host is known by the authority that signed its key: everything else is as ever', async () => {
  const first = await play('openssh')
  expect({ code: first.code, problems: first.report.problems }).toEqual({ code: 0, problems: [] })
  expect(changed(first).length).toBeGreaterThan(3)
  expect(first.report.stats).toMatchObject([{ connections: 1, channels: 1 }])
  const second = await play('openssh')
  expect({ code: second.code, changed: changed(second) }).toEqual({ code: 0, changed: [] })
  expect(second.report.stats[0]?.exchanges).toBeLessThanOrEqual(2)
})
