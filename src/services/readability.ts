import type { Answer, FileFact, UnitSandbox } from '../model/fact.ts'
import { isAbsent } from '../model/fact.ts'
import { Unknown } from '../model/value.ts'
import { formatMode } from '../lib/mode.ts'
import { isBelow, linkTarget, parentOf, tidyPath } from '../lib/paths.ts'
import { quote } from '../lib/sh.ts'

/** As whom a service opens its files. */
export interface Reader {
  readonly user: string
  readonly uid: number
  /** effective group first */
  readonly group: string
  readonly gids: readonly number[]
}

/** What keeps a service from a file: which component, why, and what to do. */
export interface Obstacle {
  readonly component: string
  readonly reason: string
  readonly remedy: string
}

export interface Readability {
  readonly obstacles: readonly Obstacle[]
  /** true as far as it is known, but worth saying */
  readonly notes: readonly string[]
  /** a component of which nothing is known until something has acted */
  readonly unknown?: Unknown
}

/** Linux follows at most 40 links in one path. */
const maxLinks = 40

/** Every folder on the way and the path itself, outermost first. */
export function componentsOf(path: string): readonly string[] {
  const tidy = tidyPath(path)
  return tidy === '/' ? ['/'] : [...componentsOf(parentOf(tidy)), tidy]
}

interface Walk {
  /** visited components that are no links, in order */
  readonly visited: readonly { readonly path: string; readonly fact: FileFact }[]
  readonly end: 'reached' | 'missing' | 'circle' | 'no folder' | Unknown
  /** where it ended */
  readonly at: string
}

/** Follows a path as the kernel does, links in the middle included. */
function walk(path: string, look: (path: string) => Answer<FileFact>): Walk {
  const visited: { path: string; fact: FileFact }[] = []
  let rest = tidyPath(path)
    .split('/')
    .slice(1)
    .filter((word) => word !== '')
  let at = '/'
  let links = 0
  for (;;) {
    const fact = look(at)
    if (fact instanceof Unknown) return { visited, end: fact, at }
    if (isAbsent(fact)) return { visited, end: 'missing', at }
    if (fact.type === 'link' && fact.link !== undefined) {
      links += 1
      if (links > maxLinks) return { visited, end: 'circle', at }
      rest = [
        ...linkTarget(at, fact.link)
          .split('/')
          .filter((word) => word !== ''),
        ...rest,
      ]
      at = '/'
    } else {
      if (!visited.some((one) => one.path === at)) visited.push({ path: at, fact })
      if (rest.length === 0) return { visited, end: 'reached', at }
      if (fact.type !== 'directory') return { visited, end: 'no folder', at }
    }
    const [next, ...later] = rest
    if (next !== undefined) {
      at = at === '/' ? `/${next}` : `${at}/${next}`
      rest = later
    }
  }
}

/** Whether `reader` can open `path` for reading, through every folder above it and through the sandbox of its unit. */
export function readability(
  path: string,
  reader: Reader,
  sandbox: UnitSandbox | undefined,
  look: (path: string) => Answer<FileFact>,
): Readability {
  const { visited, end, at } = walk(path, look)
  const real = at
  const hidden = sandbox === undefined ? [] : [...new Set([tidyPath(path), real])].flatMap((one) => hiddenBy(one, sandbox)).slice(0, 1)
  const userspace = sandbox?.privateUsers === true
  const blocked = visited.flatMap(({ path: component, fact }, index) => {
    const last = end === 'reached' && index === visited.length - 1
    if (fact.type === 'directory') return refusedTo(component, fact, reader, 'enter', userspace)
    return last ? refusedTo(component, fact, reader, 'read', userspace) : []
  })
  const notes = userspace ? visited.flatMap(({ path: component, fact }) => byGroupOnly(component, fact, reader)) : []
  if (end instanceof Unknown) return { obstacles: [...hidden, ...blocked], notes, unknown: end }
  return { obstacles: [...hidden, ...blocked, ...ended(path, end, at)], notes }
}

