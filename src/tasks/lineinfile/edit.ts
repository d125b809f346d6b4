import { linearPattern } from '../../lib/linear-pattern.ts'
import { revealText, Secret, type Text } from '../../model/value.ts'
import type { LineinfileParams } from './schema.ts'

export type Edited =
  | { readonly kind: 'same'; readonly why: string }
  | { readonly kind: 'edited'; readonly text: Text; readonly why: string }
  | { readonly kind: 'wrong'; readonly code: 'VALUE_INVALID' | 'EDIT_IMPOSSIBLE'; readonly message: string; readonly hint?: string }

/** A line with its own line end; the last one of a file may have none. */
interface Line {
  readonly text: string
  readonly end: string
}

type Finds = (line: string) => boolean
type Place =
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }
  | { readonly kind: 'after' | 'before'; readonly pattern: string; readonly finds: Finds }

/**
 * The edit that Ansible's lineinfile makes: the last line that matches regexp is replaced; else a line that is there
 * already is left; else it goes to its place. Stricter in three things: a place that no line matches is refused, each line
 * keeps its own line end, and a last line without one is equal to the same line with one.
 */
export function edit(old: string, params: LineinfileParams): Edited {
  const patterns = patternsOf(params)
  if ('wrong' in patterns)
    return {
      kind: 'wrong',
      code: 'VALUE_INVALID',
      message: patterns.wrong,
      hint: 'RE2 syntax holds here: no lookaround, no back references',
    }
  const lines = linesOf(old)
  if (params.state === 'absent') return removed(lines, params, patterns.regexp)
  const { line } = params
  if (line === undefined) return { kind: 'wrong', code: 'VALUE_INVALID', message: 'line is needed for state present' }
  const wanted = revealText(line)

  const matching = patterns.regexp === undefined ? -1 : lines.findLastIndex(({ text }) => patterns.regexp?.(text) === true)
  const at = matching >= 0 ? matching : lines.findLastIndex(({ text }) => text === wanted)
  const there = lines[at]
  if (there !== undefined) {
    if (there.text === wanted) return { kind: 'same', why: `line ${at + 1} is as wanted` }
    return { kind: 'edited', text: joined(lines.slice(0, at), line, there.end, lines.slice(at + 1)), why: `line ${at + 1} is replaced` }
  }
  return inserted(lines, line, patterns.place)
}

function inserted(lines: readonly Line[], line: Text, place: Place): Edited {
  const index = indexOf(place, lines)
  if (index === undefined) {
    const pattern = 'pattern' in place ? place.pattern : ''
    return {
      kind: 'wrong',
      code: 'EDIT_IMPOSSIBLE',
      message: `no line matches insert${place.kind}: ${pattern}`,
      hint: 'Ansible would append the line at the end of the file; write insertafter: EOF if that is meant',
    }
  }
  // The line ends of the neighbours are kept; a last line without one gets one when something follows it.
  const end = lines[index - 1]?.end || lines[index]?.end || '\n'
  const before = lines.slice(0, index).map((one, at) => (at === index - 1 && one.end === '' ? { ...one, end } : one))
  return { kind: 'edited', text: joined(before, line, end, lines.slice(index)), why: `line ${index + 1} is added` }
}

function indexOf(place: Place, lines: readonly Line[]): number | undefined {
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

function removed(lines: readonly Line[], { line }: LineinfileParams, regexp: Finds | undefined): Edited {
  if (regexp === undefined && line === undefined)
    return { kind: 'wrong', code: 'VALUE_INVALID', message: 'regexp or line is needed for state absent' }
  const wanted = line === undefined ? undefined : revealText(line)
  const rest = lines.filter(({ text }) => !(regexp === undefined ? text === wanted : regexp(text)))
  const count = lines.length - rest.length
  if (count === 0) return { kind: 'same', why: 'no such line is there' }
  return {
    kind: 'edited',
    text: rest.map(({ text, end }) => text + end).join(''),
    why: count === 1 ? 'one line is removed' : `${count} lines are removed`,
  }
}

function patternsOf({
  regexp,
  insertafter,
  insertbefore,
}: LineinfileParams): { readonly regexp: Finds | undefined; readonly place: Place } | { readonly wrong: string } {
  if (insertafter !== undefined && insertbefore !== undefined) return { wrong: 'expected insertafter or insertbefore, got both' }
  const compiled = regexp === undefined ? undefined : linearPattern(regexp)
  if (compiled !== undefined && 'wrong' in compiled) return { wrong: `regexp: ${compiled.wrong}` }
  const place = placeOf(insertafter, insertbefore)
  return 'wrong' in place ? place : { regexp: compiled?.finds, place }
}

function placeOf(insertafter: string | undefined, insertbefore: string | undefined): Place | { readonly wrong: string } {
  if (insertafter === 'BOF' || insertbefore === 'BOF') return { kind: 'start' }
  const pattern = insertafter ?? insertbefore
  if (pattern === undefined || pattern === 'EOF') return { kind: 'end' }
  const kind = insertafter === undefined ? 'before' : 'after'
  const compiled = linearPattern(pattern)
  return 'wrong' in compiled ? { wrong: `insert${kind}: ${compiled.wrong}` } : { kind, pattern, finds: compiled.finds }
}

function linesOf(text: string): readonly Line[] {
  return [...text.matchAll(/([^\n]*?)(\r?\n|$)/g)]
    .map(([, line = '', end = '']) => ({ text: line, end }))
    .filter(({ text: line, end }) => line !== '' || end !== '')
}

function joined(before: readonly Line[], line: Text, end: string, after: readonly Line[]): Text {
  const flat = (lines: readonly Line[]) => lines.map((one) => one.text + one.end).join('')
  return Secret.join([flat(before), line, end + flat(after)])
}
