import type { Source } from '../model/source.ts'
import { isList, isMap, Secret, Unknown } from '../model/value.ts'
import type { Value } from '../model/value.ts'

/** Stands for a value that is not known yet: a template before it is rendered, or what only an act will settle. */
class Wildcard {
  /** makes two of them differ for uniqueItems */
  readonly number: number
  constructor(number: number) {
    this.number = number
  }
}

export function isWildcard(value: unknown): boolean {
  return value instanceof Wildcard
}

export function isTemplate(value: unknown): value is string {
  return typeof value === 'string' && value.includes('{{')
}

/** A written value as plain data, with every template replaced by a wildcard. `verbatim` names keys at the top whose texts are no templates. */
export function plainSource(source: Source, verbatim: readonly string[] = []): unknown {
  let wildcards = 0
  const walk = (node: Source, literal: boolean): unknown => {
    switch (node.kind) {
      case 'scalar':
        // checked when it is rendered, by what never shows it
        if (node.value instanceof Secret) return new Wildcard(wildcards++)
        return !literal && node.unsafe !== true && isTemplate(node.value) ? new Wildcard(wildcards++) : node.value
      case 'list':
        return node.items.map((item) => walk(item, literal))
      case 'map':
        return Object.fromEntries(
          node.entries.map(({ key, value }) => [key, walk(value, literal || (node === source && verbatim.includes(key)))]),
        )
    }
  }
  return walk(source, false)
}

/** A written value as plain data, templates as the text they are, secrets masked: it is for messages and for the shape of things. */
export function literalSource(source: Source): unknown {
  switch (source.kind) {
    case 'scalar':
      return source.value instanceof Secret ? String(source.value) : source.value
    case 'list':
      return source.items.map(literalSource)
    case 'map':
      return Object.fromEntries(source.entries.map(({ key, value }) => [key, literalSource(value)]))
  }
}

export interface PlainValue {
  readonly data: unknown
  /** JSON pointers of secrets, whose value no message may show */
  readonly secrets: ReadonlySet<string>
}

/** A rendered value as plain data: secrets as the text they hide, what is unknown as a wildcard. */
export function plainValue(value: Value): PlainValue {
  let wildcards = 0
  const secrets = new Set<string>()
  const walk = (node: Value, pointer: string): unknown => {
    if (node instanceof Unknown) return new Wildcard(wildcards++)
    if (node instanceof Secret) {
      secrets.add(pointer)
      return node.reveal()
    }
    if (isList(node)) return node.map((item, index) => walk(item, `${pointer}/${index}`))
    if (isMap(node)) {
      return Object.fromEntries(
        Object.entries(node).map(([key, item]) => [key, walk(item, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`)]),
      )
    }
    return node
  }
  return { data: walk(value, ''), secrets }
}
