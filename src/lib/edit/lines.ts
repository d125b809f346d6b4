import { Secret, type Text } from '../../model/value.ts'
import { linearPattern } from '../linear-pattern.ts'

/** A line with its own line end; the last one of a file may have none. */
export interface Line {
  readonly text: string
  readonly end: string
}

/** What an edit of lines came to. */
export type Edited =
  /** `text`: the file as it is, with what is secret in the lines that were asked for */
  | { readonly kind: 'same'; readonly why: string; readonly text?: Text }
  | { readonly kind: 'edited'; readonly text: Text; readonly why: string }
  | { readonly kind: 'wrong'; readonly code: 'VALUE_INVALID' | 'EDIT_IMPOSSIBLE'; readonly message: string; readonly hint?: string }

export type Finds = (line: string) => boolean

/** Where new lines go. */
export type Place =
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }
  | { readonly kind: 'after' | 'before'; readonly pattern: string; readonly finds: Finds }

export function linesOf(text: string): readonly Line[] {
  return [...text.matchAll(/([^\n]*?)(\r?\n|$)/g)]
    .map(([, line = '', end = '']) => ({ text: line, end }))
    .filter(({ text: line, end }) => line !== '' || end !== '')
}

export function flat(lines: readonly Line[]): string {
  return lines.map(({ text, end }) => text + end).join('')
}

export function placeOf(insertafter: string | undefined, insertbefore: string | undefined): Place | { readonly wrong: string } {
  if (insertafter !== undefined && insertbefore !== undefined) return { wrong: 'expected insertafter or insertbefore, got both' }
  if (insertafter === 'BOF' || insertbefore === 'BOF') return { kind: 'start' }
  const pattern = insertafter ?? insertbefore
  if (pattern === undefined || pattern === 'EOF') return { kind: 'end' }
  const kind = insertafter === undefined ? 'before' : 'after'
  const compiled = linearPattern(pattern)
  return 'wrong' in compiled ? { wrong: `insert${kind}: ${compiled.wrong}` } : { kind, pattern, finds: compiled.finds }
}

/** `text`, without a line end at its end, as lines of their own at `place`. */
export function inserted(lines: readonly Line[], text: Text, place: Place): Edited {
  const index = indexOf(place, lines)
  if (index === undefined) {
    const pattern = 'pattern' in place ? place.pattern : ''
    return {
      kind: 'wrong',
      code: 'EDIT_IMPOSSIBLE',
      message: `no line matches insert${place.kind}: ${pattern}`,
      hint: 'Ansible would append at the end of the file; write insertafter: EOF if that is meant',
    }
  }
  // The line ends of the neighbours are kept; a last line without one gets one when something follows it.
  const end = endAt(lines, index)
  const before = lines.slice(0, index).map((one, at) => (at === index - 1 && one.end === '' ? { ...one, end } : one))
  return { kind: 'edited', text: joined(before, text, end, lines.slice(index)), why: `line ${index + 1} is added` }
}

/** The line end of what is put in at `index`. */
export function endAt(lines: readonly Line[], index: number): string {
  return lines[index - 1]?.end || lines[index]?.end || '\n'
}

export function joined(before: readonly Line[], text: Text, end: string, after: readonly Line[]): Text {
  return Secret.join([flat(before), text, end + flat(after)])
}

/** The line that `place` names; undefined when it names none. */
export function indexOf(place: Place, lines: readonly Line[]): number | undefined {
  switch (place.kind) {
    case 'start':
      return 0
    case 'end':
      return lines.length
    case 'after':
    case 'before': {
      const at = lines.findLastIndex(({ text }) => place.finds(text))
      return at < 0 ? undefined : place.kind === 'after' ? at + 1 : at
    }
  }
}
