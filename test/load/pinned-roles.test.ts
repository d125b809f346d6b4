import { expect, test } from 'vitest'
import { manifestOf, treeDigest } from '../../src/lib/role-tree.ts'
import { loadAll } from '../../src/load/index.ts'
import { lockText } from '../../src/load/role-lock.ts'
import { memoryFiles } from './memory-files.ts'
import { stubTypes, stubValidators } from './stub-types.ts'

type Bytes = Readonly<Record<string, Uint8Array>>

const bytesOf = (texts: Readonly<Record<string, string>>): Bytes =>
  Object.fromEntries(Object.entries(texts).map(([path, text]) => [path, Buffer.from(text)]))

const role = bytesOf({ 'role.yml': "summary: s\nversion: '1'\n", 'files/a': 'one' })
const locked = (tree: Bytes) => ({ source: './r', version: '1', tree: treeDigest(new Map(Object.entries(tree))) })

/** A project whose lock pins `as`, with `found` in the cache. Gives the problems, and which files of the role were read as a text. */
async function load(as: Bytes, found: Bytes, more: { readonly links?: Readonly<Record<string, string>>; readonly files?: Bytes } = {}) {
  const { source, version, tree } = locked(as)
  const home = `/cache/${tree.slice('sha256:'.length)}`
  const loaded = await loadAll({
    ...{ playbook: 'site.yml', inventories: [], rolesPaths: [], shippedRoles: '/shipped', roleCache: '/cache' },
    ...{ taskTypes: stubTypes, validators: stubValidators, cwd: '/w' },
    files: memoryFiles(
      {
        '/w/site.yml': '- hosts: all\n  roles: [r]\n',
        '/w/tlsplay.lock': lockText(new Map([['r', { source, version, tree }]])),
        [`${home}/role.sha256`]: manifestOf(new Map(Object.entries(as))),
        ...Object.fromEntries(Object.entries(found).map(([path, bytes]) => [`${home}/role/${path}`, bytes])),
        ...more.files,
      },
      Object.fromEntries(Object.entries(more.links ?? {}).map(([path, to]) => [`${home}/role/${path}`, to])),
    ),
  })
  return {
    problems: loaded.problems.map(
      ({ code, at, message }) => `${code} ${at?.file}:${at?.line}:${at?.column} ${message.split(': ')[1] ?? message}`,
    ),
    hints: loaded.problems.map(({ hint }) => hint),
    parsed: [...loaded.texts.keys()].filter((path) => path.startsWith(home)),
  }
}

test('a role that is what the lock says is read', async () => {
  const { problems, parsed } = await load(role, role)
  expect(problems).toEqual([])
  expect(parsed).toHaveLength(1)
})

test.each<{ readonly what: string; readonly found: Bytes; readonly links?: Readonly<Record<string, string>>; readonly says: string }>([
  { what: 'a byte more', found: { ...role, 'files/a': Buffer.from('one ') }, says: 'files/a was changed' },
  { what: 'a file more', found: { ...role, 'tasks/main.yml': Buffer.from('') }, says: 'tasks/main.yml was added' },
  { what: 'a hidden file more', found: { ...role, '.x': Buffer.from('') }, says: '.x was added' },
  { what: 'a file less', found: { 'role.yml': role['role.yml']! }, says: 'files/a is gone' },
  {
    what: 'a file with another name',
    found: { 'role.yml': role['role.yml']!, 'files/b': role['files/a']! },
    says: 'files/a is gone, files/b was added',
  },
  { what: 'a link in place of a file', found: role, links: { 'files/a': '/etc/passwd' }, says: 'files/a was put there' },
  { what: 'a link in place of a folder', found: role, links: { files: '/etc' }, says: 'files was put there' },
])('$what is refused before anything of the role is read as a text', async ({ found, links, says }) => {
  const { problems, parsed, hints } = await load(role, found, { ...(links === undefined ? {} : { links }) })
  expect(problems).toEqual([`ROLE_CHANGED site.yml:2:11 ${says}`])
  expect(parsed).toEqual([])
  expect(hints).toEqual(['bring back what is locked\ntlsplay role install'])
})

test('every flipped byte of a role of 200 files is refused, and the file is named', async () => {
  const large: Bytes = Object.fromEntries([
    ['role.yml', role['role.yml']!],
    ...Array.from({ length: 199 }, (_, at) => [`files/${at}`, Buffer.from(`file ${at}`)] as const),
  ])
  let flips = 0
  for (const [path, bytes] of Object.entries(large)) {
    for (let at = 0; at < bytes.length; at += 1) {
      const flipped = Uint8Array.from(bytes)
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8))
      const tree = new Map(Object.entries({ ...large, [path]: flipped }))
      expect(treeDigest(tree)).not.toBe(locked(large).tree)
      flips += 1
      // the whole way for one byte of each file: the engine around the digest is the same for all
      if (at > 0) continue
      const { problems, parsed } = await load(large, { ...large, [path]: flipped })
      expect({ problems, parsed }).toEqual({ problems: [`ROLE_CHANGED site.yml:2:11 ${path} was changed`], parsed: [] })
    }
  }
  expect(flips).toBeGreaterThan(1500)
}, 60_000)

test('what is in vendor/roles goes before the cache, and its own command brings it back', async () => {
  const files = Object.fromEntries(Object.entries(role).map(([path, bytes]) => [`/w/vendor/roles/r/${path}`, bytes]))
  expect((await load(role, {}, { files })).problems).toEqual([])
  const changed = await load(role, role, { files: { ...files, '/w/vendor/roles/r/role.yml': Buffer.from('x') } })
  // without the list beside it nobody can tell which file it was
  expect(changed.problems).toEqual(['ROLE_CHANGED site.yml:2:11 it is another version, or was replaced as a whole'])
  expect(changed.hints).toEqual(['bring back what is locked\ntlsplay role vendor'])
})

test.each([
  { how: 'imported by a task', site: '- hosts: all\n  tasks:\n    - import_role: {name: r}\n', at: 'site.yml:3:27' },
  { how: 'needed by a role of the project', site: '- hosts: all\n  roles: [own]\n', at: 'roles/own/role.yml:3:16' },
])('a changed role that is $how is refused all the same', async ({ site, at }) => {
  const files = {
    '/w/site.yml': Buffer.from(site),
    '/w/roles/own/role.yml': Buffer.from("summary: s\nversion: '1'\ndependencies: [r]\n"),
  }
  const { problems, parsed } = await load(role, { ...role, 'files/a': Buffer.from('two') }, { files })
  expect({ problems, parsed }).toEqual({ problems: [`ROLE_CHANGED ${at} files/a was changed`], parsed: [] })
})
