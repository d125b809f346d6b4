import { describe, expect, test } from 'vitest'
import { type Answer, absent, type FileFact, type UnitSandbox } from '../../src/model/fact.ts'
import { Unknown } from '../../src/model/value.ts'
import { componentsOf, type Reader, readability } from '../../src/services/readability.ts'

const open: UnitSandbox = {
  protectHome: 'no',
  privateTmp: false,
  privateUsers: false,
  protectSystem: 'no',
  dynamicUser: false,
  rootDirectory: '',
  inaccessiblePaths: [],
  temporaryFileSystems: [],
}
const prometheus: Reader = { user: 'prometheus', uid: 107, group: 'prometheus', gids: [113, 200] }
const root: Reader = { user: 'root', uid: 0, group: 'root', gids: [0] }

const fact = (type: FileFact['type'], mode: number, uid = 0, gid = uid, link?: string): FileFact => ({
  type,
  mode,
  uid,
  gid,
  owner: `u${uid}`,
  group: `g${gid}`,
  size: 0,
  mtime: 1,
  links: 1,
  ...(link === undefined ? {} : { link }),
})
const folder = (mode = 0o755, uid = 0, gid = uid) => fact('directory', mode, uid, gid)

type Tree = Readonly<Record<string, Answer<FileFact>>>
const base: Tree = { '/': folder(), '/etc': folder(), '/home': folder(), '/tmp': folder(0o1777), '/etc/tls': folder() }

function ask(path: string, reader: Reader, tree: Tree, sandbox: Partial<UnitSandbox> = {}) {
  return readability(path, reader, { ...open, ...sandbox }, (at) => ({ ...base, ...tree })[at] ?? absent)
}

const key = '/etc/tls/k.pem'

describe('readability', () => {
  test.each([
    { case: 'its own file', tree: { [key]: fact('file', 0o400, 107) }, reasons: [] },
    { case: 'a file for all', tree: { [key]: fact('file', 0o644) }, reasons: [] },
    { case: 'by its first group', tree: { [key]: fact('file', 0o640, 0, 113) }, reasons: [] },
    { case: 'by another group of its', tree: { [key]: fact('file', 0o640, 0, 200) }, reasons: [] },
    {
      case: 'a file of root alone',
      tree: { [key]: fact('file', 0o600) },
      reasons: ['prometheus may not read /etc/tls/k.pem (u0:g0 0600)'],
    },
    {
      case: 'another group',
      tree: { [key]: fact('file', 0o640, 0, 114) },
      reasons: ['prometheus may not read /etc/tls/k.pem (u0:g114 0640)'],
    },
    {
      case: 'the owner class alone counts',
      tree: { [key]: fact('file', 0o044, 107) },
      reasons: ['prometheus may not read /etc/tls/k.pem (u107:g107 0044)'],
    },
    {
      case: 'the group class comes before others',
      tree: { [key]: fact('file', 0o604, 0, 113) },
      reasons: ['prometheus may not read /etc/tls/k.pem (u0:g113 0604)'],
    },
    {
      case: 'a folder that is closed',
      tree: { '/etc/tls': folder(0o700), [key]: fact('file', 0o400, 107) },
      reasons: ['prometheus may not enter /etc/tls (u0:g0 0700)'],
    },
    {
      case: 'a folder that may be listed but not entered',
      tree: { '/etc/tls': folder(0o744), [key]: fact('file', 0o444) },
      reasons: ['prometheus may not enter /etc/tls (u0:g0 0744)'],
    },
    {
      case: 'every closed component is named',
      tree: { '/etc/tls': folder(0o700), [key]: fact('file', 0o400) },
      reasons: ['prometheus may not enter /etc/tls (u0:g0 0700)', 'prometheus may not read /etc/tls/k.pem (u0:g0 0400)'],
    },
    { case: 'nothing there', tree: {}, reasons: ['/etc/tls/k.pem does not exist'] },
    {
      case: 'a link is followed',
      tree: { [key]: fact('link', 0o777, 0, 0, 'real.pem'), '/etc/tls/real.pem': fact('file', 0o400, 107) },
      reasons: [],
    },
    {
      case: 'a link to a closed place',
      tree: {
        [key]: fact('link', 0o777, 0, 0, '../archive/1.pem'),
        '/etc/archive': folder(0o700),
        '/etc/archive/1.pem': fact('file', 0o644),
      },
      reasons: ['prometheus may not enter /etc/archive (u0:g0 0700)'],
    },
    {
      case: 'a link that leads nowhere',
      tree: { [key]: fact('link', 0o777, 0, 0, '/etc/none') },
      reasons: ['/etc/none does not exist, so /etc/tls/k.pem leads nowhere'],
    },
    {
      case: 'links in a circle',
      tree: { [key]: fact('link', 0o777, 0, 0, key) },
      reasons: ['/etc/tls/k.pem leads through more than 40 symbolic links'],
    },
    {
      case: 'a file in the place of a folder',
      tree: { '/etc/tls': fact('file', 0o644), [key]: fact('file', 0o644) },
      reasons: ['/etc/tls is no folder'],
    },
    { case: 'a folder to read needs to be entered', tree: { [key]: folder(0o750, 0, 113) }, reasons: [] },
  ])('$case', ({ tree, reasons }) => {
    expect(ask(key, prometheus, tree).obstacles.map((one) => one.reason)).toEqual(reasons)
  })

  test('root reads all, but only its own in a user namespace', () => {
    const tree = { '/etc/tls': folder(0o700, 5), [key]: fact('file', 0, 107) }
    expect(ask(key, root, tree).obstacles).toEqual([])
    expect(ask(key, root, tree, { privateUsers: true }).obstacles).toHaveLength(2)
  })

  test('an obstacle names the component and what to do', () => {
    expect(ask(key, prometheus, { [key]: fact('file', 0o600) }).obstacles).toEqual([
      {
        component: key,
        reason: 'prometheus may not read /etc/tls/k.pem (u0:g0 0600)',
        remedy: 'let it belong to the service\nchown prometheus: /etc/tls/k.pem',
      },
    ])
  })

  test('what is not known yet is no obstacle', () => {
    const why = new Unknown('made later')
    expect(ask(key, prometheus, { [key]: why })).toEqual({ obstacles: [], notes: [], unknown: why })
  })
})

