/** Makes one word of sh out of any text without NUL. The only place where quoting for sh is done. */
export function quote(word: string): string {
  if (word.includes('\0')) throw new Error('a NUL byte cannot be a word of sh')
  if (/^[A-Za-z0-9_./:=@%+,-]+$/.test(word)) return word
  return `'${word.replaceAll("'", `'\\''`)}'`
}

/** The same with the program quoted whatever it is called: `if` and `A=1` are programs here, never words of sh. */
export function quoteCommand([program = '', ...words]: readonly string[]): string {
  const name = quote(program)
  return [name.startsWith("'") ? name : `'${name}'`, ...words.map(quote)].join(' ')
}

/** Words of sh out of an argument vector. */
export function quoteAll(words: readonly string[]): string {
  return words.map(quote).join(' ')
}
