import { Composer, isAlias, isMap, isScalar, isSeq, Parser, YAMLParseError } from 'yaml'
import type { CST, Document, Node, Pair, Scalar, YAMLMap } from 'yaml'
import type { Position, Problem } from '../model/problem.ts'
import type { MapEntry, ScalarSource, Source } from '../model/source.ts'
import { lineIndex } from './line-index.ts'
import type { NamedText } from './reader.ts'
import { labelOf } from './value-labels.ts'
import { isSealed } from './vault/index.ts'
import type { Vault } from './vault/index.ts'
import { quietDocument } from './vault/quiet.ts'
import { hideSource, openText, secretAt } from './vault/source.ts'
import { syntaxProblem } from './yaml-errors.ts'
import { lexYaml } from './yaml-limits.ts'
import { resolvePlain } from './yaml-scalar.ts'
import type { Dialect } from './yaml-scalar.ts'

/** Nodes that aliases and merge keys may add: a bomb of ten aliases per level reaches this at the fifth. */
const aliasedNodesLimit = 100_000

/** Problems shown of one text; a text with more is not the one that was meant to be read. */
const problemsLimit = 50

interface Composing {
  readonly dialect: Dialect
  readonly place: (start: number, end?: number) => Position
  readonly problems: Problem[]
  readonly text: string
  readonly vault: Vault | undefined
  readonly anchors: Map<string, { readonly source: Source; readonly size: number }>
  aliasedNodes: number
}

/** Parses one document into values with positions. An empty text is null. Undefined when problems were found. */
export function parseYaml(named: NamedText, dialect: Dialect, problems: Problem[]): Source | undefined {
  const { file, text, vault } = named
  const place = lineIndex(text, file)
  if (isSealed(text)) return (dialect === 'pyyaml' ? parseEncrypted : parseSealed)(named, place(0), problems)
  const refused = unreadable(text, place)
  const lexed = refused === undefined ? lexYaml(text, file) : { problem: refused }
  if ('problem' in lexed) {
    problems.push(lexed.problem)
    return undefined
  }
  const document = documentOf(lexed.lexemes, text.length)
  const [error] = document.errors
  if (error !== undefined) {
    // what follows the first error is mostly its echo
    problems.push(syntaxProblem(error, document, text, place))
    return undefined
  }
  const composing: Composing = { dialect, place, problems: [], text, vault, anchors: new Map(), aliasedNodes: 0 }
  const source = document.contents === null ? nullAt(place(0)) : compose(document.contents as Node, composing)
  problems.push(...composing.problems.slice(0, problemsLimit))
  return composing.problems.length > 0 ? undefined : source
}

/** What parseDocument of the library does, but for its lexer, which has run already. */
function documentOf(lexemes: readonly string[], length: number): Document.Parsed {
  // failsafe: every scalar stays text and is resolved by our own table, with its position; we find duplicate keys ourselves
  // because the library's check compares each key with all others
  const composer = new Composer({ schema: 'failsafe', resolveKnownTags: false, uniqueKeys: false, prettyErrors: false, logLevel: 'error' })
  const [first, second] = composer.compose(tokensOf(lexemes), true, length)
  if (first === undefined) throw new Error('the composer always ends with a document')
  if (second !== undefined) {
    const [start, end] = second.range
    first.errors.push(new YAMLParseError([start, end], 'MULTIPLE_DOCS', 'several documents'))
  }
  return first
}

function* tokensOf(lexemes: readonly string[]): Generator<CST.Token, void> {
  const parser = new Parser()
  for (const lexeme of lexemes) yield* parser.next(lexeme)
  yield* parser.end()
}

/** What is wrong inside an encrypted file is not said: the words would be its content. */
function parseEncrypted({ file, text, vault }: NamedText, at: Position, problems: Problem[]): Source | undefined {
  const opened = openText(text, vault, 'this file', at)
  if ('problem' in opened) {
    problems.push(opened.problem)
    return undefined
  }
  const inside: Problem[] = []
  const source = parseYaml({ file, text: opened.text, vault }, 'pyyaml', inside)
  if (source !== undefined && inside.length === 0) return hideSource(source, at)
  const lines = [...new Set(inside.map((problem) => problem.at?.line ?? 1))].join(', ')
  problems.push({
    code: 'YAML_SYNTAX',
    message: `what this file holds cannot be read as YAML: line ${lines} of the decrypted text`,
    at,
    hint: `look at it\ntlsplay vault view ${file}`,
  })
  return undefined
}