describe('the sandbox of a unit', () => {
  const at = (path: string): Tree =>
    Object.fromEntries(componentsOf(path).map((one, index, all) => [one, index === all.length - 1 ? fact('file', 0o644) : folder()]))
  test.each([
    { path: '/home/p/k', sandbox: { protectHome: 'yes' }, reason: 'the unit has ProtectHome=yes, so /home is not visible to the service' },
    { path: '/root/k', sandbox: { protectHome: 'yes' }, reason: 'the unit has ProtectHome=yes, so /root is not visible to the service' },
    {
      path: '/run/user/1/k',
      sandbox: { protectHome: 'tmpfs' },
      reason: 'the unit has ProtectHome=tmpfs, so /run/user is not visible to the service',
    },
    { path: '/home/p/k', sandbox: { protectHome: 'read-only' }, reason: undefined },
    { path: '/home/p/k', sandbox: {}, reason: undefined },
    { path: '/homes/k', sandbox: { protectHome: 'yes' }, reason: undefined },
    { path: '/tmp/k', sandbox: { privateTmp: true }, reason: 'the unit has PrivateTmp=yes, so /tmp is not visible to the service' },
    { path: '/var/tmp/k', sandbox: { privateTmp: true }, reason: 'the unit has PrivateTmp=yes, so /var/tmp is not visible to the service' },
    { path: '/tmp/k', sandbox: { dynamicUser: true }, reason: 'the unit has DynamicUser=yes, so /tmp is not visible to the service' },
    { path: '/tmp/k', sandbox: {}, reason: undefined },
    {
      path: '/srv/a/k',
      sandbox: { inaccessiblePaths: ['/opt', '/srv/a'] },
      reason: 'the unit has InaccessiblePaths=/srv/a, so /srv/a is not visible to the service',
    },
    { path: '/srv/ab/k', sandbox: { inaccessiblePaths: ['/srv/a'] }, reason: undefined },
    {
      path: '/srv/k',
      sandbox: { temporaryFileSystems: ['/srv'] },
      reason: 'the unit has TemporaryFileSystem=/srv, so /srv is not visible to the service',
    },
    {
      path: '/etc/k',
      sandbox: { rootDirectory: '/jail' },
      reason: 'the unit has RootDirectory=/jail, so /etc/k means /jail/etc/k to the service',
    },
  ])('$path with $sandbox', ({ path, sandbox, reason }) => {
    expect(ask(path, prometheus, at(path), sandbox).obstacles.map((one) => one.reason)).toEqual(reason === undefined ? [] : [reason])
  })

  test('a link out of a visible folder into a hidden one is found', () => {
    const tree = { ...at('/home/p/k'), [key]: fact('link', 0o777, 0, 0, '/home/p/k') }
    expect(ask(key, prometheus, tree, { protectHome: 'yes' }).obstacles.map((one) => one.component)).toEqual(['/home'])
  })

  test('PrivateUsers: open by another group only is said, by the own group or to all is not', () => {
    const notes = (mode: number, gid: number) => ask(key, prometheus, { [key]: fact('file', mode, 0, gid) }, { privateUsers: true }).notes
    expect(notes(0o640, 200)).toEqual([expect.stringContaining('only through the group g200')])
    expect(notes(0o640, 113)).toEqual([])
    expect(notes(0o644, 200)).toEqual([])
  })
})
