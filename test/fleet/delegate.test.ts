import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Fleet, startFleet } from './lab/index.ts'
import { changed, tlsplayJson } from './support/program.ts'
import { prepared } from './support/snapshots.ts'

let fleet: Fleet

beforeAll(async () => {
  const prepare = "echo 'root:swordfish' | chpasswd"
  fleet = await startFleet({
    hosts: [
      { kind: 'prometheus', name: 'd1', prepare },
      { kind: 'prometheus', name: 'd2', prepare },
    ],
  })
  await cp(fileURLToPath(new URL('playbooks', import.meta.url)), fleet.folder, { recursive: true })
})
afterAll(() => fleet?.stop())

test('by su, with its password: two hosts edit one list on one of them, try until it holds, and one leaves early', async () => {
  const su = { ansible_become_method: 'su', ansible_become_password: 'swordfish' }
  const inventory = await fleet.inventory({ extraVarsPerHost: { d1: su, d2: su } })
  const told = await tlsplayJson(['run', join(fleet.folder, 'delegate.yml'), '-i', inventory])
  expect({ code: told.code, problems: told.report.problems }).toEqual({ code: 0, problems: [] })
  expect(await prepared(fleet.host('d2'), 'cat /srv/list')).toBe('d1 root\nd2 root\n')
  for (const host of ['d1', 'd2']) expect(await prepared(fleet.host(host), 'wc -l </srv/tries')).toBe('3\n')
  expect(await prepared(fleet.host('d1'), 'ls /srv')).not.toContain('left')
  expect(await prepared(fleet.host('d2'), 'cat /srv/left')).toBe('d2')
  expect(changed(told).length).toBe(5)
  expect(JSON.stringify(told)).not.toContain('swordfish')
})

test('by su, a wrong password is told as such, and nothing is done', async () => {
  const su = { ansible_become_method: 'su', ansible_become_password: 'guppy' }
  const inventory = await fleet.inventory({ extraVarsPerHost: { d1: su, d2: su } })
  const told = await tlsplayJson(['run', join(fleet.folder, 'delegate.yml'), '-i', inventory, '-l', 'd1'])
  expect(told.code).toBe(4)
  expect(told.report.problems).toMatchObject([
    { code: 'SUDO_PASSWORD', message: expect.stringContaining('su refused the password of root') },
  ])
})
