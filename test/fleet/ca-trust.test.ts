import { cp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Fleet, type LabHost, startFleet } from './lab/index.ts'
import { changed, tlsplay, tlsplayJson } from './support/program.ts'
import { prepared } from './support/snapshots.ts'

let fleet: Fleet
let host: LabHost
let inventory: string

/** Makes the authority anew. */
async function authority(): Promise<void> {
  await rm(join(fleet.folder, 'ca'), { recursive: true, force: true })
  const made = await tlsplay(['ca', 'init', '-i', inventory, '--ca-passphrase-file', join(fleet.folder, 'passphrase')])
  if (made.code !== 0) throw new Error(made.stderr)
}

const run = () => tlsplayJson(['run', join(fleet.folder, 'ca-trust.yml'), '-i', inventory])

/** What openssl says of the authority by the bundle that curl, Go and Python read. */
const trusted = () => prepared(host, 'openssl verify -no-CApath -CAfile /etc/ssl/certs/ca-certificates.crt /srv/lab-ca.pem 2>&1 || true')

beforeAll(async () => {
  fleet = await startFleet({ hosts: [{ kind: 'plain', name: 'p1' }] })
  host = fleet.host('p1')
  await cp(fileURLToPath(new URL('playbooks', import.meta.url)), fleet.folder, { recursive: true })
  inventory = await fleet.inventory({})
  await writeFile(join(fleet.folder, 'passphrase'), 'correct horse battery staple\n', { mode: 0o600 })
  await authority()
})
afterAll(() => fleet?.stop())

test('the authority goes into the store of the system and into a file of its own, once', async () => {
  const first = await run()
  expect({ code: first.code, problems: first.report.problems }).toEqual({ code: 0, problems: [] })
  expect(await trusted()).toContain('OK')
  const second = await run()
  expect({ code: second.code, changed: changed(second) }).toEqual({ code: 0, changed: [] })
})

test('another authority of the same name replaces the first in the same run', async () => {
  await authority()
  const told = await run()
  expect({ code: told.code, problems: told.report.problems }).toEqual({ code: 0, problems: [] })
  expect(await trusted()).toContain('OK')
})

test('a run that died before the store was written is made up for', async () => {
  await prepared(host, 'rm -f /etc/ssl/certs/lab.pem && : >/etc/ssl/certs/ca-certificates.crt')
  expect(await trusted()).not.toContain('OK')
  const told = await run()
  expect({ code: told.code, changed: changed(told) }).toEqual({ code: 0, changed: ['p1 ca_trust : the store of the system'] })
  expect(await trusted()).toContain('OK')
})

test('a rotated authority is trusted along with its successor, and no more when it is dropped', async () => {
  const bundle = () => prepared(host, 'cat /etc/ssl/certs/ca-certificates.crt')
  const [old = ''] = (await tlsplay(['ca', 'export', '-i', inventory])).stdout.split(/(?<=-----END CERTIFICATE-----\n)/)
  const rotate = async (): Promise<readonly string[]> => {
    const rotated = await tlsplay(['ca', 'rotate', '-i', inventory, '--ca-passphrase-file', join(fleet.folder, 'passphrase')])
    expect(rotated.code).toBe(0)
    const told = await run()
    expect({ code: told.code, problems: told.report.problems }).toEqual({ code: 0, problems: [] })
    return (await tlsplay(['ca', 'export', '-i', inventory])).stdout.split(/(?<=-----END CERTIFICATE-----\n)/).filter((pem) => pem !== '')
  }
  const both = await rotate()
  expect(both).toHaveLength(2)
  for (const pem of both) expect(await bundle()).toContain(pem)
  expect(await rotate()).toEqual(both.toReversed())
  const [last = ''] = await rotate()
  expect(last).toBe(both[1])
  expect(await bundle()).toContain(last)
  expect(await bundle()).not.toContain(old)
  expect(changed(await run())).toEqual([])
})
