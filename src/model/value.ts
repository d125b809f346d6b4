import { knowSecret } from './known-secrets.ts'

/** Marks what nothing can know before an act has run; shown as "known after apply", never guessed. */
export class Unknown {
  readonly why: string
  constructor(why: string) {
    this.why = why
  }
  toString(): string {
    return '(known after apply)'
  }
  toJSON(): string {
    return '(known after apply)'
  }
}

/** What stands where a secret was. */
export const masked = '(secret)'
const inspect = Symbol.for('nodejs.util.inspect.custom')

/** One stretch of a text that holds a secret: clear text, or the bytes to hide. */
export type TextPart = string | { readonly hidden: string }

/**
 * A text with at least one secret stretch. It prints masked in strings, JSON, inspect and errors;
 * only what writes to the wire of the host it belongs to may call `reveal`.
 */
export class Secret {
  readonly #parts: readonly TextPart[]
  constructor(parts: readonly TextPart[]) {
    this.#parts = parts
    for (const part of parts) if (typeof part !== 'string') knowSecret(part.hidden, false)
  }
  /** A secret that a person gave. What is computed from one is `new Secret`. */
  static of(text: string): Secret {
    knowSecret(text, true)
    return new Secret([{ hidden: text }])
  }
  /** Joins texts; the result is a plain string when none of them is secret. */
  static join(texts: readonly (string | Secret)[]): string | Secret {
    if (texts.every((text) => typeof text === 'string')) return texts.join('')
    return new Secret(texts.flatMap((text) => (typeof text === 'string' ? [text] : text.#parts)))
  }
  get parts(): readonly TextPart[] {
    return this.#parts
  }
  reveal(): string {
    return this.#parts.map((part) => (typeof part === 'string' ? part : part.hidden)).join('')
  }
  /** The text with every secret stretch replaced. */
  toString(): string {
    return this.#parts.map((part) => (typeof part === 'string' ? part : masked)).join('')
  }
  toJSON(): string {
    return this.toString()
  }
  [inspect](): string {
    return this.toString()
  }
}

export type Text = string | Secret

export interface ValueMap {
  readonly [key: string]: Value
}

/** What a variable, a rendered parameter or a registered result can hold. Whole numbers are numbers here; CEL sees them as integers. */
export type Value = null | boolean | number | string | Secret | Unknown | readonly Value[] | ValueMap

export function isMap(value: Value | undefined): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Secret) && !(value instanceof Unknown)
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value)
}

/** The first Unknown inside a value, at any depth. */
export function findUnknown(value: Value): Unknown | undefined {
  if (value instanceof Unknown) return value
  if (isList(value)) return value.map(findUnknown).find((found) => found !== undefined)
  if (isMap(value))
    return Object.values(value)
      .map(findUnknown)
      .find((found) => found !== undefined)
  return undefined
}

export function revealText(text: Text): string {
  return typeof text === 'string' ? text : text.reveal()
}
