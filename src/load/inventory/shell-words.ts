/** One word of a host line, with the place it takes in the line. */
export interface ShellWord {
  readonly text: string
  /** offsets into the line */
  readonly start: number
  readonly end: number
}

export type ShellWords = { readonly words: readonly ShellWord[] } | { readonly wrong: string; readonly start: number }

/**
 * Splits a host line as Ansible does (Python's shlex, POSIX rules, comments on): quotes group and disappear, a backslash
 * takes the next character as it is, `#` starts a comment. There it cuts a word in two without a word (`pass=a#b` is `a`
 * and everything behind is lost, measured with ansible-core 2.19); here that is an error.
 */
export function shellWords(line: string): ShellWords {
  const words: ShellWord[] = []
  let at = 0
  while (at < line.length) {
    if (/\s/.test(line[at] ?? '')) {
      at += 1
      continue
    }
    if (line[at] === '#') break
    const word = readWord(line, at)
    if ('wrong' in word) return word
    words.push(word)
    at = word.end
  }
  return { words }
}

function readWord(line: string, start: number): ShellWord | { readonly wrong: string; readonly start: number } {
  let text = ''
  let at = start
  while (at < line.length && !/\s/.test(line[at] ?? '')) {
    const char = line[at] ?? ''
    if (char === '#') return { wrong: 'a # inside a word starts a comment and cuts the word', start: at }
    if (char === '\\') {
      if (at + 1 >= line.length) return { wrong: 'a backslash stands at the end of the line', start: at }
      text += line[at + 1]
      at += 2
    } else if (char === "'" || char === '"') {
      const quoted = readQuoted(line, at)
      if (quoted === undefined) return { wrong: `the quote ${char} is not closed`, start: at }
      text += quoted.text
      at = quoted.end
    } else {
      text += char
      at += 1
    }
  }
  return { text, start, end: at }
}

function readQuoted(line: string, open: number): { readonly text: string; readonly end: number } | undefined {
  const quote = line[open] ?? ''
  let text = ''
  for (let at = open + 1; at < line.length; at++) {
    const char = line[at] ?? ''
    if (char === quote) return { text, end: at + 1 }
    const next = line[at + 1]
    // inside double quotes a backslash protects only itself and the quote
    if (quote === '"' && char === '\\' && (next === '"' || next === '\\')) {
      text += next
      at += 1
    } else {
      text += char
    }
  }
  return undefined
}
