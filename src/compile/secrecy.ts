import { isList, isMap, Secret, Unknown, type Value } from '../model/value.ts'

export function holdsSecret(value: Value): boolean {
  if (value instanceof Secret) return true
  if (isList(value)) return value.some(holdsSecret)
  if (isMap(value)) return Object.values(value).some(holdsSecret)
  return false
}

/** The value with every secret in the clear: only for computing with it, never for showing. */
export function reveal(value: Value): Value {
  if (value instanceof Secret) return value.reveal()
  if (isList(value)) return value.map(reveal)
  if (isMap(value)) return mapOf(Object.entries(value).map(([key, item]) => [key, reveal(item)]))
  return value
}

/** What was computed from a secret: texts at any depth become secret, numbers and booleans say too little to hide. */
export function hide(value: Value): Value {
  if (typeof value === 'string') return new Secret([{ hidden: value }])
  if (isList(value)) return value.map(hide)
  if (isMap(value)) return mapOf(Object.entries(value).map(([key, item]) => [key, hide(item)]))
  return value
}

/** A map out of entries in which a key like `__proto__` is an ordinary key. */
export function mapOf(entries: Iterable<readonly [string, Value]>): { readonly [key: string]: Value } {
  return Object.fromEntries(entries)
}

/** What kind of value it is, in the words of a message. */
export function kindOf(value: Value | undefined): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (value instanceof Unknown) return 'a value known after apply'
  if (value instanceof Secret) return 'a secret text'
  if (isList(value)) return 'a list'
  if (isMap(value)) return 'a map'
  return typeof value === 'string' ? 'a text' : typeof value === 'number' ? 'a number' : 'a boolean'
}
