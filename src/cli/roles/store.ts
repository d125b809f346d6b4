import { lstatSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { manifestOf, type RoleTree } from '../../lib/role-tree.ts'
import { type RoleHome, vendorFolder } from '../../load/pinned-roles.ts'
import { TlsplayError } from '../../model/problem.ts'

/** Puts the files of a role into its place, whole or not at all; what stood there before is replaced. Throws TlsplayError WRITE_FAILED. */
export function writeRole(home: RoleHome, tree: RoleTree): void {
  try {
    mkdirSync(dirname(home.folder), { recursive: true, mode: 0o755 })
    const draft = mkdtempSync(join(dirname(home.folder), '.new-'))
    try {
      // the names were checked when they were read; `wx` never follows or replaces what somebody else put there
      for (const [path, bytes] of tree) {
        mkdirSync(dirname(join(draft, 'role', path)), { recursive: true, mode: 0o755 })
        writeFileSync(join(draft, 'role', path), bytes, { flag: 'wx', mode: 0o644 })
      }
      writeFileSync(join(draft, 'manifest'), manifestOf(tree), { flag: 'wx', mode: 0o644 })
      // what is replaced steps aside by a rename: a run that reads it at this moment misses it for no longer than that
      if (lstatSync(home.folder, { throwIfNoEntry: false }) !== undefined) renameSync(home.folder, join(draft, 'before'))
      renameSync(join(draft, 'role'), home.folder)
      renameSync(join(draft, 'manifest'), home.manifest)
    } finally {
      rmSync(draft, { recursive: true, force: true })
    }
  } catch (error) {
    throw new TlsplayError(
      [
        {
          code: 'WRITE_FAILED',
          message: `the role could not be put into ${home.folder}: ${(error as Error).message}`,
          hint: 'make room there, or let yourself write there',
        },
      ],
      { cause: error },
    )
  }
}

export function hasVendor(project: string): boolean {
  return lstatSync(vendorFolder(project), { throwIfNoEntry: false })?.isDirectory() === true
}

/** Takes away what vendor/roles holds beside these roles; gives the names of what went. */
export function pruneVendor(project: string, keep: ReadonlySet<string>): readonly string[] {
  if (!hasVendor(project)) return []
  const folder = vendorFolder(project)
  const stray = readdirSync(folder).filter((name) => !keep.has(name.replace(/\.sha256$/, '')))
  for (const name of stray) rmSync(join(folder, name), { recursive: true, force: true })
  return stray.filter((name) => !name.endsWith('.sha256'))
}
