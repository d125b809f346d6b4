import { type Edited, type Finds, flat, inserted, joined, type Line, linesOf, type Place, placeOf } from '../../lib/edit/lines.ts'
import { linearPattern } from '../../lib/linear-pattern.ts'
import { revealText } from '../../model/value.ts'
import type { LineinfileParams } from './schema.ts'

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
    const text = joined(lines.slice(0, at), line, there.end, lines.slice(at + 1))
    if (there.text === wanted) return { kind: 'same', text, why: `line ${at + 1} is as wanted` }
    return { kind: 'edited', text, why: `line ${at + 1} is replaced` }
  }
  return inserted(lines, line, patterns.place)
}

function removed(lines: readonly Line[], { line }: LineinfileParams, regexp: Finds | undefined): Edited {
  if (regexp === undefined && line === undefined)
    return { kind: 'wrong', code: 'VALUE_INVALID', message: 'regexp or line is needed for state absent' }
  const wanted = line === undefined ? undefined : revealText(line)
  const rest = lines.filter(({ text }) => !(regexp === undefined ? text === wanted : regexp(text)))
  const count = lines.length - rest.length
  if (count === 0) return { kind: 'same', why: 'no such line is there' }
  return { kind: 'edited', text: flat(rest), why: count === 1 ? 'one line is removed' : `${count} lines are removed` }
}

function patternsOf({
  regexp,
  insertafter,
  insertbefore,
}: LineinfileParams): { readonly regexp: Finds | undefined; readonly place: Place } | { readonly wrong: string } {
  const place = placeOf(insertafter, insertbefore)
  const compiled = regexp === undefined ? undefined : linearPattern(regexp)
  if (compiled !== undefined && 'wrong' in compiled) return { wrong: `regexp: ${compiled.wrong}` }
  return 'wrong' in place ? place : { regexp: compiled?.finds, place }
}