/** A playbook, tasks or a role: read with the places of the decrypted text, which is shown to nobody. */
function parseSealed({ file, text, vault, onSealed }: NamedText, at: Position, problems: Problem[]): Source | undefined {
  onSealed?.()
  const opened = openText(text, vault, 'this file', at)
  if ('problem' in opened) {
    problems.push(opened.problem)
    return undefined
  }
  const source = parseYaml({ file, text: opened.text, vault }, 'core', problems)
  return source && quietDocument(source)
}

// What YAML 1.2 does not count as printable (section 5.1); the library lets it pass, and it would end up in paths and on screens.
const notPrintable = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/

/** What makes a text no YAML before it is looked at more closely. */
function unreadable(text: string, place: Composing['place']): Problem | undefined {
  const control = notPrintable.exec(text)
  if (control === null) return undefined
  const number = control[0].charCodeAt(0).toString(16).padStart(4, '0')
  return {
    code: 'YAML_SYNTAX',
    message: `the control character U+${number.toUpperCase()} stands in the text`,
    at: place(control.index),
    hint: `remove it, or write "\\u${number}" inside double quotes`,
  }
}

function nullAt(at: Position): ScalarSource {
  return { kind: 'scalar', value: null, at }
}

function compose(node: Node, composing: Composing): Source {
  const at = positionOf(node, composing)
  if (isAlias(node)) return resolveAlias(node.source, at, composing)
  const source = composeOwn(node, at, composing)
  const anchor = (node as { anchor?: string }).anchor
  if (anchor !== undefined) composing.anchors.set(anchor, { source, size: sizeOf(source) })
  return source
}

function composeOwn(node: Node, at: Position, composing: Composing): Source {
  const tag = (node as { tag?: string }).tag
  if (isScalar(node)) return composeScalar(node, tag, at, composing)
  if (isSeq(node)) {
    const items = node.items.map((item) => compose(item as Node, composing))
    return tagged({ kind: 'list', items, at }, tag, 'seq', composing)
  }
  if (isMap(node)) return tagged({ kind: 'map', entries: composeEntries(node, composing), at }, tag, 'map', composing)
  return nullAt(at)
}

function positionOf(node: Node, { place }: Composing): Position {
  const [start, end] = node.range ?? [0, 0]
  return place(start, end)
}

function resolveAlias(name: string, at: Position, composing: Composing): Source {
  const anchor = composing.anchors.get(name)
  if (anchor === undefined) {
    const message = composing.text.includes(`&${name}`)
      ? `the alias *${name} stands inside its own anchor or before it`
      : `no anchor is called ${name}`
    composing.problems.push({ code: 'YAML_SYNTAX', message, at, hint: 'put the text in quotes when it is no alias' })
    return nullAt(at)
  }
  return countAliased(anchor, at, composing)
}

function countAliased(anchor: { readonly source: Source; readonly size: number }, at: Position, composing: Composing): Source {
  const before = composing.aliasedNodes
  composing.aliasedNodes += anchor.size
  if (composing.aliasedNodes <= aliasedNodesLimit) return anchor.source
  if (before <= aliasedNodesLimit) {
    composing.problems.push({
      code: 'YAML_LIMIT',
      message: `aliases add more than ${aliasedNodesLimit} values`,
      at,
      hint: 'write the values out, or use variables',
    })
  }
  return nullAt(at)
}

/** Values in a tree, those behind aliases included; no deeper than the limit on nesting allows. */
function sizeOf(source: Source): number {
  switch (source.kind) {
    case 'scalar':
      return 1
    case 'list':
      return source.items.reduce((sum, item) => sum + sizeOf(item), 1)
    case 'map':
      return source.entries.reduce((sum, entry) => sum + sizeOf(entry.value), 1)
  }
}

function composeEntries(node: YAMLMap, composing: Composing): readonly MapEntry[] {
  const own = new Map<string, MapEntry>()
  const merged = new Map<string, MapEntry>()
  for (const pair of node.items as Pair<Node, Node | null>[]) {
    const keyAt = positionOf(pair.key, composing)
    const key = keyText(pair.key, keyAt, composing)
    if (key === undefined) continue
    const value = pair.value === null ? nullAt(keyAt) : compose(pair.value, composing)
    if (key === '<<' && (pair.key as Scalar).type === 'PLAIN') {
      for (const entry of mergedEntries(value, composing)) if (!merged.has(entry.key)) merged.set(entry.key, entry)
      continue
    }
    const first = own.get(key)
    if (first === undefined) own.set(key, { key, keyAt, value })
    else {
      const { line, column } = first.keyAt
      composing.problems.push({
        code: 'DUPLICATE_KEY',
        message: `${labelOf(key)} is given twice here, first at ${line}:${column}`,
        at: keyAt,
        hint: 'keep one of the two',
      })
    }
  }
  // a key that is written out beats a merged one, and an earlier merged map a later one
  if (merged.size === 0) return [...own.values()]
  return [...[...merged.values()].filter(({ key }) => !own.has(key)), ...own.values()]
}

