import { appendFileSync, readdirSync, writeFileSync } from 'node:fs'
import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Registry, startRegistry } from '../sources/fake-registry.ts'
import { Machine, packed, roleTexts } from '../sources/teams.ts'
import { type Fleet, startFleet } from './lab/index.ts'
import { changed, tlsplay, tlsplayJson } from './support/program.ts'

let fleet: Fleet
let inventory: string
let team: Machine
let registry: Registry
let project: string

/** The built program, as a user of the project's machine. */
async function program(...args: readonly string[]) {
  const ended = await tlsplay([...args, '--folder', project], { env: team.env })
  if (ended.code !== 0) throw new Error(`${args.join(' ')}: ${ended.stderr}`)
  return ended.stdout
}

/** Roles of different files, although they do the same. */
const texts = (version: string, name: 'git' | 'npm') => roleTexts(version, { 'README.md': `from ${name}\n` })

const site = (): string => join(project, 'site.yml')
const run = () => tlsplayJson(['run', site(), '-i', inventory], { env: team.env })
const noteOn = async (path: string): Promise<string> => (await fleet.host('p1').exec(`cat ${path}`)).stdout

beforeAll(async () => {
  registry = await startRegistry()
  fleet = await startFleet({ hosts: [{ kind: 'plain', name: 'p1' }] })
  inventory = await fleet.inventory({})
  team = new Machine({ npm_config_registry: registry.url })
  team.env['npm_config_cache'] = join(team.folder, 'npm')
  project = join(fleet.folder, 'project')
  await mkdir(project)
  writeFileSync(
    site(),
    `- hosts: all
  become: true
  roles:
    - { role: from_git, version: '>=1 <3', inputs: { path: /etc/from-git } }
    - { role: from_npm, inputs: { path: /etc/from-npm } }
`,
  )
})
afterAll(async () => {
  await fleet?.stop()
  await registry?.close()
  team?.remove()
})

describe('roles of two other teams, one in git and one on a registry of npm', () => {
  test('are added, locked, and used on a host', async () => {
    const url = team.repository('from_git', { 'v1.0.0': texts('1.0.0', 'git') })
    registry.publish('@other/from_npm', '1.0.0', packed(texts('1.0.0', 'npm')))
    expect(await program('role', 'add', url, '--version', 'v1.0.0')).toMatch(/^from_git 1\.0\.0 \(commit /)
    expect(await program('role', 'add', 'npm:@other/from_npm', '--version', '^1.0.0')).toBe('from_npm 1.0.0: added\n')
    expect(readdirSync(project).sort()).toEqual(['requirements.yml', 'site.yml', 'tlsplay.lock'])
    const told = await run()
    expect({ code: told.code, problems: told.report.problems }).toEqual({ code: 0, problems: [] })
    expect([await noteOn('/etc/from-git'), await noteOn('/etc/from-npm')]).toEqual(['version 1.0.0', 'version 1.0.0'])
    expect(changed(await run())).toEqual([])
  })

  test('are the same on another machine, which has only what the project has', async () => {
    const other = new Machine({ npm_config_registry: registry.url })
    other.env['npm_config_cache'] = join(other.folder, 'npm')
    await cp(project, join(other.folder, 'clone'), { recursive: true })
    const words = ['--folder', join(other.folder, 'clone')]
    expect((await tlsplay(['role', 'install', ...words], { env: other.env })).stdout).toMatch(
      /^from_git .*: installed\nfrom_npm 1\.0\.0: installed\n$/,
    )
    const told = await tlsplayJson(['run', join(other.folder, 'clone/site.yml'), '-i', inventory], { env: other.env })
    expect({ code: told.code, changed: changed(told) }).toEqual({ code: 0, changed: [] })
    other.remove()
  })

  test.each(['from_git', 'from_npm'])('%s is refused when one byte of it is another, before the host is asked', async (name) => {
    await program('role', 'vendor')
    appendFileSync(join(project, 'vendor/roles', name, 'tasks/main.yml'), '# \n')
    const refused = await tlsplay(['run', site(), '-i', inventory], { env: team.env })
    expect(refused.code).toBe(1)
    expect(refused.stdout).toBe('')
    expect(refused.stderr).toContain(
      `error ROLE_CHANGED: the role ${name} in ${project}/vendor/roles/${name} is not what tlsplay.lock says: tasks/main.yml was changed`,
    )
    expect(refused.stderr).toContain(`tlsplay role vendor --folder ${project}`)
    await program('role', 'vendor')
    expect(changed(await run())).toEqual([])
  })

  test('are updated, and the host with them', async () => {
    team.commit('from_git', 'v2.0.0', texts('2.0.0', 'git'))
    registry.publish('@other/from_npm', '1.1.0', packed(texts('1.1.0', 'npm')))
    registry.publish('@other/from_npm', '2.0.0', packed(texts('2.0.0', 'npm')))
    expect(await program('role', 'update', 'from_git', '--version', 'v2.0.0')).toMatch(/^from_git 2\.0\.0 .*updated from 1\.0\.0/)
    expect(await program('role', 'update', 'from_npm')).toBe('from_npm 1.1.0: updated from 1.0.0\n')
    expect(await program('role', 'verify')).toMatch(/as locked\n.*as locked\n$/)
    const told = await run()
    expect(changed(told)).toEqual(['p1 from_git : copy', 'p1 from_npm : copy'])
    expect([await noteOn('/etc/from-git'), await noteOn('/etc/from-npm')]).toEqual(['version 2.0.0', 'version 1.1.0'])
  })

  test('of a version that the playbook cannot live with are refused at its line', async () => {
    team.commit('from_git', 'v3.0.0', texts('3.0.0', 'git'))
    await program('role', 'update', 'from_git', '--version', 'v3.0.0')
    const refused = await tlsplay(['run', site(), '-i', inventory], { env: team.env })
    expect(refused.stderr).toContain('site.yml:4:34: error ROLE_VERSION: the role from_git has version 3.0.0, expected >=1 <3')
    expect(await noteOn('/etc/from-git')).toBe('version 2.0.0')
  })
})
