import type { Located } from '../model/playbook.ts'
import { entryOf } from '../model/source.ts'
import type { ListSource, MapSource, Source } from '../model/source.ts'

/**
 * Readers of single keys. They run beside the validator of the document, which reports what has a wrong type;
 * here such a value counts as not given, so that the rest is still read and checked.
 */
export function textField(map: MapSource, key: string): Located<string> | undefined {
  return textOf(entryOf(map, key)?.value)
}

export function textOf(source: Source | undefined): Located<string> | undefined {
  return source?.kind === 'scalar' && typeof source.value === 'string' ? { value: source.value, at: source.at } : undefined
}

/** A text or a list of texts. */
export function textsField(map: MapSource, key: string): readonly Located<string>[] {
  const value = entryOf(map, key)?.value
  if (value === undefined) return []
  return (value.kind === 'list' ? value.items : [value]).flatMap((item) => textOf(item) ?? [])
}

export function flagField(map: MapSource, key: string): Located<boolean> | undefined {
  const value = entryOf(map, key)?.value
  return value?.kind === 'scalar' && typeof value.value === 'boolean' ? { value: value.value, at: value.at } : undefined
}

export function numberField(map: MapSource, key: string): number | undefined {
  const value = entryOf(map, key)?.value
  return value?.kind === 'scalar' && typeof value.value === 'number' ? value.value : undefined
}

export function mapField(map: MapSource, key: string): MapSource | undefined {
  const value = entryOf(map, key)?.value
  return value?.kind === 'map' ? value : undefined
}

export function listField(map: MapSource, key: string): ListSource | undefined {
  const value = entryOf(map, key)?.value
  return value?.kind === 'list' ? value : undefined
}