function keyText(key: Node, at: Position, composing: Composing): string | undefined {
  if (isScalar(key) && typeof key.value === 'string') return key.value
  // YAML reads {{ x }} as a map whose key is the map {x}: the key starts at the second brace
  const start = (key.range?.[0] ?? 0) - 1
  const braces = composing.text.startsWith('{{', start)
  composing.problems.push({
    code: 'YAML_SYNTAX',
    message: braces ? 'a value that starts with {{ must stand in quotes, YAML reads it as a map' : 'a key must be plain text',
    at: braces ? composing.place(start) : at,
    ...(braces ? { hint: `write ${quotedTemplate(composing.text, start)}` } : {}),
  })
  return undefined
}

function quotedTemplate(text: string, start: number): string {
  const line = text.slice(start).split('\n', 1)[0] ?? ''
  return `"${line.trimEnd().replaceAll('"', "'")}"`
}

function mergedEntries(value: Source, composing: Composing): readonly MapEntry[] {
  if (value.kind === 'map') return value.entries
  if (value.kind === 'list') return value.items.flatMap((item) => mergedEntries(item, composing))
  composing.problems.push({ code: 'TYPE_WRONG', message: '<< takes a map or a list of maps', at: value.at })
  return []
}

const yamlTag = 'tag:yaml.org,2002:'

function composeScalar(node: Scalar, tag: string | undefined, at: Position, composing: Composing): Source {
  const text = String(node.value ?? '')
  const plain = node.type === 'PLAIN'
  if (tag === '!unsafe') return { kind: 'scalar', value: text, at, unsafe: true }
  if (tag === '!vault' || tag === '!age') {
    const opened = openText(text.trim(), composing.vault, 'this value', at)
    if ('text' in opened) return secretAt(opened.text, at)
    composing.problems.push(opened.problem)
    return nullAt(at)
  }
  if (tag === `${yamlTag}str` || tag === '!') return { kind: 'scalar', value: text, at }
  if (tag !== undefined && !/^tag:yaml\.org,2002:(?:null|bool|int|float)$/.test(tag)) {
    composing.problems.push(tagProblem(tag, at))
    return nullAt(at)
  }
  if (!plain && tag === undefined) return { kind: 'scalar', value: text, at }
  const value = resolvePlain(text, composing.dialect)
  if (tag !== undefined && !fitsTag(value, tag)) {
    composing.problems.push({ code: 'TYPE_WRONG', message: `"${text}" is no !!${tag.slice(yamlTag.length)}`, at })
  }
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) && !/[.eE]/.test(text)) {
    composing.problems.push({
      code: 'VALUE_INVALID',
      message: `the whole number ${text} is too large to be kept exactly`,
      at,
      hint: `write it in quotes: '${text}'`,
    })
  }
  return { kind: 'scalar', value, at, ...(plain && typeof value === 'string' ? { plain: true } : {}) }
}

function fitsTag(value: null | boolean | number | string, tag: string): boolean {
  switch (tag.slice(yamlTag.length)) {
    case 'null':
      return value === null
    case 'bool':
      return typeof value === 'boolean'
    case 'int':
      return Number.isInteger(value)
    default:
      return typeof value === 'number'
  }
}

function tagged(source: Source, tag: string | undefined, own: 'seq' | 'map', composing: Composing): Source {
  if (tag === undefined || tag === '!' || tag === yamlTag + own) return source
  if (tag === '!unsafe') return withoutTemplates(source)
  composing.problems.push(tagProblem(tag, source.at))
  return source
}

/** `!unsafe` on a list or a map holds for every text inside. */
function withoutTemplates(source: Source): Source {
  switch (source.kind) {
    case 'scalar':
      return { ...source, unsafe: true }
    case 'list':
      return { ...source, items: source.items.map(withoutTemplates) }
    case 'map':
      return { ...source, entries: source.entries.map((entry) => ({ ...entry, value: withoutTemplates(entry.value) })) }
  }
}

function tagProblem(tag: string, at: Position): Problem {
  const shown = tag.startsWith(yamlTag) ? `!!${tag.slice(yamlTag.length)}` : tag
  return {
    code: 'NOT_SUPPORTED',
    message: `the YAML tag ${shown} is not known here`,
    at,
    hint: 'known tags: !unsafe, !vault, !age, !!str, !!int, !!float, !!bool, !!null',
  }
}
