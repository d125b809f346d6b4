import { isDeepStrictEqual } from 'node:util'
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, parseDocument, type YAMLMap } from 'yaml'
import { revealText, Secret } from '../../model/value.ts'
import {
  type Edit,
  edited,
  impossible,
  insertLines,
  lineEndOf,
  lineStartOf,
  newlineAt,
  parseEditPath,
  type Segment,
  type Setting,
  splice,
} from './edit-path.ts'
import { yamlLiteral } from './yaml-literal.ts'

/**
 * Sets one key and leaves every other byte alone. Writing the document back with the library reformats it (measured: six
 * lines of Debian's own prometheus.yml on a no-op), so the text is cut at the ranges that the parser reports.
 */
export function setYaml(text: string, path: string, setting: Setting): Edit {
  return change(
    text,
    path,
    (place) => setIn(text, place, setting),
    (root, target) => assign(root, target, plain(setting)),
  )
}

/** Removes one key with its value; a key that is not there is no error. */
export function removeYaml(text: string, path: string): Edit {
  return change(text, path, (place) => removeFrom(text, place), unassign)
}

type Key = string | number

interface Place {
  readonly document: Document
  /** the deepest node on the way that is there */
  readonly node: Node | null
  /** the key that holds `node`; undefined at the root or in a list */
  readonly holder: Pair | undefined
  /** every map on the way with the pair that was followed */
  readonly trail: readonly { readonly map: YAMLMap; readonly pair: Pair }[]
  /** names that are still missing below `node` */
  readonly missing: readonly string[]
  readonly path: readonly Key[]
}

function change(text: string, path: string, work: (place: Place) => Edit, expect: (root: unknown, path: readonly Key[]) => unknown): Edit {
  const parsed = parseEditPath(path)
  if (parsed.kind === 'invalid') return impossible(parsed.why)
  const document = parseDocument(text)
  const error = document.errors[0]
  if (error !== undefined) return impossible(`the file is no valid YAML: ${error.message.split('\n')[0]}`)
  const place = walk(document, parsed.segments)
  if (typeof place === 'string') return impossible(place)
  const result = work(place)
  if (result.kind === 'impossible' || result.text === text) return result
  return guarded(document, result, (root) => expect(root, place.path))
}

function walk(document: Document, segments: readonly Segment[]): Place | string {
  let node = document.contents as Node | null
  let holder: Pair | undefined
  const trail: { map: YAMLMap; pair: Pair }[] = []
  const path: Key[] = []
  for (const [position, segment] of segments.entries()) {
    const where = path.length === 0 ? 'the document' : path.join('.')
    if (segment.kind === 'key') {
      if (node !== null && !isMap(node) && !isEmpty(node)) return `${where} is no mapping, so it has no ${segment.name}`
      const map: YAMLMap | undefined = isMap(node) ? node : undefined
      const pair = map?.items.find((item) => keyText(item) === segment.name)
      if (pair === undefined || map === undefined) {
        const rest = segments.slice(position)
        if (!rest.every((one) => one.kind === 'key')) return `${where} has no ${segment.name}`
        const missing = rest.map((one) => one.name)
        return { document, node, holder, trail, missing, path: [...path, ...missing] }
      }
      trail.push({ map, pair })
      path.push(segment.name)
      holder = pair
      node = pair.value as Node | null
    } else {
      if (!isSeq(node)) return `${where} is no list`
      const items = node.items as readonly Node[]
      const index =
        segment.kind === 'index'
          ? segment.index
          : items.findIndex((item) => isMap(item) && segment.values.includes(String(item.get(segment.key))))
      const item = items[index]
      if (item === undefined)
        return segment.kind === 'index'
          ? `${where} has no item ${segment.index}`
          : `no item of ${where} has ${segment.key}: ${segment.values.join(' or ')}`
      path.push(index)
      holder = undefined
      node = item
    }
    if (isAlias(node)) return `${path.join('.')} is the alias *${node.source}: change what it stands for`
  }
  return { document, node, holder, trail, missing: [], path }
}

