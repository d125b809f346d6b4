import { dirname, resolve } from 'node:path'
import { TlsplayError } from '../model/problem.ts'
import type { Io } from './io.ts'
import type { AuthorityPlace } from './options.ts'
import { nodeFiles } from './ports/node-files.ts'

/** The folder whose `ca/` an inventory looks into: that of its first source. */
export function authorityFolder(options: AuthorityPlace, io: Io): string {
  if (options.folder !== undefined) return resolve(io.cwd, options.folder)
  const [source] = options.inventory
  if (source === undefined) {
    throw new TlsplayError([
      {
        code: 'OPTION_INVALID',
        message: 'where does the authority lie?',
        hint: 'name the inventory it belongs to with -i, or a folder with --folder',
      },
    ])
  }
  if (source.includes(',')) return io.cwd
  const path = resolve(io.cwd, source)
  const kind = nodeFiles.kind(path)
  if (kind === undefined)
    throw new TlsplayError([
      { code: 'FILE_MISSING', message: `there is no inventory ${path}`, hint: 'name an inventory file with -i, or a folder with --folder' },
    ])
  return kind === 'directory' ? path : dirname(path)
}
