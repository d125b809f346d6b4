import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runProgram } from '../../src/cli/program.ts'
import { roleLimits } from '../../src/lib/role-tree.ts'
import { TlsplayError } from '../../src/model/problem.ts'
import { archiveLimitBytes, unpackTar } from '../../src/sources/archive.ts'
import { fakeIo } from '../cli/fake-io.ts'
import { type Block, block, pax, roleFile, tar } from './tar.ts'

const withRole = (...blocks: readonly (Block | Buffer)[]) => tar(roleFile, ...blocks)
const file = (name: string): Block => ({ name, content: 'x' })
const long = (name: string, type = 'L') => block({ name: '././@LongLink', type, content: `${name}\0` })

/** Archives that no role may be; each says what must be told of it. */
const unsafe: readonly { readonly shape: string; readonly archive: () => Uint8Array; readonly says: RegExp }[] = [
  // names that lead out
  { shape: 'a name that climbs', archive: () => withRole(file('../evil')), says: /\.\.\/evil: its path/ },
  { shape: 'a name that climbs in the middle', archive: () => withRole(file('tasks/../../evil')), says: /its path/ },
  { shape: 'a name that ends in ..', archive: () => withRole({ name: 'tasks/..', type: '5' }), says: /its path/ },
  { shape: 'a folder that climbs', archive: () => withRole({ name: '../evil/', type: '5' }), says: /its path/ },
  { shape: 'an absolute name', archive: () => withRole(file('/etc/passwd')), says: /absolute/ },
  { shape: 'an absolute name behind ./', archive: () => withRole(file('.//etc/passwd')), says: /absolute/ },
  { shape: 'an absolute name behind ././/', archive: () => withRole(file('././/etc/passwd')), says: /absolute/ },
  { shape: 'an absolute name in the prefix', archive: () => withRole({ ...file('passwd'), prefix: '/etc' }), says: /absolute/ },
  { shape: 'a prefix that climbs', archive: () => withRole({ ...file('evil'), prefix: '..' }), says: /its path/ },
  {
    shape: 'a drive letter with a backslash',
    archive: () => withRole(file('C:\\evil')),
    says: /letters that cannot be seen or mean a folder/,
  },
  { shape: 'backslashes that climb', archive: () => withRole(file('..\\..\\evil')), says: /mean a folder/ },
  { shape: 'an empty part', archive: () => withRole(file('tasks//main.yml')), says: /its path/ },
  { shape: 'a dot as a part', archive: () => withRole(file('tasks/./main.yml')), says: /its path/ },
  { shape: 'no name at all', archive: () => withRole(file('')), says: /its path/ },
  { shape: 'a long name of GNU that climbs', archive: () => withRole(long('../evil'), file('harmless')), says: /\.\.\/evil/ },
  { shape: 'a long name of GNU that is absolute', archive: () => withRole(long('/etc/cron.d/x'), file('harmless')), says: /absolute/ },
  { shape: 'an old long name of GNU', archive: () => withRole(long('../evil', 'N'), file('harmless')), says: /\.\.\/evil/ },
  { shape: 'a path of PAX that climbs', archive: () => withRole(pax({ path: '../evil' }), file('harmless')), says: /\.\.\/evil/ },
  { shape: 'a path of PAX that is absolute', archive: () => withRole(pax({ path: '/tmp/evil' }), file('harmless')), says: /absolute/ },
  {
    shape: 'a path of PAX for all',
    archive: () => withRole(pax({ path: '../evil' }, 'g'), pax({ mtime: '1' }), file('harmless')),
    says: /\.\.\/evil/,
  },
  { shape: 'a name with a newline', archive: () => withRole(file('a\nb')), says: /cannot be seen/ },
  { shape: 'a name with an escape', archive: () => withRole(file('a\u001b[2Jb')), says: /cannot be seen/ },
  { shape: 'a name with a zero-width letter', archive: () => withRole(file('main\u200c.yml')), says: /cannot be seen/ },
  { shape: 'a name that is written backwards', archive: () => withRole(file('a\u202eb')), says: /cannot be seen/ },
  {
    shape: 'a name that is not UTF-8',
    archive: () => withRole({ name: Buffer.from([0x61, 0xff, 0x62]), content: 'x' }),
    says: /cannot be seen/,
  },
  { shape: 'a name that ends in a dot', archive: () => withRole(file('tasks./main.yml')), says: /ends in a dot/ },
  { shape: 'a name that ends in a blank', archive: () => withRole(file('tasks /main.yml')), says: /ends in a dot or a blank/ },
  {
    shape: 'a name that is too long',
    archive: () => withRole(pax({ path: 'a'.repeat(roleLimits.pathBytes + 1) }), file('x')),
    says: /longer than/,
  },
  { shape: 'a name of too many folders', archive: () => withRole(file(`${'a/'.repeat(roleLimits.depth)}x`)), says: /deeper than/ },
  // what is neither file nor folder
  { shape: 'a symbolic link', archive: () => withRole({ name: 'x', type: '2', link: 'role.yml' }), says: /x is a symbolic link/ },
  {
    shape: 'a symbolic link that leads out',
    archive: () => withRole({ name: 'x', type: '2', link: '../../etc/shadow' }),
    says: /symbolic link/,
  },
  {
    shape: 'a symbolic link to a folder, and a file through it',
    archive: () => withRole({ name: 'x', type: '2', link: '/tmp' }, file('x/evil')),
    says: /symbolic link/,
  },
  {
    shape: 'a link through a link',
    archive: () => withRole({ name: 'a', type: '2', link: '..' }, { name: 'a/b', type: '2', link: '..' }),
    says: /symbolic link/,
  },
  { shape: 'a symbolic link to itself', archive: () => withRole({ name: 'x', type: '2', link: 'x' }), says: /symbolic link/ },
  {
    shape: 'a symbolic link with a long text of GNU',
    archive: () => withRole(long('/etc/shadow', 'K'), { name: 'x', type: '2' }),
    says: /symbolic link/,
  },
  {
    shape: 'a symbolic link with a text of PAX',
    archive: () => withRole(pax({ linkpath: '/etc/shadow' }), { name: 'x', type: '2' }),
    says: /symbolic link/,
  },
  {
    shape: 'a link in place of the role itself',
    archive: () => tar({ name: 'role.yml', type: '2', link: '/etc/passwd' }),
    says: /symbolic link/,
  },
  { shape: 'a hard link', archive: () => withRole({ name: 'x', type: '1', link: 'role.yml' }), says: /x is a hard link/ },
  { shape: 'a hard link that leads out', archive: () => withRole({ name: 'x', type: '1', link: '/etc/shadow' }), says: /hard link/ },
  {
    shape: 'a hard link, and a file that overwrites it',
    archive: () => withRole({ name: 'x', type: '1', link: '/etc/shadow' }, file('x')),
    says: /hard link/,
  },
  { shape: 'a character device', archive: () => withRole({ name: 'null', type: '3' }), says: /null is a device/ },
  { shape: 'a block device', archive: () => withRole({ name: 'sda', type: '4' }), says: /sda is a device/ },
  { shape: 'a pipe', archive: () => withRole({ name: 'p', type: '6' }), says: /p is a pipe/ },
  { shape: 'a contiguous file', archive: () => withRole({ ...file('c'), type: '7' }), says: /of a kind that is not known/ },
  { shape: 'a sparse file of GNU', archive: () => withRole({ ...file('s'), type: 'S' }), says: /of a kind that is not known/ },
  {
    shape: 'a sparse file of PAX',
    archive: () => withRole(pax({ 'GNU.sparse.major': '1', 'GNU.sparse.name': '../evil' }), file('s')),
    says: /s is a sparse file/,
  },
  { shape: 'a multi-volume file', archive: () => withRole({ ...file('m'), type: 'M' }), says: /of a kind that is not known/ },
  { shape: 'a volume label', archive: () => withRole({ name: 'v', type: 'V' }), says: /of a kind that is not known/ },
  { shape: 'a dump of a folder', archive: () => withRole({ ...file('d'), type: 'D' }), says: /of a kind that is not known/ },
  // names that meet
  { shape: 'a name twice', archive: () => withRole(file('role.yml')), says: /role\.yml twice/ },
  {
    shape: 'names that differ in case',
    archive: () => withRole(file('tasks/main.yml'), file('Tasks/main.yml')),
    says: /one name on some systems/,
  },
  { shape: 'a file and a folder that differ in case', archive: () => withRole(file('tasks'), file('TASKS/main.yml')), says: /one name/ },
  { shape: 'a file that is a folder too', archive: () => withRole(file('a'), file('a/b')), says: /one name/ },
  { shape: 'a folder that is a file too', archive: () => withRole(file('a/b'), file('a')), says: /one name/ },
  { shape: 'letters composed in two ways', archive: () => withRole(file('\u00e9'), file('e\u0301')), says: /one name/ },
  { shape: 'a ligature and its letters', archive: () => withRole(file('\ufb01le'), file('file')), says: /one name/ },
  { shape: 'the Kelvin sign and k', archive: () => withRole(file('\u212aey'), file('key')), says: /one name/ },
  // git
  { shape: 'settings of git', archive: () => withRole(file('.git/config')), says: /belongs to a git repository/ },
  { shape: 'settings of git in other letters', archive: () => withRole(file('.GiT/config')), says: /git repository/ },
  { shape: 'settings of git by the short name of FAT', archive: () => withRole(file('git~1/config')), says: /git repository/ },
  { shape: 'a file .git that leads elsewhere', archive: () => withRole(file('files/.git')), says: /git repository/ },
  { shape: 'settings of git behind an invisible letter', archive: () => withRole(file('.g\u200cit/config')), says: /cannot be seen/ },
  {
    shape: 'a repository without a working tree',
    archive: () => withRole(file('x/HEAD'), file('x/config'), file('x/objects/a'), file('x/refs/b')),
    says: /looks like a git repository/,
  },
  // too much
  {
    shape: 'a bomb of zeros',
    archive: () => gzipSync(withRole({ name: 'zeros', content: Buffer.alloc(7 * 1024 * 1024) })),
    says: /unpacks to more than/,
  },
  {
    shape: 'too many entries',
    archive: () => gzipSync(withRole(...Array.from({ length: roleLimits.entries }, (_, at) => file(`f${at}`)))),
    says: /more than 2000 files and folders|unpacks to more/,
  },
  {
    shape: 'too many folders',
    archive: () => tar(...Array.from({ length: roleLimits.entries + 1 }, (_, at): Block => ({ name: `d${at}/`, type: '5' }))),
    says: /more than 2000/,
  },
  {
    shape: 'a file that is too large',
    archive: () => withRole({ name: 'big', content: Buffer.alloc(roleLimits.fileBytes + 1) }),
    says: /big is larger than/,
  },
  {
    shape: 'a file that says it is too large',
    archive: () => withRole({ name: 'big', size: 8 * 1024 ** 3 - 1 }),
    says: /big is larger than/,
  },
  {
    shape: 'a size of PAX that is too large',
    archive: () => withRole(pax({ size: '99999999999999' }), file('big')),
    says: /big is larger than/,
  },
  { shape: 'a size of PAX below zero', archive: () => withRole(pax({ size: '-1' }), file('big')), says: /no tar archive|larger/ },
  { shape: 'an archive that is too large', archive: () => Buffer.alloc(archiveLimitBytes + 1), says: /the archive is larger than/ },
  {
    shape: 'a record of PAX that is too large',
    archive: () => withRole(block({ name: 'h', type: 'x', size: 2 ** 30 })),
    says: /no tar archive|damaged/,
  },
  // not what it seems
  { shape: 'nothing', archive: () => Buffer.alloc(0), says: /no role\.yml/ },
  { shape: 'text', archive: () => Buffer.from('not an archive'.repeat(100)), says: /no tar archive/ },
  { shape: 'half an archive', archive: () => withRole({ name: 'x', content: 'y'.repeat(2000) }).subarray(0, 2000), says: /no tar archive/ },
  { shape: 'a wrong checksum', archive: () => withRole({ ...file('x'), checksum: 1 }), says: /no tar archive/ },
  { shape: 'gzip that breaks off', archive: () => gzipSync(withRole()).subarray(0, 60), says: /damaged/ },
  {
    shape: 'gzip with a wrong sum',
    archive: () => Buffer.from(gzipSync(withRole()).map((byte, at, all) => (at === all.length - 6 ? byte ^ 1 : byte))),
    says: /damaged/,
  },
  { shape: 'an archive without a role', archive: () => tar(file('a/b'), file('c')), says: /no role\.yml/ },
]

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tlsplay-archive-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Everything below a folder: kinds, contents, links, times of change. */
function snapshot(root: string): string {
  const lines: string[] = []
  const walk = (path: string): void => {
    const stat = lstatSync(path)
    const what = stat.isSymbolicLink()
      ? readlinkSync(path)
      : stat.isFile()
        ? createHash('sha256').update(readFileSync(path)).digest('hex')
        : ''
    lines.push(`${path} ${stat.mode} ${stat.size} ${stat.ino} ${what}`)
    if (stat.isDirectory()) for (const name of readdirSync(path).sort()) walk(join(path, name))
  }
  walk(root)
  return lines.join('\n')
}