function setIn(text: string, place: Place, setting: Setting): Edit {
  const { node, missing } = place
  if (missing.length > 0) return insert(text, place, setting)
  const wanted = plain(setting)
  if (node !== null && isDeepStrictEqual(node.toJS(place.document), wanted)) return edited(text)
  if (node === null || isEmpty(node)) return fillEmpty(text, place, ` ${yamlLiteral(wanted)}`)
  if (!isScalar(node) && !(isSeq(node) && node.flow === true))
    return impossible(`${place.path.join('.')} holds more than one value: name a key inside it`)
  const [start, end] = rangeOf(node)
  const blockEnd = isScalar(node) && /^[|>]/.test(text.slice(start)) ? newlineAt(text, start) : ''
  return edited(splice(text, start, end, yamlLiteral(wanted, isScalar(node) ? node.type : undefined) + blockEnd))
}

/** `key:` without a value: the value goes right behind the colon. */
function fillEmpty(text: string, { holder, node }: Place, value: string): Edit {
  if (holder === undefined) return impossible('an empty item of a list cannot be filled')
  const at = node !== null && rangeOf(node)[1] > rangeOf(node)[0] ? rangeOf(node) : colonEnd(text, holder)
  if (at === undefined) return impossible('a key without a colon cannot be filled')
  return edited(splice(text, at[0], at[1], at[0] === at[1] ? value : value.trimStart()))
}

function insert(text: string, place: Place, setting: Setting): Edit {
  const { node, holder, missing } = place
  const value = yamlLiteral(plain(setting))
  if (isMap(node) && node.flow === true) {
    const [start, end] = rangeOf(node)
    const last = node.items.at(-1)
    const at = last === undefined ? start + 1 : pairEnd(last)
    const inner = `${missing.map((name) => `${yamlLiteral(name)}: `).join('{')}${value}${'}'.repeat(missing.length - 1)}`
    return edited(splice(text, at, last === undefined ? end - 1 : at, last === undefined ? inner : `, ${inner}`))
  }
  if (isMap(node) && node.items[0] !== undefined) {
    const first = rangeOf(node.items[0].key as Node)[0]
    const end = pairEnd(node.items.at(-1) ?? node.items[0])
    // A block scalar ends behind its newline; everything else ends on its last line, maybe before a comment.
    const at = end > 0 && text[end - 1] === '\n' ? end : lineEndOf(text, end)
    return edited(insertLines(text, at, nested(missing, value, first - lineStartOf(text, first)), newlineAt(text, first)))
  }
  if (holder === undefined) {
    if (node !== null && !isEmpty(node)) return impossible('the document is no mapping')
    const marker = /^(?:\.\.\.|---[ \t]*\S.*)[ \t]*\r?$/m.test(text)
    return marker
      ? impossible('the document is empty but has a marker that ends it')
      : edited(insertLines(text, text.length, nested(missing, value, 0), newlineAt(text, 0)))
  }
  const key = rangeOf(holder.key as Node)[0]
  const colon = colonEnd(text, holder)
  if (colon === undefined || (node !== null && rangeOf(node)[1] > rangeOf(node)[0]))
    return impossible(`${place.path.slice(0, -missing.length).join('.')} is null: remove the word`)
  return edited(
    insertLines(text, lineEndOf(text, colon[1]), nested(missing, value, key - lineStartOf(text, key) + 2), newlineAt(text, key)),
  )
}

function nested(names: readonly string[], value: string, column: number): readonly string[] {
  return names.map(
    (name, depth) => `${' '.repeat(column + 2 * depth)}${yamlLiteral(name)}:${depth === names.length - 1 ? ` ${value}` : ''}`,
  )
}

