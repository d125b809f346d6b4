import { isList, isMap, Secret, Unknown, type Value, type ValueMap } from '../model/value.ts'
import { mapOf } from './secrecy.ts'

/** What happened to values on their way into one evaluation. */
export interface Touched {
  secret: boolean
  unknown: Unknown | undefined
}

/** Wraps every read of a value that may be computed only now, so that its errors are not lost inside cel-js. */
export type Reading = <T>(read: () => T) => T

/** Carries an Unknown out of cel-js, which hands errors on, and lets `&&` and `||` decide without the side that failed. */
export class UnknownSignal extends Error {
  readonly value: Unknown
  constructor(value: Unknown) {
    super(value.why)
    this.value = value
  }
}

/**
 * A value as CEL sees it: whole numbers are integers, secrets are in the clear (and noted), an Unknown is an error.
 * Maps are converted as they are read, so an Unknown or a secret in one key does not touch the others.
 */
export function toCel(value: Value, touched: Touched, reading: Reading = (read) => read()): unknown {
  if (value instanceof Unknown) {
    touched.unknown ??= value
    throw new UnknownSignal(value)
  }
  if (value instanceof Secret) {
    touched.secret = true
    return value.reveal()
  }
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
  if (isList(value)) return value.map((item) => toCel(item, touched, reading))
  if (isMap(value)) return lazyMap(value, touched, reading)
  return value
}

function lazyMap(value: ValueMap, touched: Touched, reading: Reading): object {
  const read = (key: string): unknown => {
    const part = reading(() => value[key])
    return part === undefined ? undefined : toCel(part, touched, reading)
  }
  const keys = (): readonly string[] => reading(() => Object.keys(value))
  return new Proxy(Object.create(null) as object, {
    // cel-js looks at `constructor` to tell kinds apart; undefined is a map.
    get: (_, key) => (typeof key === 'string' && key !== 'constructor' && Object.hasOwn(value, key) ? read(key) : undefined),
    has: (_, key) => typeof key === 'string' && Object.hasOwn(value, key),
    ownKeys: () => [...keys()],
    getOwnPropertyDescriptor: (_, key) =>
      typeof key === 'string' && Object.hasOwn(value, key) ? { configurable: true, enumerable: true, get: () => read(key) } : undefined,
  })
}

/** What a function of the table gets from CEL. */
export function fromCel(value: unknown): Value {
  if (typeof value === 'bigint') return Number(value)
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(fromCel)
  if (value instanceof Map) return mapOf([...value].map(([key, item]) => [String(key), fromCel(item)]))
  if (typeof value === 'object')
    return mapOf(Object.keys(value).map((key) => [key, fromCel((value as { readonly [key: string]: unknown })[key])]))
  return String(value)
}
