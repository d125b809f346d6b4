import { join } from 'node:path'
import type { LayerName, VarLayer } from '../../model/inventory.ts'
import type { Reader } from '../reader.ts'
import { readVarsFile } from '../vars-file.ts'

const extensions = ['.yml', '.yaml', '.json']

/** Finds the files of variables of one folder (group_vars or host_vars) by name of group or host. */
export interface VarsFolder {
  layersOf(name: string, from: LayerName): readonly VarLayer[]
}

/** The folder is listed once, so that a thousand hosts without files cost one look. */
export function varsFolder(reader: Reader, path: string): VarsFolder {
  const names = new Set(reader.files.list(path) ?? [])
  return {
    layersOf: (name, from) => {
      // the first hit ends the search: a folder web/ hides web.yml
      const found = ['', ...extensions].map((extension) => name + extension).find((candidate) => names.has(candidate))
      if (found === undefined) return []
      return filesOf(reader, join(path, found)).flatMap((file): VarLayer[] => {
        const vars = readVarsFile(reader, file)
        return vars === undefined || vars.entries.length === 0 ? [] : [{ from, at: vars.at, vars }]
      })
    },
  }
}

/** The file itself, or what is in the folder at any depth, in the order of names. */
function filesOf(reader: Reader, path: string): readonly string[] {
  if (reader.files.kind(path) === 'file') return [path]
  return (reader.files.list(path) ?? []).flatMap((name) => {
    if (name.startsWith('.') || name.endsWith('~')) return []
    const inner = join(path, name)
    const extension = /\.[^.]*$/.exec(name)?.[0] ?? ''
    if (reader.files.kind(inner) === 'directory') return extension === '' ? filesOf(reader, inner) : []
    return extension === '' || extensions.includes(extension) ? [inner] : []
  })
}