function removeFrom(text: string, { missing, trail, path }: Place): Edit {
  const held = trail.at(-1)
  if (missing.length > 0) return edited(text)
  if (held === undefined || typeof path.at(-1) === 'number')
    return impossible(`${path.join('.')} is an item of a list: only keys are removed`)
  const { map, pair } = held
  const index = map.items.indexOf(pair)
  const start = rangeOf(pair.key as Node)[0]
  const next = map.items[index + 1]
  const previous = map.items[index - 1]
  if (map.items.length === 1 && trail.length > 1) {
    const above = colonEnd(text, trail.at(-2)?.pair)
    if (map.flow === true) return edited(splice(text, rangeOf(map)[0], rangeOf(map)[1], '{}'))
    if (above === undefined || path.some((part) => typeof part === 'number'))
      return impossible(`${path.join('.')} is the only key there: remove the key that holds it`)
    return edited(splice(text, above[0], lastLineEnd(text, pair), ` {}${newlineAt(text, start)}`))
  }
  if (map.flow === true) {
    const span =
      next !== undefined
        ? [start, rangeOf(next.key as Node)[0]]
        : previous !== undefined
          ? [pairEnd(previous), pairEnd(pair)]
          : [start, pairEnd(pair)]
    return edited(splice(text, span[0] ?? start, span[1] ?? start, ''))
  }
  const lineStart = lineStartOf(text, start)
  if (text.slice(lineStart, start).trim() === '') return edited(splice(text, lineStart, lastLineEnd(text, pair), ''))
  // The first key of a list item shares its line with the dash: the next key moves up to it.
  return next === undefined
    ? impossible(`${path.join('.')} is the only key of its item`)
    : edited(splice(text, start, rangeOf(next.key as Node)[0], ''))
}

function lastLineEnd(text: string, pair: Pair): number {
  const end = pairEnd(pair)
  return end > 0 && text[end - 1] === '\n' ? end : lineEndOf(text, end)
}

function pairEnd(pair: Pair): number {
  const value = pair.value as Node | null
  if (value === null) return rangeOf(pair.key as Node)[1]
  return isMap(value) && value.flow !== true && value.items.length > 0 ? pairEnd(value.items.at(-1) as Pair) : rangeOf(value)[1]
}

/** The empty span right behind the colon of a key. */
function colonEnd(text: string, pair: Pair | undefined): readonly [number, number] | undefined {
  if (pair === undefined) return undefined
  const at = text.indexOf(':', rangeOf(pair.key as Node)[1])
  return at === -1 ? undefined : [at + 1, at + 1]
}

function rangeOf(node: Node): readonly [number, number] {
  if (node.range === null || node.range === undefined) throw new Error('a parsed node has no range')
  return [node.range[0], node.range[1]]
}

function keyText(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : ''
}

function isEmpty(node: Node): boolean {
  return isScalar(node) && node.value === null
}

/** What was cut is parsed again: only the one key may differ. */
function guarded(before: Document, result: Edit & { readonly kind: 'edited' }, expect: (root: unknown) => unknown): Edit {
  const after = parseDocument(result.text)
  const error = after.errors[0]
  if (error !== undefined) return impossible(`the edit would make invalid YAML: ${error.message.split('\n')[0]}`)
  return isDeepStrictEqual(expect(before.toJS()), after.toJS())
    ? result
    : impossible('the edit would change more than the one setting: write the setting into the file by hand once')
}

function assign(root: unknown, path: readonly Key[], value: unknown): unknown {
  const [first, ...rest] = path
  if (first === undefined) return value
  if (Array.isArray(root)) return root.map((item, index) => (index === first ? assign(item, rest, value) : item))
  const held = (root ?? {}) as Record<string, unknown>
  return { ...held, [first]: assign(held[first], rest, value) }
}

function unassign(root: unknown, path: readonly Key[]): unknown {
  const [first, ...rest] = path
  if (first === undefined || typeof root !== 'object' || root === null) return root
  if (Array.isArray(root)) return root.map((item, index) => (index === first ? unassign(item, rest) : item))
  const { [first]: inner, ...others } = root as Record<string, unknown>
  if (rest.length > 0) return { ...root, [first]: unassign(inner, rest) }
  return others
}

function plain(setting: Setting): unknown {
  if (setting instanceof Secret) return revealText(setting)
  return Array.isArray(setting) ? setting.map((item: Setting) => plain(item)) : setting
}
