import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
let folder: string
let program: string

/** Installs the packed tarball the way a user does, into a prefix of its own. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tlsplay-package-'))
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
  if (tarball === undefined) throw new Error('npm pack made no tarball')
  const prefix = join(folder, 'prefix')
  execFileSync(
    'npm',
    ['install', '--silent', '--global', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', prefix, join(folder, tarball)],
    { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
  )
  program = join(prefix, 'bin', 'tlsplay')
  mkdirSync(join(folder, 'work'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const tlsplay = (...args: readonly string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(program, [...args], { cwd: join(folder, 'work'), encoding: 'utf8' })

describe('the packed program, installed in an empty folder', () => {
  test('knows its version', () => {
    expect(tlsplay('--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  test('brings its roles: a playbook elsewhere finds them, and their inputs are checked', () => {
    writeFileSync(join(folder, 'work', 'site.yml'), '- hosts: all\n  roles:\n    - role: prometheus_tls\n      inputs: {prot: 9090}\n')
    const { status, stderr } = tlsplay('plan', 'site.yml', '-i', 'localhost,')
    expect(stderr).toContain('site.yml:4:')
    expect(stderr).toMatch(/did you mean.*port/)
    expect(status).toBe(1)
  })

  test('plans on this machine', () => {
    writeFileSync(
      join(folder, 'work', 'here.yml'),
      `- hosts: all\n  tasks:\n    - copy: {dest: ${join(folder, 'work', 'made')}, content: x}\n`,
    )
    const { status, stdout } = tlsplay('plan', 'here.yml', '-i', 'localhost,')
    expect(stdout).toContain('1 change on 1 host')
    expect(status).toBe(0)
  })

  test('holds schemas, playbooks and roles, and no source of tests', () => {
    const installed = readdirSync(join(folder, 'prefix', 'lib', 'node_modules', 'tlsplay'))
    expect(installed).toEqual(expect.arrayContaining(['dist', 'playbooks', 'roles', 'schemas', 'LICENSE']))
    expect(installed).not.toContain('test')
  })
})
