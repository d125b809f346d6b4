import type { Text } from '../../model/value.ts'

/** One step into a config file: a name, the n-th item of a list, or the first item whose key has one of the values. */
export type Segment =
  | { readonly kind: 'key'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'where'; readonly key: string; readonly values: readonly string[] }

export type ParsedPath =
  | { readonly kind: 'path'; readonly segments: readonly Segment[] }
  | { readonly kind: 'invalid'; readonly why: string }

/** What a setting can be set to. */
export type Setting = boolean | number | Text | readonly (boolean | number | Text)[]

/** Outcome of every editor: the whole new text, or why the edit cannot be made safely. */
export type Edit = { readonly kind: 'edited'; readonly text: string } | { readonly kind: 'impossible'; readonly why: string }

export function edited(text: string): Edit {
  return { kind: 'edited', text }
}

export function impossible(why: string): Edit {
  return { kind: 'impossible', why }
}

const quotedWord = String.raw`"(?:[^"\\]|\\.)*"`
const keyPattern = new RegExp(String.raw`(${quotedWord}|[^.\[\]"]+)`, 'y')
const selectorPattern = new RegExp(String.raw`\[(?:(\d+)|([^=\]"]+)=((?:${quotedWord}|[^|\]"]*)(?:\|(?:${quotedWord}|[^|\]"]*))*))\]`, 'y')
const alternativePattern = new RegExp(String.raw`${quotedWord}|[^|"]+`, 'g')

/**
 * `http.https-enabled`, `outputs.influxdb[1].urls`, `scrape_configs[job_name=node].scheme`.
 * A name with a dot, and a value with a bracket or a bar, stands in double quotes. `[urls=http://a|https://a]` takes either value,
 * so that one path finds its item before and after an edit of that very key.
 */
export function parseEditPath(text: string): ParsedPath {
  const segments: Segment[] = []
  let at = 0
  for (;;) {
    keyPattern.lastIndex = at
    const key = keyPattern.exec(text)
    if (key?.[1] === undefined) return { kind: 'invalid', why: `expected a name at character ${at + 1} of ${text}` }
    segments.push({ kind: 'key', name: unquoted(key[1]) })
    at = keyPattern.lastIndex
    for (;;) {
      selectorPattern.lastIndex = at
      const selector = selectorPattern.exec(text)
      if (selector === null) break
      const [, index, name, value] = selector
      segments.push(
        index === undefined
          ? { kind: 'where', key: (name ?? '').trim(), values: (value ?? '').match(alternativePattern)?.map(unquoted) ?? [''] }
          : { kind: 'index', index: Number(index) },
      )
      at = selectorPattern.lastIndex
    }
    if (at === text.length) return { kind: 'path', segments }
    if (text[at] !== '.') return { kind: 'invalid', why: `expected . or [ at character ${at + 1} of ${text}` }
    at += 1
  }
}

function unquoted(word: string): string {
  return word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, '$1') : word
}

/** Newline of the line that holds `offset`, or of the first line of a text without any: files keep theirs. */
export function newlineAt(text: string, offset: number): string {
  const end = text.indexOf('\n', offset)
  const lineFeed = end === -1 ? text.lastIndexOf('\n') : end
  return lineFeed > 0 && text[lineFeed - 1] === '\r' ? '\r\n' : '\n'
}

export function lineStartOf(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}

/** Offset just after the newline that ends the line of `offset`, or the end of the text. */
export function lineEndOf(text: string, offset: number): number {
  const end = text.indexOf('\n', offset)
  return end === -1 ? text.length : end + 1
}

export function indentOf(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStartOf(text, offset)))?.[0] ?? ''
}

export function splice(text: string, start: number, end: number, replacement: string): string {
  return text.slice(0, start) + replacement + text.slice(end)
}

/** Puts whole lines at a line start; a last line without newline gets one first. */
export function insertLines(text: string, at: number, lines: readonly string[], newline: string): string {
  const glue = at > 0 && text[at - 1] !== '\n' ? newline : ''
  return splice(text, at, at, glue + lines.map((line) => line + newline).join(''))
}
