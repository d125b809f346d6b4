import { parseDocument } from 'yaml'

/** Words that YAML 1.1, which Go's yaml.v2 still reads, takes for booleans. */
const oldBoolean = /^(?:y|n|yes|no|on|off)$/i

/** One value on one line, in the quotes that the old value had where there were any. */
export function yamlLiteral(value: unknown, style?: string): string {
  if (Array.isArray(value)) return `[${value.map((item) => yamlLiteral(item)).join(', ')}]`
  if (typeof value !== 'string') return JSON.stringify(value)
  if (style === 'QUOTE_SINGLE' && !/[\n\r\t]/.test(value)) return `'${value.replaceAll("'", "''")}'`
  if (style === 'QUOTE_DOUBLE' || !readsAsItself(value)) return JSON.stringify(value)
  return value
}

/** Paths and names, of which nothing can be read as a number, a date or a sign of YAML; but these words it has meanings for. */
const plainWord = /^(?!(?:null|true|false)$)[A-Za-z/][A-Za-z0-9_/.-]*$/i

/** Whether the bare word means exactly itself, also inside a list written on one line. */
function readsAsItself(word: string): boolean {
  // Asking the parser costs a hundred times as much, for each setting of each host.
  if (plainWord.test(word)) return !oldBoolean.test(word)
  if (oldBoolean.test(word) || !/^[^\s,[\]{}#&*!|>'"%@`][^\n\r\t,[\]{}]*$/.test(word) || /^(?:---|\.\.\.)/.test(word)) return false
  const document = parseDocument(`k: [${word}]`)
  if (document.errors.length > 0) return false
  const read = document.toJS() as { readonly k?: readonly unknown[] }
  return read.k?.length === 1 && read.k[0] === word
}
