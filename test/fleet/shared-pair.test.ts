import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Fleet, startFleet } from './lab/index.ts'
import { makeAuthority } from './support/authority.ts'
import { changed, tlsplayJson } from './support/program.ts'
import { changesDuring, prepared } from './support/snapshots.ts'

// Two hosts that serve under one wildcard, whose key is made on the controller.
let fleet: Fleet
let inventory: string

const at = (path: string) => join(fleet.folder, path)
const hosts = () => ['h1', 'h2'].map((name) => fleet.host(name))

beforeAll(async () => {
  fleet = await startFleet({ hosts: ['h1', 'h2'].map((name) => ({ kind: 'plain', name, prepare: 'install -d /etc/lab' })) })
  inventory = await fleet.inventory({ extraVarsPerHost: {} })
  await makeAuthority(inventory, fleet.folder, '--permit', 'lab.test')
})
afterAll(() => fleet?.stop())

const withPassphrase = () => ['--ca-passphrase-file', at('passphrase')]

function run(more: string, ...words: readonly string[]) {
  writeFileSync(
    at('site.yml'),
    `- hosts: all
  become: true
  roles:
    - role: certificate
      inputs: { tls_dir: /etc/lab/tls, names: ["*.lab.test", lab.test], issuer: ca, stored: wild, ${more} }
`,
  )
  return tlsplayJson(['run', at('site.yml'), '-i', inventory, ...words])
}

const shown = () =>
  Promise.all(
    hosts().map((host) => prepared(host, 'sha256sum < /etc/lab/tls/server.crt; openssl pkey -in /etc/lab/tls/server.key -pubout')),
  )

test('one key and one certificate for all, under the passphrase beside the inventory', async () => {
  const told = await run('days: 5, renew_before: 1', ...withPassphrase())
  expect({ code: told.code, problems: told.report.problems, changed: [...new Set(changed(told))].length > 0 }).toEqual({
    ...{ code: 0, problems: [], changed: true },
  })
  const [first, second] = await shown()
  expect(second).toBe(first)
  expect(await prepared(fleet.host('h2'), "stat -c '%U %a' /etc/lab/tls/server.key")).toBe('root 400\n')
  expect(readdirSync(at('certificates/wild')).sort()).toEqual(['pair.crt', 'pair.key'])
  expect(readFileSync(at('certificates/wild/pair.key'), 'utf8')).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/)
  expect(statSync(at('certificates/wild/pair.key')).mode & 0o777).toBe(0o600)
  const opened = execFileSync('openssl', [
    'pkey',
    '-in',
    at('certificates/wild/pair.key'),
    '-passin',
    `file:${at('passphrase')}`,
    '-pubout',
  ])
  expect(first).toContain(opened.toString())
  // What is said of the run holds nothing of the key.
  const clear = execFileSync('openssl', ['pkey', '-in', at('certificates/wild/pair.key'), '-passin', `file:${at('passphrase')}`]).toString()
  expect(JSON.stringify(told)).not.toContain(clear.split('\n')[1])
})

test('a second run has nothing to do, and asks for no passphrase', async () => {
  const told = await run('days: 5, renew_before: 1')
  expect({ code: told.code, problems: told.report.problems, changed: changed(told) }).toEqual({ code: 0, problems: [], changed: [] })
})

test('a host that lost its pair gets that of the others', async () => {
  const [before] = await shown()
  await prepared(fleet.host('h2'), 'rm -r /etc/lab/tls')
  const told = await run('days: 5, renew_before: 1', ...withPassphrase())
  expect({ code: told.code, problems: told.report.problems }).toEqual({ code: 0, problems: [] })
  expect(await shown()).toEqual([before, before])
})

test('a renewal that one host begins is brought to all, and made once', async () => {
  const [before] = await shown()
  const one = await run('renew_before: 30', ...withPassphrase(), '--limit', 'h1')
  expect({ code: one.code, problems: one.report.problems }).toEqual({ code: 0, problems: [] })
  const [renewed, left] = await shown()
  expect(renewed).not.toBe(before)
  expect(left).toBe(before)
  const all = await run('renew_before: 30', ...withPassphrase())
  expect({ code: all.code, problems: all.report.problems }).toEqual({ code: 0, problems: [] })
  expect(await shown()).toEqual([renewed, renewed])
  expect(changed(await run('renew_before: 30'))).toEqual([])
})

test.each(['pair.key', 'pair.crt'])('without %s the run stops before any change', async (file) => {
  renameSync(at(`certificates/wild/${file}`), at('aside'))
  const { told, touched } = await changesDuring(fleet, () => run('days: 80', ...withPassphrase()))
  expect(told.report.problems[0]).toMatchObject({ code: 'FILE_MISSING', message: expect.stringContaining('is incomplete') })
  expect({ code: told.code, touched }).toEqual({ code: 1, touched: [] })
  renameSync(at('aside'), at(`certificates/wild/${file}`))
  expect(existsSync(at('certificates/wild/next.key'))).toBe(false)
})