function ended(path: string, end: 'reached' | 'missing' | 'circle' | 'no folder', at: string): readonly Obstacle[] {
  switch (end) {
    case 'reached':
      return []
    case 'missing':
      return [
        {
          component: at,
          reason: at === tidyPath(path) ? `${path} does not exist` : `${at} does not exist, so ${path} leads nowhere`,
          remedy: 'make it in an earlier task',
        },
      ]
    case 'circle':
      return [
        {
          component: at,
          reason: `${path} leads through more than ${maxLinks} symbolic links`,
          remedy: `see where it leads\nls -l ${quote(path)}`,
        },
      ]
    case 'no folder':
      return [{ component: at, reason: `${at} is no folder`, remedy: `name a path that exists\nls -ld ${quote(at)}` }]
  }
}

type Need = 'read' | 'enter'

function refusedTo(path: string, fact: FileFact, reader: Reader, need: Need, userspace: boolean): readonly Obstacle[] {
  const bit = need === 'read' ? 4 : 1
  // In a user namespace root is mighty only over files of users that exist in it: itself. Source: user_namespaces(7).
  if (reader.uid === 0 && (!userspace || fact.uid === 0)) return []
  const as = sharedAs(fact, reader)
  const bits = (fact.mode >> (as === 'owner' ? 6 : as === 'group' ? 3 : 0)) & 7
  if ((bits & bit) !== 0) return []
  const verb = need === 'read' ? 'read' : 'enter'
  const remedy =
    need === 'read'
      ? `let it belong to the service\nchown ${quote(reader.user)}: ${quote(path)}`
      : `keep the file below a folder that ${reader.user} may enter, such as one below /etc, or open this one\nchmod o+x ${quote(path)}`
  return [
    { component: path, reason: `${reader.user} may not ${verb} ${path} (${fact.owner}:${fact.group} ${formatMode(fact.mode)})`, remedy },
  ]
}

/** The kernel picks one class and asks no other: an owner without the bit is refused although others have it. */
function sharedAs(fact: FileFact, reader: Reader): 'owner' | 'group' | 'other' {
  if (fact.uid === reader.uid) return 'owner'
  return reader.gids.includes(fact.gid) ? 'group' : 'other'
}

function byGroupOnly(path: string, fact: FileFact, reader: Reader): readonly string[] {
  const need = fact.type === 'directory' ? 1 : 4
  const needed = reader.uid !== 0 && sharedAs(fact, reader) === 'group' && fact.gid !== reader.gids[0] && (fact.mode & need) === 0
  return needed
    ? [
        `${path} is open to ${reader.user} only through the group ${fact.group}, and the unit has PrivateUsers=true: systemd keeps the groups of a process there, but a file of its own user is the safer way`,
      ]
    : []
}

/** Folders that a sandbox takes away. Checked against Debian's prometheus unit: a key below /home makes its start fail. */
function hiddenBy(path: string, sandbox: UnitSandbox): readonly Obstacle[] {
  const away = 'keep it elsewhere, for example below /etc'
  const within = (folder: string) => path === folder || isBelow(path, tidyPath(folder))
  const found = (folder: string, setting: string): readonly Obstacle[] => [
    { component: folder, reason: `the unit has ${setting}, so ${folder} is not visible to the service`, remedy: away },
  ]
  const root = sandbox.rootDirectory
  if (root !== '' && root !== '/')
    return [
      {
        component: path,
        reason: `the unit has RootDirectory=${root}, so ${path} means ${tidyPath(`${root}/${path}`)} to the service`,
        remedy: 'keep it below that folder, and name it as the service sees it',
      },
    ]
  const home = ['/home', '/root', '/run/user'].find(within)
  if (home !== undefined && ['yes', 'true', 'tmpfs'].includes(sandbox.protectHome)) return found(home, `ProtectHome=${sandbox.protectHome}`)
  // DynamicUser=yes turns PrivateTmp on. Source: systemd.exec(5).
  const temporary = ['/tmp', '/var/tmp'].find(within)
  if (temporary !== undefined && (sandbox.privateTmp || sandbox.dynamicUser))
    return found(temporary, sandbox.privateTmp ? 'PrivateTmp=yes' : 'DynamicUser=yes')
  const inaccessible = sandbox.inaccessiblePaths.find(within)
  if (inaccessible !== undefined) return found(inaccessible, `InaccessiblePaths=${inaccessible}`)
  const empty = sandbox.temporaryFileSystems.find(within)
  return empty === undefined ? [] : found(empty, `TemporaryFileSystem=${empty}`)
}
