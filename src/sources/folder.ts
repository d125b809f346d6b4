import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RoleTree } from '../lib/role-tree.ts'
import { RoleFiles } from './role-files.ts'

/** What is no part of a role even where it stands in its folder: the repository around it, and packages that its author installed. */
const leftOut = new Set(['.git', 'node_modules'])

/** The files of a role that lies in a folder. Throws TlsplayError ROLE_ARCHIVE. */
export function folderTree(folder: string, source: string): RoleTree {
  const files = new RoleFiles(source)
  const walk = (below: string): void => {
    for (const name of readdirSync(join(folder, below)).sort()) {
      if (leftOut.has(name)) continue
      const path = below === '' ? name : `${below}/${name}`
      const stat = lstatSync(join(folder, path))
      const kind = stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : 'other'
      files.announce(path, kind, kind === 'directory' ? 0 : stat.size, stat.isSymbolicLink() ? 'a symbolic link' : 'no regular file')
      if (kind === 'directory') walk(path)
      else files.fill(path, readFileSync(join(folder, path)))
    }
  }
  walk('')
  return files.tree()
}