describe('an unsafe archive is refused as a whole', () => {
  test('there are sixty shapes and more, no two alike', () => {
    expect(new Set(unsafe.map(({ shape }) => shape)).size).toBe(unsafe.length)
    expect(unsafe.length).toBeGreaterThanOrEqual(60)
  })

  test.each(unsafe)('$shape', async ({ archive, says }) => {
    // the project, its neighbours, what a link could lead to, and an empty cache
    for (const name of ['project/roles', 'etc', 'home']) mkdirSync(join(folder, name), { recursive: true })
    writeFileSync(join(folder, 'etc/passwd'), 'root')
    symlinkSync('../etc', join(folder, 'project/link'))
    writeFileSync(join(folder, 'role.tgz'), archive())
    const before = snapshot(folder)
    const io = fakeIo(['role', 'add', '../role.tgz', '--name', 'r', '--folder', 'project'], {
      cwd: folder,
      env: { HOME: join(folder, 'home'), PATH: process.env['PATH'] },
    })
    expect(await runProgram(io)).toBe(1)
    expect(io.err()).toMatch(/^error ROLE_(?:ARCHIVE|SOURCE): /)
    expect(io.err().replaceAll('\\x', '')).toMatch(says)
    expect(snapshot(folder)).toBe(before)
  })

  test('a change beside the role would be seen', () => {
    const before = snapshot(folder)
    writeFileSync(join(folder, 'x'), '')
    expect(snapshot(folder)).not.toBe(before)
  })
})

