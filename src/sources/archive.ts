import { gunzipSync } from 'node:zlib'
import { extract, type Header } from 'tar-stream'
import { roleLimits, type RoleTree } from '../lib/role-tree.ts'
import { TlsplayError } from '../model/problem.ts'
import { refused, RoleFiles } from './role-files.ts'

/** Of the archive as it lies there or comes over the wire. */
export const archiveLimitBytes = 16 * 1024 * 1024

/** Text packs to a fifth; what packs better than this from a mebibyte on was made to. */
const greatestRatio = 100
const always = 1024 * 1024

/** Room for the headers that stand before each file beside the files themselves. */
const unpackedLimitBytes = roleLimits.treeBytes + roleLimits.entries * 2048

/**
 * The files of a tar archive, packed with gzip or not. All of it happens in memory, and the reader only reads: what it
 * cannot name a regular file or a folder ends it. Throws TlsplayError ROLE_ARCHIVE.
 */
export async function unpackTar(archive: Uint8Array, source: string): Promise<RoleTree> {
  if (archive.length > archiveLimitBytes) throw refused(source, `the archive is larger than ${archiveLimitBytes} bytes`)
  const tar = plain(archive, source)
  const files = new RoleFiles(source)
  const reader = extract()
  reader.end(tar)
  try {
    for await (const entry of reader) {
      const { header } = entry
      const path = header.name.replace(/^(?:\.\/)+/, '').replace(/\/$/, '')
      const kind = kindOf(header)
      // the folder that everything lies in
      if (kind === 'directory' && (path === '' || path === '.')) {
        entry.resume()
        continue
      }
      files.announce(
        path,
        kind,
        header.size ?? 0,
        isSparse(header) ? 'a sparse file' : (kinds[String(header.type)] ?? 'of a kind that is not known'),
      )
      const parts: Uint8Array[] = []
      for await (const part of entry) parts.push(part as Uint8Array)
      if (kind === 'file') files.fill(path, Buffer.concat(parts))
    }
  } catch (error) {
    if (error instanceof TlsplayError) throw error
    throw refused(source, 'it is no tar archive, or a damaged one')
  }
  return files.tree()
}

const kinds: Readonly<Record<string, string>> = {
  link: 'a hard link',
  symlink: 'a symbolic link',
  'character-device': 'a device',
  'block-device': 'a device',
  fifo: 'a pipe',
}

function kindOf(header: Header): 'file' | 'directory' | 'other' {
  const { type } = header
  return (type === 'file' && !isSparse(header)) || type === 'directory' ? type : 'other'
}

/** GNU tar says it in records of PAX and gives the entry another name than the file's (its manual, "PAX Format, Version 1.0"). */
function isSparse({ pax }: Header): boolean {
  return Object.keys(pax ?? {}).some((name) => name.startsWith('GNU.sparse.'))
}

function plain(archive: Uint8Array, source: string): Uint8Array {
  if (archive[0] !== 0x1f || archive[1] !== 0x8b) return archive
  const limit = Math.min(unpackedLimitBytes, Math.max(always, archive.length * greatestRatio))
  try {
    return gunzipSync(archive, { maxOutputLength: limit })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ERR_BUFFER_TOO_LARGE') throw refused(source, `it unpacks to more than ${limit} bytes`)
    throw refused(source, `it is damaged: ${message}`)
  }
}
