import type { MapSource } from '../model/source.ts'
import { literalSource } from './plain.ts'
import { readText } from './reader.ts'
import type { Reader } from './reader.ts'
import { labelOf } from './value-labels.ts'
import { parseYaml } from './yaml.ts'
import type { Dialect } from './yaml-scalar.ts'

/** Reads a file that holds one map; an empty file is an empty map. Undefined when it is not there or was reported. */
export function readMapFile(reader: Reader, path: string, dialect: Dialect, what: string): MapSource | undefined {
  const named = readText(reader, path)
  if (named === undefined) return undefined
  const source = parseYaml(named, dialect, reader.problems)
  if (source === undefined) return undefined
  if (source.kind === 'map') return source
  if (source.kind === 'scalar' && source.value === null) return { kind: 'map', entries: [], at: source.at }
  reader.problems.push({
    code: 'TYPE_WRONG',
    message: `expected ${what}, got ${labelOf(literalSource(source))}`,
    at: source.at,
    hint: 'write one "name: value" per line',
  })
  return undefined
}

/** A file of variables, read with the scalar rules of PyYAML because such files are shared with Ansible. */
export function readVarsFile(reader: Reader, path: string): MapSource | undefined {
  return readMapFile(reader, path, 'pyyaml', 'a map of variables')
}