describe('a safe archive is taken', () => {
  const paths = async (archive: Uint8Array) => [...(await unpackTar(archive, 'x')).keys()]

  test.each([
    { shape: 'plain', archive: () => withRole(file('tasks/main.yml')), found: ['role.yml', 'tasks/main.yml'] },
    { shape: 'packed', archive: () => gzipSync(withRole(file('tasks/main.yml'))), found: ['role.yml', 'tasks/main.yml'] },
    { shape: 'with ./ before its names', archive: () => tar({ name: './', type: '5' }, file('./role.yml')), found: ['role.yml'] },
    {
      shape: 'with folders',
      archive: () => withRole({ name: 'tasks/', type: '5' }, file('tasks/main.yml')),
      found: ['role.yml', 'tasks/main.yml'],
    },
    {
      shape: 'with a folder after its file',
      archive: () => withRole(file('tasks/main.yml'), { name: 'tasks', type: '5' }),
      found: ['role.yml', 'tasks/main.yml'],
    },
    {
      shape: 'with a long name of GNU',
      archive: () => withRole(long(`tasks/${'a'.repeat(150)}.yml`), file('short')),
      found: ['role.yml', `tasks/${'a'.repeat(150)}.yml`],
    },
    {
      shape: 'with a path of PAX',
      archive: () => withRole(pax({ path: `tasks/${'b'.repeat(150)}.yml` }), file('short')),
      found: ['role.yml', `tasks/${'b'.repeat(150)}.yml`],
    },
    { shape: 'with a prefix', archive: () => withRole({ ...file('main.yml'), prefix: 'tasks' }), found: ['role.yml', 'tasks/main.yml'] },
    { shape: 'with a record for all, as git writes it', archive: () => tar(pax({ comment: '0123' }, 'g'), roleFile), found: ['role.yml'] },
  ])('$shape', async ({ archive, found }) => {
    expect(await paths(archive())).toEqual(found)
  })

  test('what is in a file comes out as it was', async () => {
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, at) => (at * 7) % 256))
    const tree = await unpackTar(gzipSync(withRole({ name: 'files/x.bin', content: bytes })), 'x')
    expect(Buffer.compare(Buffer.from(tree.get('files/x.bin') ?? []), bytes)).toBe(0)
  })

  test('a refusal is a problem, never an error of ours', async () => {
    await expect(unpackTar(withRole(file('../x')), 'x')).rejects.toBeInstanceOf(TlsplayError)
  })
})
