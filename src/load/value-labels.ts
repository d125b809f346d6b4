const longestShown = 40

/** A value as it is named in a message. */
export function labelOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (typeof value === 'string') return `"${onOneLine(value.length > longestShown ? `${value.slice(0, longestShown)}...` : value)}"`
  if (typeof value === 'number') return `the number ${value}`
  if (typeof value === 'boolean') return String(value)
  return Array.isArray(value) ? 'a list' : 'a map'
}

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\0': '\\0' }

/** A text of a file as a part of a message, which has one line. */
export function onOneLine(text: string): string {
  return text.replaceAll(/[\n\r\t\0]/g, (char) => escapes[char] ?? char)
}

const labels: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  null: 'nothing',
}

/** Names of JSON Schema types, one or several. */
export function typeLabels(types: unknown): string {
  const names = Array.isArray(types) ? types.map(String) : String(types).split(',')
  return alternatives(names.map((name) => labels[name] ?? name))
}

/** `a, b or c` */
export function alternatives(words: readonly string[]): string {
  return words.length < 3 ? words.join(' or ') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
