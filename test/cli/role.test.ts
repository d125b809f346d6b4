import { appendFileSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { writeTexts, Machine, packed, roleTexts } from '../sources/teams.ts'
import { type Registry, startRegistry } from '../sources/fake-registry.ts'

// one test starts git some thirty times, and npm takes a second and more: too much for the usual limit on a busy machine
vi.setConfig({ testTimeout: 90_000 })

let machine: Machine
beforeEach(() => {
  machine = new Machine()
})
afterEach(() => machine.remove())

const read = (path: string): string => readFileSync(join(machine.project, path), 'utf8')
const playbook = (use: string): void => writeFileSync(join(machine.project, 'site.yml'), `- hosts: all\n  roles: [${use}]\n`)
const plan = () => machine.run('plan', 'site.yml', '-i', 'localhost,')
const cached = (): string => {
  const cache = join(machine.folder, 'home/.cache/tlsplay/roles')
  const [tree = ''] = readdirSync(cache)
  return join(cache, tree, 'role')
}

/** Runs the command that a hint gives on a line of its own. */
async function follow(err: string): Promise<void> {
  const [, words] = /^ +tlsplay (.*)$/m.exec(err) ?? []
  if (words === undefined) throw new Error(`no command in: ${err}`)
  await machine.must(...words.split(' '))
}

describe('a role from git', () => {
  const versions = { 'v1.0.0': roleTexts('1.0.0'), 'v1.1.0': roleTexts('1.1.0') }

  test('is added, locked, used, tampered with, brought back, updated and removed', async () => {
    const url = machine.repository('note', versions)
    expect(await machine.must('role', 'add', url, '--version', 'v1.0.0')).toMatch(/^note 1\.0\.0 \(commit [0-9a-f]{12}\): added\n$/)
    expect(read('requirements.yml')).toBe(`roles:\n  - name: note\n    src: ${url}\n    version: v1.0.0\n`)
    const lock = JSON.parse(read('tlsplay.lock'))
    const commit = machine.git(join(machine.folder, 'note'), 'rev-parse', 'v1.0.0').trim()
    expect(lock).toMatchObject({
      formatVersion: 1,
      roles: { note: { source: url, requested: 'v1.0.0', resolved: commit, version: '1.0.0' } },
    })
    playbook('note')
    expect((await plan()).out).toContain('version 1.0.0')

    appendFileSync(join(cached(), 'tasks/main.yml'), '- command: {argv: [evil]}\n')
    const refused = await plan()
    expect(refused.code).toBe(1)
    expect(refused.err).toMatch(
      /^site\.yml:2:11: error ROLE_CHANGED: the role note in .* is not what tlsplay\.lock says: tasks\/main\.yml was changed$/m,
    )
    expect(refused.out).toBe('')
    await follow(refused.err)
    expect((await plan()).code).toBe(0)

    expect(await machine.must('role', 'update', 'note', '--version', 'v1.1.0')).toMatch(/updated from 1\.0\.0/)
    expect(read('requirements.yml')).toContain('version: v1.1.0')
    expect((await plan()).out).toContain('version 1.1.0')

    expect(await machine.must('role', 'remove', 'note')).toBe('note: removed\n')
    expect(read('requirements.yml')).toBe('roles:\n')
    expect((await plan()).err).toContain('error ROLE_UNKNOWN')
  })

  test('is taken by its commit, also when a tag has moved since', async () => {
    const url = machine.repository('note', { 'v1.0.0': roleTexts('1.0.0') })
    await machine.must('role', 'add', url, '--version', 'v1.0.0')
    const before = read('tlsplay.lock')
    machine.commit('note', 'v1.0.0', roleTexts('6.6.6'))
    rmSync(join(machine.folder, 'home/.cache'), { recursive: true })
    expect(await machine.must('role', 'install')).toContain('note 1.0.0')
    expect(read('tlsplay.lock')).toBe(before)
    playbook('note')
    expect((await plan()).out).toContain('version 1.0.0')
    expect(await machine.must('role', 'update')).toContain('note 6.6.6')
  })

  test('runs nothing: no hook, no filter, no attribute of the repository', async () => {
    const url = machine.repository('note', {
      v1: roleTexts('1.0.0', {
        '.gitattributes': '* filter=evil\nrole.yml export-ignore\n',
        'hooks/post-checkout': '#!/bin/sh\ntouch /tmp/evil\n',
      }),
    })
    machine.git(join(machine.folder, 'note'), 'config', 'filter.evil.smudge', 'sh -c "touch evil; cat"')
    await machine.must('role', 'add', url)
    expect(readdirSync(cached())).toContain('role.yml')
    expect(existsSync(join(machine.folder, 'note/evil'))).toBe(false)
  })

  test('is found in a folder of the repository', async () => {
    const texts = Object.fromEntries(Object.entries(roleTexts('1.0.0')).map(([path, text]) => [`roles/note/${path}`, text]))
    const url = machine.repository('all', { v1: texts })
    const without = await machine.run('role', 'add', url)
    expect(without.err).toMatch(
      /error ROLE_SOURCE: git\+file:.* has no role\.yml\n {2}hint: name the folder with --path; it has roles in: roles\/note/,
    )
    expect(await machine.must('role', 'add', url, '--path', 'roles/note')).toContain('note 1.0.0')
  })

  test.each([
    { what: 'a link', make: (folder: string) => symlinkSync('/etc/passwd', join(folder, 'files')), says: 'files is a symbolic link' },
    {
      what: 'a submodule',
      make: (folder: string) => machine.git(folder, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', folder, 'sub'),
      says: 'sub is another repository',
    },
  ])('with $what is refused', async ({ make, says }) => {
    const url = machine.repository('note', { v1: roleTexts('1.0.0') })
    const folder = join(machine.folder, 'note')
    make(folder)
    rmSync(join(folder, '.gitmodules'), { force: true })
    machine.commit('note', 'v2', {})
    const { err } = await machine.run('role', 'add', url, '--version', 'v2')
    expect(err).toContain('error ROLE_ARCHIVE')
    expect(err).toContain(says)
    expect(existsSync(join(machine.project, 'requirements.yml'))).toBe(false)
  })

  test.each([
    { src: 'git+file:///nowhere.git', words: [], code: 'ROLE_SOURCE', says: 'git ended with 128' },
    { src: 'git+ext::sh -c evil', words: ['--name', 'x'], code: 'ROLE_SOURCE', says: 'no address' },
    { src: 'git+--upload-pack=evil', words: ['--name', 'x'], code: 'ROLE_SOURCE', says: 'no address' },
    { src: 'git+https://x/y.git', words: ['--version', '--output=evil'], code: 'ROLE_SOURCE', says: 'no address' },
    { src: 'git+https://me:hunter2@x/y.git', words: [], code: 'SECRET_EXPOSED', says: 'holds a password' },
    { src: 'geerlingguy.prometheus', words: [], code: 'NOT_SUPPORTED', says: 'Ansible Galaxy' },
    { src: 'http://127.0.0.1/x.tgz', words: [], code: 'NOT_SUPPORTED', says: 'no source' },
    { src: 'npm:../x', words: ['--name', 'x'], code: 'ROLE_SOURCE', says: 'no package of npm' },
    { src: 'npm:x', words: ['--version', 'file:../y'], code: 'ROLE_SOURCE', says: 'no package of npm' },
    { src: './nowhere', words: [], code: 'ROLE_SOURCE', says: './nowhere cannot be read: it does not exist' },
    { src: 'x.tgz', words: [], code: 'ROLE_SOURCE', says: 'x.tgz cannot be read' },
  ])('$src is refused', async ({ src, words, code, says }) => {
    const { err, code: exit } = await machine.run('role', 'add', src, ...words)
    expect(exit).toBe(1)
    expect(err).toMatch(new RegExp(`^error ${code}: `))
    expect(err).toContain(says)
    expect(err).not.toContain('hunter2')
    expect(readdirSync(machine.project)).toEqual([])
  })
})

describe('a role from npm', () => {
  let registry: Registry
  beforeEach(async () => {
    registry = await startRegistry()
    machine.env['npm_config_registry'] = registry.url
    machine.env['npm_config_cache'] = join(machine.folder, 'npm')
  })
  afterEach(() => registry.close())

  const scripts = {
    'package.json': JSON.stringify({
      name: '@team/note',
      version: '1.0.0',
      scripts: { prepare: 'touch evil', install: 'touch evil', postinstall: 'touch evil' },
    }),
  }

  test('is taken by its exact version, within the range that was asked for', async () => {
    for (const version of ['1.0.0', '1.2.0', '2.0.0']) registry.publish('@team/note', version, packed(roleTexts(version, scripts)))
    expect(await machine.must('role', 'add', 'npm:@team/note', '--version', '^1.0.0')).toBe('note 1.2.0: added\n')
    expect(JSON.parse(read('tlsplay.lock')).roles.note).toMatchObject({ source: 'npm:@team/note', requested: '^1.0.0', resolved: '1.2.0' })
    playbook('note')
    expect((await plan()).out).toContain('version 1.2.0')
    registry.publish('@team/note', '1.3.0', packed(roleTexts('1.3.0', scripts)))
    rmSync(join(machine.folder, 'home/.cache'), { recursive: true })
    expect(await machine.must('role', 'install')).toBe('note 1.2.0: installed\n')
    expect(await machine.must('role', 'update')).toBe('note 1.3.0: updated from 1.2.0\n')
    expect(readdirSync(machine.project).sort()).toEqual(['requirements.yml', 'site.yml', 'tlsplay.lock'])
  })

  test('a version that is not what it was is refused, with the way out', async () => {
    registry.publish('note', '1.0.0', packed(roleTexts('1.0.0')))
    await machine.must('role', 'add', 'npm:note')
    registry.publish('note', '1.0.0', packed(roleTexts('1.0.0', { 'tasks/main.yml': '- command: {argv: [evil]}\n' })))
    for (const folder of ['home/.cache', 'npm']) rmSync(join(machine.folder, folder), { recursive: true, force: true })
    const { err } = await machine.run('role', 'install')
    expect(err).toMatch(
      /^requirements\.yml:3:10: error ROLE_CHANGED: role note: npm:note gives other files for note than tlsplay\.lock says$/m,
    )
    await follow(err)
    expect(await machine.must('role', 'verify')).toBe('note 1.0.0: as locked\n')
  })
})

describe('the lock', () => {
  test('of a role from a folder keeps the role as it was until it is updated', async () => {
    writeTexts(join(machine.folder, 'shared/note'), roleTexts('1.0.0'))
    await machine.must('role', 'add', '../shared/note')
    writeTexts(join(machine.folder, 'shared/note'), roleTexts('1.1.0'))
    playbook('note')
    expect((await plan()).out).toContain('version 1.0.0')
    expect(await machine.must('role', 'update', 'note')).toBe('note 1.1.0: updated from 1.0.0\n')
    expect((await plan()).out).toContain('version 1.1.0')
  })

  test('of a tarball holds the range of versions that was asked for', async () => {
    writeFileSync(join(machine.project, 'note.tgz'), packed(roleTexts('1.0.0')))
    const { err } = await machine.run('role', 'add', './note.tgz', '--version', '>=2')
    expect(err).toMatch(/^error ROLE_VERSION: the role note has version 1\.0\.0, expected >=2/)
    expect(await machine.must('role', 'add', './note.tgz', '--version', '^1')).toBe('note 1.0.0: added\n')
  })

  test('comes after requirements.yml, which people write', async () => {
    writeTexts(join(machine.folder, 'a'), roleTexts('1.0.0'))
    writeTexts(
      join(machine.folder, 'b'),
      roleTexts('2.0.0', { 'role.yml': `${roleTexts('2.0.0')['role.yml']}dependencies: [elsewhere]\n` }),
    )
    writeTexts(machine.project, { 'requirements.yml': 'collections: [x.y]\nroles:\n  # ours\n  - {src: ../a}\n  - ../b,>=2,bb\n' })
    playbook('a, {role: bb, version: "<2"}')
    expect((await plan()).err).toContain('hint: requirements.yml names it; install it\n    tlsplay role install')
    expect(await machine.must('role', 'install')).toBe(
      'a 1.0.0: installed and locked\nbb 2.0.0: installed and locked\n  bb needs the role elsewhere, which is not there: tlsplay role add SRC --name elsewhere\n',
    )
    const { err } = await plan()
    expect(err).toContain('site.yml:2:34: error ROLE_VERSION: the role bb has version 2.0.0, expected <2')
    expect(err).toContain('error ROLE_UNKNOWN: there is no role elsewhere')
    writeTexts(machine.project, { 'requirements.yml': 'roles:\n  - {src: ../a}\n' })
    expect((await machine.run('role', 'verify')).err).toContain('tlsplay.lock has the role bb, requirements.yml has not')
    expect(await machine.must('role', 'install')).toBe('a 1.0.0: there\nbb: no longer in requirements.yml, taken out of tlsplay.lock\n')
  })

  test('is needed once per machine: another one installs what it says', async () => {
    writeTexts(join(machine.folder, 'shared/note'), roleTexts('1.0.0'))
    await machine.must('role', 'add', '../shared/note')
    rmSync(join(machine.folder, 'home/.cache'), { recursive: true })
    playbook('note')
    const refused = await plan()
    expect(refused.err).toContain('site.yml:2:11: error ROLE_NOT_INSTALLED')
    await follow(refused.err)
    expect((await plan()).code).toBe(0)
  })

  test('names the command that works from where one stands', async () => {
    writeTexts(join(machine.folder, 'shared/note'), roleTexts('1.0.0'))
    await machine.must('role', 'add', '../shared/note')
    renameSync(machine.project, join(machine.folder, 'x'))
    writeTexts(machine.project, {})
    rmSync(join(machine.folder, 'home/.cache'), { recursive: true })
    writeTexts(join(machine.folder, 'x'), { 'site.yml': '- hosts: all\n  roles: [note]\n' })
    writeTexts(machine.project, { empty: '' })
    const refused = await machine.run('plan', '../x/site.yml', '-i', 'localhost,')
    await follow(refused.err)
    expect((await machine.run('plan', '../x/site.yml', '-i', 'localhost,')).code).toBe(0)
  })
})

describe('vendor', () => {
  test('carries the roles along, so that nothing else is needed', async () => {
    writeTexts(join(machine.folder, 'shared/note'), roleTexts('1.0.0'))
    await machine.must('role', 'add', '../shared/note')
    expect(await machine.must('role', 'vendor')).toBe('note 1.0.0: vendor/roles/note\n')
    for (const folder of ['home/.cache', 'shared']) rmSync(join(machine.folder, folder), { recursive: true })
    playbook('note')
    expect((await plan()).code).toBe(0)
    expect(await machine.must('role', 'install')).toBe('note 1.0.0: there\n')
  })

  test('a byte that changed there is brought back from the cache', async () => {
    writeTexts(join(machine.folder, 'shared/note'), roleTexts('1.0.0'))
    await machine.must('role', 'add', '../shared/note')
    await machine.must('role', 'vendor')
    rmSync(join(machine.folder, 'shared'), { recursive: true })
    writeTexts(machine.project, { 'vendor/roles/note/files/new': '', 'vendor/roles/stray/role.yml': '' })
    const verified = await machine.run('role', 'verify')
    expect(verified.err).toContain(
      'error ROLE_CHANGED: the role note in vendor/roles/note is not what tlsplay.lock says: files/new was added',
    )
    expect(verified.err).toContain('error ROLE_LOCK: vendor/roles/stray is not in tlsplay.lock')
    playbook('note')
    await follow((await plan()).err)
    expect(await machine.must('role', 'verify')).toBe('note 1.0.0: as locked\n')
    expect(readdirSync(join(machine.project, 'vendor/roles')).sort()).toEqual(['note', 'note.sha256'])
  })

  test('follows an update', async () => {
    writeTexts(join(machine.folder, 'shared/note'), roleTexts('1.0.0'))
    await machine.must('role', 'add', '../shared/note')
    await machine.must('role', 'vendor')
    writeTexts(join(machine.folder, 'shared/note'), roleTexts('1.1.0'))
    await machine.must('role', 'update')
    expect(read('vendor/roles/note/role.yml')).toContain('1.1.0')
  })
})

test('a list says of each role where it comes from', async () => {
  writeTexts(join(machine.folder, 'shared/note'), roleTexts('1.0.0'))
  await machine.must('role', 'add', '../shared/note')
  writeTexts(machine.project, { 'roles/own/role.yml': "summary: s\nversion: '3.0'\n", 'roles/broken/role.yml': 'x' })
  const out = await machine.must('role', 'list')
  expect(out).toMatch(/^note 1\.0\.0 +\.\.\/shared\/note +installed$/m)
  expect(out).toMatch(/^own 3\.0 +roles\/$/m)
  expect(out).toMatch(/^broken \? +roles\/$/m)
  expect(out).toMatch(/^certificate [\d.]+ +with tlsplay$/m)
  appendFileSync(join(cached(), 'role.yml'), ' ')
  expect(await machine.must('role', 'list')).toMatch(/^note 1\.0\.0 .* installed, changed$/m)
})

test('init makes a role that a playbook can use, once', async () => {
  await machine.must('role', 'init', 'greeting')
  playbook('{role: greeting, inputs: {path: /tmp/tlsplay-greeting, text: hi}}')
  expect((await plan()).out).toContain('create   /tmp/tlsplay-greeting')
  expect((await machine.run('role', 'init', 'greeting')).err).toContain('is there already')
  expect((await machine.run('role', 'init', '../x')).err).toContain('cannot be the name')
})

describe('requirements.yml', () => {
  test.each([
    { what: 'no map', text: 'hello\n', err: 'requirements.yml:1:1: error TYPE_WRONG' },
    { what: 'a misspelt key', text: 'roles:\n  - {scr: ./x}\n', err: 'requirements.yml:2:6: error KEY_UNKNOWN' },
    { what: 'a role without a source', text: 'roles:\n  - {name: x}\n', err: 'requirements.yml:2:5: error KEY_MISSING' },
    { what: 'a name of Galaxy', text: 'roles:\n  - src: geerlingguy.nginx\n', err: 'requirements.yml:2:10: error NOT_SUPPORTED' },
    {
      what: 'a name twice',
      text: 'roles:\n  - src: ./a\n  - src: ./b/a\n',
      err: 'requirements.yml:3:10: error DUPLICATE_KEY: two roles are called a',
    },
    {
      what: 'a name that is none',
      text: 'roles:\n  - src: "./a b"\n',
      err: 'requirements.yml:2:10: error VALUE_INVALID: "a b" cannot be the name of a role',
    },
    { what: 'a path that climbs', text: 'roles:\n  - {src: ./a, path: ../b}\n', err: 'requirements.yml:2:22: error VALUE_INVALID' },
    {
      what: 'a source that is not there',
      text: 'roles:\n  - src: ./a\n',
      err: 'requirements.yml:2:10: error ROLE_SOURCE: role a: ./a cannot be read',
    },
  ])('$what is refused', async ({ text, err }) => {
    writeTexts(machine.project, { 'requirements.yml': text })
    const ended = await machine.run('role', 'install')
    expect(ended.code).toBe(1)
    expect(ended.err).toContain(err)
    expect(existsSync(join(machine.project, 'tlsplay.lock'))).toBe(false)
  })

  test.each([
    {
      form: 'with a comment and its own indent',
      text: '# ours\nroles:\n- src: ../a   # first\n',
      after: '# ours\nroles:\n- src: ../a   # first\n- name: b\n  src: ../b\n',
    },
    { form: 'as a list', text: '- src: ../a\n', after: '- src: ../a\n- name: b\n  src: ../b\n' },
    { form: 'with nothing', text: '', after: 'roles:\n  - name: b\n    src: ../b\n' },
    { form: 'with other words only', text: 'collections: []', after: 'collections: []\nroles:\n  - name: b\n    src: ../b\n' },
    { form: 'without an end of line', text: 'roles:\n  - src: ../a', after: 'roles:\n  - src: ../a\n  - name: b\n    src: ../b\n' },
    { form: 'with no role left', text: 'roles:\n', after: 'roles:\n  - name: b\n    src: ../b\n' },
    {
      form: 'with no role left, between other words',
      text: '# ours\nroles: # none\n# more\ncollections: []\n',
      after: '# ours\nroles: # none\n  - name: b\n    src: ../b\n# more\ncollections: []\n',
    },
    { form: 'with an empty list', text: 'roles: []  # none', after: 'roles:  # none\n  - name: b\n    src: ../b\n' },
  ])('$form keeps every byte when a role is added', async ({ text, after }) => {
    writeTexts(join(machine.folder, 'b'), roleTexts('1.0.0'))
    writeTexts(machine.project, { 'requirements.yml': text })
    await machine.must('role', 'add', '../b')
    expect(read('requirements.yml')).toBe(after)
  })

  test('takes a role again after the last one has gone', async () => {
    writeTexts(join(machine.folder, 'b'), roleTexts('1.0.0'))
    await machine.must('role', 'add', '../b')
    const before = read('requirements.yml')
    await machine.must('role', 'remove', 'b')
    expect(read('requirements.yml')).toBe('roles:\n')
    await machine.must('role', 'add', '../b')
    expect(read('requirements.yml')).toBe(before)
  })

  test('without a role is told when installed roles are held against the lock', async () => {
    expect(await machine.must('role', 'verify')).toBe('tlsplay.lock has no role\n')
  })

  test('in a form that cannot be added to says what to write', async () => {
    writeTexts(join(machine.folder, 'b'), roleTexts('1.0.0'))
    writeTexts(machine.project, { 'requirements.yml': 'roles: [{src: ../a}]\n' })
    const { err } = await machine.run('role', 'add', '../b')
    expect(err).toContain('- name: b')
    expect(read('requirements.yml')).toBe('roles: [{src: ../a}]\n')
  })
})
