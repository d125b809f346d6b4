import { sha256Hex } from './digest.ts'

/** The files of a role: path below its folder, with slashes, and content. Folders are those that the paths name. */
export type RoleTree = ReadonlyMap<string, Uint8Array>

/** One line per file as `sha256sum` prints it, so that `sha256sum -c` in the folder of the role checks it as well. */
export function manifestOf(tree: RoleTree): string {
  return [...tree]
    .toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map(([path, bytes]) => `${sha256Hex(bytes)}  ${path}\n`)
    .join('')
}

/** What pins a tree: `sha256:` and the digest of its manifest. Modes do not count, because nothing of a role is run. */
export function treeDigest(tree: RoleTree): string {
  return digestOfManifest(manifestOf(tree))
}

export function digestOfManifest(manifest: string): string {
  return `sha256:${sha256Hex(manifest)}`
}

/** What happened to the files of a tree since its manifest was written, in words: `tasks/main.yml was changed`. */
export function treeChanges(manifest: string, tree: RoleTree): readonly string[] {
  const before = new Map(
    manifest.split('\n').flatMap((line): [string, string][] => (line === '' ? [] : [[line.slice(66), line.slice(0, 64)]])),
  )
  const changed = [...tree].flatMap(([path, bytes]) => {
    const digest = before.get(path)
    if (digest === undefined) return [`${path} was added`]
    return digest === sha256Hex(bytes) ? [] : [`${path} was changed`]
  })
  return [...changed, ...[...before.keys()].filter((path) => !tree.has(path)).map((path) => `${path} is gone`)].toSorted()
}

/** Far above any real role, far below what fills a disk or a memory. */
export const roleLimits = { entries: 2000, fileBytes: 8 * 1024 * 1024, treeBytes: 32 * 1024 * 1024, pathBytes: 240, depth: 12 } as const

/**
 * Why a path cannot be one of a role, or undefined. Nothing is made harmless: what could lead out of a folder, or be
 * read as another name by another system, is refused.
 */
export function pathFault(path: string): string | undefined {
  if (path.startsWith('/')) return 'it is an absolute path'
  if (Buffer.byteLength(path) > roleLimits.pathBytes) return `its name is longer than ${roleLimits.pathBytes} bytes`
  const names = path.split('/')
  if (names.length > roleLimits.depth) return `it lies deeper than ${roleLimits.depth} folders`
  for (const name of names) {
    if (name === '' || name === '.' || name === '..') return 'its path has an empty part, . or ..'
    // invisible letters (U+200C and friends) make two names look alike, and HFS+ leaves them out of names
    if (/[\\\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u{fffd}]/u.test(name))
      return 'its name has letters that cannot be seen or mean a folder elsewhere'
    if (/[. ]$/.test(name)) return 'its name ends in a dot or a blank'
    // git runs what the settings of a repository say, and a shell that shows the branch in its prompt runs git
    if (/^(?:\.git|git~\d+)$/i.test(name)) return 'it belongs to a git repository'
  }
  return undefined
}

/** Pairs of paths that are one path where letters are folded (macOS), or where one is the folder of the other. */
export function collisions(paths: Iterable<string>): readonly string[] {
  const files = new Map<string, string>()
  const folders = new Map<string, string>()
  const found: string[] = []
  for (const path of paths) {
    const own = folded(path)
    const other = files.get(own) ?? folders.get(own)
    if (other !== undefined) found.push(`${other} and ${path}`)
    files.set(own, path)
    const names = path.split('/')
    for (let depth = 1; depth < names.length; depth += 1) {
      const folder = names.slice(0, depth).join('/')
      const key = folded(folder)
      const known = files.get(key) ?? folders.get(key)
      if (known !== undefined && (files.has(key) || known !== folder)) found.push(`${known} and ${path}`)
      folders.set(key, folder)
    }
  }
  return found
}

function folded(path: string): string {
  return path.normalize('NFKC').toLowerCase().normalize('NFKC')
}

/** A folder in it that git would take for a repository without a working tree, whose settings it obeys. */
export function bareRepository(paths: Iterable<string>): string | undefined {
  const all = [...paths].map((path) => path.toLowerCase())
  const has = (folder: string, name: string): boolean =>
    all.some((path) => path === `${folder}${name}` || path.startsWith(`${folder}${name}/`))
  for (const path of all) {
    if (path !== 'head' && !path.endsWith('/head')) continue
    const folder = path.slice(0, -'head'.length)
    if (has(folder, 'objects') && has(folder, 'refs')) return folder === '' ? 'the role' : folder
  }
  return undefined
}
