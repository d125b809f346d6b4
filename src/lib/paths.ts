import { posix } from 'node:path'

/** One spelling for each path of a host, so that a fact is found whichever way it was written. */
export function tidyPath(path: string): string {
  const tidy = posix.normalize(path)
  return tidy.length > 1 && tidy.endsWith('/') ? tidy.slice(0, -1) : tidy
}

export function parentOf(path: string): string {
  return posix.dirname(path)
}

export function baseOf(path: string): string {
  return posix.basename(path)
}

/** Where the text of a symbolic link at `path` leads. */
export function linkTarget(path: string, link: string): string {
  return tidyPath(posix.resolve(parentOf(path), link))
}

/** `/a/b/c` -> `/a`, `/a/b`: every folder above a path, the root left out. */
export function foldersAbove(path: string): readonly string[] {
  const words = tidyPath(path).split('/').slice(1, -1)
  return words.map((_, index) => `/${words.slice(0, index + 1).join('/')}`)
}

export function isBelow(path: string, folder: string): boolean {
  return folder === '/' ? path !== '/' : path.startsWith(`${folder}/`)
}
