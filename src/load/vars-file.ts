import type { MapSource } from '../model/source.ts'
import { literalSource } from './plain.ts'
import { readText } from './reader.ts'
import type { Reader } from './reader.ts'
import { labelOf } from './value-labels.ts'
import { parseYaml } from './yaml.ts'
import type { Dialect } from './yaml-scalar.ts'

/**
 * Reads a file that holds one map; an empty file is an empty map. Undefined when it is not there or was reported, and when it
 * holds something else and nobody says what was expected.
 */
export function readMapFile(reader: Reader, path: string, dialect: Dialect, what: string | undefined): MapSource | undefined {
  const named = readText(reader, path)
  if (named === undefined) return undefined
  const source = parseYaml(named, dialect, reader.problems)
  if (source === undefined) return undefined
  if (source.kind === 'map') return source
  if (source.kind === 'scalar' && source.value === null) return { kind: 'map', entries: [], at: source.at }
  if (what === undefined) return undefined
  reader.problems.push({
    code: 'TYPE_WRONG',
    message: `expected ${what}, got ${labelOf(literalSource(source))}`,
    at: source.at,
    hint: 'write one "name: value" per line',
  })
  return undefined
}

/**
 * A file of variables, read with the scalar rules of PyYAML because such files are shared with Ansible. `perhaps`: nobody named
 * the file, it is only one of those that a template can mean; then what is no map is none of them.
 */
export function readVarsFile(reader: Reader, path: string, perhaps = false): MapSource | undefined {
  return readMapFile(reader, path, 'pyyaml', perhaps ? undefined : 'a map of variables')
}
