import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { RoleTree } from '../lib/role-tree.ts'
import { TlsplayError } from '../model/problem.ts'
import { unpackTar } from './archive.ts'
import { folderTree } from './folder.ts'
import { checkGitPlace, gitTree } from './git.ts'
import { checkNpmPlace, npmTarball } from './npm.ts'
import { roleIn } from './role-files.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Where a role is had, with what was asked of it. */
export interface Wanted {
  /** as written, for messages */
  readonly src: string
  readonly place:
    | { readonly kind: 'git'; readonly url: string }
    | { readonly kind: 'npm'; readonly name: string }
    | { readonly kind: 'folder'; readonly folder: string }
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'download'; readonly url: string }
  readonly version?: string
  /** folder of the role within it */
  readonly path?: string
}

export interface Fetched {
  readonly tree: RoleTree
  /** commit of git, version of npm */
  readonly resolved?: string
}

export interface Surroundings {
  /** absolute; relative paths start here */
  readonly project: string
  readonly env: Environment
  /** the bytes at an https address */
  readonly download: (url: string) => Promise<Uint8Array>
}

/** Brings the files of a role into memory; nothing in them is run. Throws TlsplayError ROLE_SOURCE, ROLE_ARCHIVE. */
export async function fetchRole(wanted: Wanted, around: Surroundings): Promise<Fetched> {
  const { tree, ...rest } = await fetchTree(wanted, around)
  return { ...rest, tree: roleIn(tree, wanted.path, wanted.src) }
}

async function fetchTree({ src, place, version }: Wanted, { project, env, download }: Surroundings): Promise<Fetched> {
  switch (place.kind) {
    case 'git': {
      const url = /^\.{1,2}\//.test(place.url) ? resolve(project, place.url) : place.url
      checkGitPlace({ url, ref: version })
      const { commit, tree } = await inScratch((scratch) => gitTree({ url, ref: version }, scratch, env))
      return { tree, resolved: commit }
    }
    case 'npm': {
      const wanted = { name: place.name, range: version ?? 'latest' }
      checkNpmPlace(wanted)
      const packed = await inScratch((scratch) => npmTarball(wanted, { project, scratch, env }))
      return { tree: await unpackTar(packed.archive, src), resolved: packed.version }
    }
    case 'folder':
      return { tree: readable(place.folder, () => folderTree(resolve(project, place.folder), src)) }
    case 'file':
      return {
        tree: await unpackTar(
          readable(place.path, () => readFileSync(resolve(project, place.path))),
          src,
        ),
      }
    case 'download':
      return { tree: await unpackTar(await download(place.url), src) }
  }
}

async function inScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'tlsplay-role-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readable<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof TlsplayError) throw error
    const { code, message } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'it does not exist' : message
    throw new TlsplayError([
      { code: 'ROLE_SOURCE', message: `${path} cannot be read: ${why}`, hint: 'paths start at the folder of requirements.yml' },
    ])
  }
}
