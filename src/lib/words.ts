export type Split = { readonly words: readonly string[] } | { readonly wrong: string }

/**
 * Splits a command line as a shell does, without expanding anything: quotes keep words together, a backslash takes the
 * next character as it is; inside double quotes it does so only before `"`, `\`, `$` and a backtick.
 */
export function splitWords(line: string): Split {
  const words: string[] = []
  let word: string | undefined
  for (let at = 0; at < line.length; at += 1) {
    const letter = line[at] ?? ''
    if (/[ \t\n]/.test(letter)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (letter === "'") {
      const end = line.indexOf("'", at + 1)
      if (end < 0) return { wrong: `the quote at character ${at + 1} is never closed` }
      word = (word ?? '') + line.slice(at + 1, end)
      at = end
    } else if (letter === '"') {
      const start = at
      word ??= ''
      for (at += 1; line[at] !== '"'; at += 1) {
        if (at >= line.length) return { wrong: `the quote at character ${start + 1} is never closed` }
        if (line[at] === '\\' && '"\\$`'.includes(line[at + 1] ?? 'none')) at += 1
        word += line[at]
      }
    } else if (letter === '\\') {
      at += 1
      if (at >= line.length) return { wrong: 'it ends in a backslash' }
      word = (word ?? '') + (line[at] ?? '')
    } else word = (word ?? '') + letter
  }
  if (word !== undefined) words.push(word)
  return { words }
}
