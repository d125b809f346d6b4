/** One character of a decoded text with the stretch of the source that stands for it. */
export interface Char {
  readonly char: string
  readonly start: number
  readonly end: number
}

/** One word of a command line as it stands in a source text. */
export interface Word {
  /** what the program gets */
  readonly text: string
  readonly start: number
  readonly end: number
  readonly chars: readonly Char[]
  /** written with quotes or escapes of its own */
  readonly quoted: boolean
}

export function charsOf(text: string, start = 0, end = text.length): readonly Char[] {
  return Array.from({ length: end - start }, (_, index) => ({
    char: text[start + index] ?? '',
    start: start + index,
    end: start + index + 1,
  }))
}

/** Splits at blanks; quotes keep blanks and are taken away, as systemd does for ExecStart and for an unbraced $NAME. */
export function splitWords(chars: readonly Char[]): readonly Word[] {
  const words: Word[] = []
  let open: { chars: Char[]; start: number; end: number; quoted: boolean } | undefined
  let mark: string | undefined
  const close = () => {
    if (open !== undefined) words.push({ ...open, text: open.chars.map((one) => one.char).join('') })
    open = undefined
  }
  for (let index = 0; index < chars.length; index += 1) {
    const one = chars[index]
    if (one === undefined) break
    if (mark === undefined && /\s/.test(one.char)) {
      close()
      continue
    }
    open ??= { chars: [], start: one.start, end: one.end, quoted: false }
    open.end = one.end
    const next = chars[index + 1]
    if (one.char === mark) mark = undefined
    else if (mark === undefined && (one.char === '"' || one.char === "'")) {
      mark = one.char
      open.quoted = true
    } else if (one.char === '\\' && next !== undefined && /[\s"'\\]/.test(next.char) && mark !== "'") {
      open.chars.push({ ...next, start: one.start })
      open.end = next.end
      open.quoted = true
      index += 1
    } else open.chars.push(one)
  }
  close()
  return words
}

export function wordsOf(text: string): readonly string[] {
  return splitWords(charsOf(text)).map((word) => word.text)
}
