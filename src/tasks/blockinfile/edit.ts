import { type Edited, endAt, flat, indexOf, joined, type Line, linesOf, placeOf } from '../../lib/edit/lines.ts'
import { revealText, Secret, type Text, type TextPart } from '../../model/value.ts'
import type { BlockinfileParams } from './schema.ts'

const defaultMarker = '# {mark} ANSIBLE MANAGED BLOCK'

interface Markers {
  readonly begin: string
  readonly end: string
}

/**
 * The edit that Ansible's blockinfile makes, with its markers, so that blocks it wrote are found. Stricter: half a block (one
 * marker without the other, or two of one kind) is refused instead of written a second time, and so is a place that no line
 * matches. Lines of the block get the line end of the lines around them.
 */
export function edit(old: string, params: BlockinfileParams): Edited {
  const markers = markersOf(params)
  if ('wrong' in markers) return { kind: 'wrong', code: 'VALUE_INVALID', message: markers.wrong }
  const place = placeOf(params.insertafter, params.insertbefore)
  if ('wrong' in place)
    return { kind: 'wrong', code: 'VALUE_INVALID', message: place.wrong, hint: 'RE2 syntax holds here: no lookaround, no back references' }
  const lines = linesOf(old)
  const found = find(lines, markers)
  if ('wrong' in found) {
    return {
      kind: 'wrong',
      code: 'EDIT_IMPOSSIBLE',
      message: found.wrong,
      hint: 'put the markers right by hand, or give this block a marker of its own',
    }
  }
  const { block = '', state = 'present' } = params
  const wanted = withoutEnd(block)
  if (state === 'absent' || revealText(wanted) === '') return removed(lines, found)
  if (holdsMarker(revealText(wanted), markers))
    return { kind: 'wrong', code: 'VALUE_INVALID', message: 'the block holds a line that is one of its markers' }

  const at = found.kind === 'there' ? found.from : indexOf(place, lines)
  if (at === undefined) {
    const { kind, pattern } = place as Extract<typeof place, { pattern: string }>
    return {
      kind: 'wrong',
      code: 'EDIT_IMPOSSIBLE',
      message: `no line matches insert${kind}: ${pattern}`,
      hint: 'Ansible would append at the end of the file; write insertafter: EOF if that is meant',
    }
  }
  const after = lines.slice(found.kind === 'there' ? found.to + 1 : at)
  const end = (found.kind === 'there' ? lines[found.from]?.end : undefined) || endAt(lines, at)
  const text = Secret.join([`${markers.begin}${end}`, withEnds(wanted, end), `${end}${markers.end}`])
  const lastEnd = found.kind === 'there' ? (lines[found.to]?.end ?? end) : end
  const before = lines.slice(0, at).map((one, index) => (index === at - 1 && one.end === '' ? { ...one, end } : one))
  const edited = joined(before, text, lastEnd, after)
  if (revealText(edited) === old) return { kind: 'same', text: edited, why: `the block at line ${at + 1} is as wanted` }
  return {
    kind: 'edited',
    text: edited,
    why: found.kind === 'there' ? `the block at line ${at + 1} is replaced` : `a block is added at line ${at + 1}`,
  }
}

type Found =
  | { readonly kind: 'missing' }
  | { readonly kind: 'there'; readonly from: number; readonly to: number }
  | { readonly wrong: string }

function find(lines: readonly Line[], { begin, end }: Markers): Found {
  const at = (marker: string) => lines.flatMap(({ text }, index) => (text === marker ? [index] : []))
  const [begins, ends] = [at(begin), at(end)]
  const [from, to] = [begins[0], ends[0]]
  if (from === undefined && to === undefined) return { kind: 'missing' }
  if (from === undefined) return { wrong: `line ${(to ?? 0) + 1} ends a block that nothing begins: ${end}` }
  if (to === undefined) return { wrong: `line ${from + 1} begins a block that nothing ends: ${begin}` }
  if (begins.length > 1 || ends.length > 1) return { wrong: `more than one block has the marker ${begin}` }
  if (to < from) return { wrong: `line ${to + 1} ends the block that line ${from + 1} begins` }
  return { kind: 'there', from, to }
}

function removed(lines: readonly Line[], found: Exclude<Found, { wrong: string }>): Edited {
  if (found.kind === 'missing') return { kind: 'same', why: 'no such block is there' }
  const rest = [...lines.slice(0, found.from), ...lines.slice(found.to + 1)]
  return { kind: 'edited', text: flat(rest), why: `the block at line ${found.from + 1} is removed` }
}

function markersOf({
  marker = defaultMarker,
  marker_begin = 'BEGIN',
  marker_end = 'END',
}: BlockinfileParams): Markers | { readonly wrong: string } {
  if (!marker.includes('{mark}')) return { wrong: 'marker: {mark} is missing, so nothing tells the beginning of the block from its end' }
  if (marker_begin === marker_end) return { wrong: 'marker_begin and marker_end are the same' }
  return { begin: marker.replaceAll('{mark}', () => marker_begin), end: marker.replaceAll('{mark}', () => marker_end) }
}

function holdsMarker(block: string, { begin, end }: Markers): boolean {
  return linesOf(block).some(({ text }) => text === begin || text === end)
}

function withoutEnd(block: Text): Text {
  return mapLast(block, (text) => text.replace(/\r?\n$/, ''))
}

function withEnds(block: Text, end: string): Text {
  return mapParts(block, (text) => text.replaceAll(/\r?\n/g, end))
}

function mapParts(text: Text, change: (part: string) => string): Text {
  if (typeof text === 'string') return change(text)
  return new Secret(text.parts.map((part): TextPart => (typeof part === 'string' ? change(part) : { hidden: change(part.hidden) })))
}

function mapLast(text: Text, change: (part: string) => string): Text {
  if (typeof text === 'string') return change(text)
  const last = text.parts.length - 1
  return new Secret(
    text.parts.map((part, at): TextPart => (at < last ? part : typeof part === 'string' ? change(part) : { hidden: change(part.hidden) })),
  )
}
