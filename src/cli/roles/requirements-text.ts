import { isMap, isScalar, isSeq, type Node, parseDocument, type YAMLSeq } from 'yaml'
import { setYaml } from '../../lib/edit/yaml.ts'

export interface RequirementText {
  readonly name: string
  readonly src: string
  readonly version?: string | undefined
  readonly path?: string | undefined
}

/** requirements.yml with one more role; every other byte stays. Undefined: its roles are not a list in block form. */
export function withRequirement(text: string | undefined, entry: RequirementText): string | undefined {
  if (text === undefined || text.trim() === '') return `roles:\n${entryText(entry, '  ')}`
  const whole = text.endsWith('\n') ? text : `${text}\n`
  const root = parseDocument(whole).contents as Node | null
  const empty = emptyRoles(root)
  if (empty !== undefined) {
    const kept = whole.slice(0, empty[0]) + whole.slice(empty[1])
    const end = kept.indexOf('\n', empty[0]) + 1
    return kept.slice(0, end) + entryText(entry, '  ') + kept.slice(end)
  }
  const list = listIn(root)
  if (list === 'none') return `${whole}roles:\n${entryText(entry, '  ')}`
  const last = list?.items.at(-1) as Node | undefined
  if (list === undefined || list.flow === true || last === undefined) return undefined
  const end = whole.indexOf('\n', rangeOf(last)[1] - 1) + 1
  return whole.slice(0, end) + entryText(entry, indentOf(whole, last)) + whole.slice(end)
}

/** The same without a role; undefined: it cannot be cut out by its name. */
export function withoutRequirement(text: string, name: string): string | undefined {
  const list = listIn(parseDocument(text).contents as Node | null)
  if (list === undefined || list === 'none' || list.flow === true) return undefined
  const at = list.items.findIndex((item) => isMap(item) && item.get('name') === name)
  const item = list.items[at] as Node | undefined
  if (item === undefined) return undefined
  const start = lineStart(text, rangeOf(item)[0])
  const next = list.items[at + 1] as Node | undefined
  const end = next === undefined ? text.indexOf('\n', rangeOf(item)[1] - 1) + 1 || text.length : lineStart(text, rangeOf(next)[0])
  return text.slice(0, start) + text.slice(end)
}

/** The same with another version of a role; undefined: it has no `name` there. */
export function withVersion(text: string, name: string, version: string): string | undefined {
  const isList = isSeq(parseDocument(text).contents)
  const edit = isList ? undefined : setYaml(text, `roles[name="${name}"].version`, version)
  return edit?.kind === 'edited' ? edit.text : undefined
}

export function entryText({ name, src, version, path }: RequirementText, indent: string): string {
  const lines = [
    `- name: ${name}`,
    `  src: ${scalar(src)}`,
    ...(version === undefined ? [] : [`  version: ${scalar(version)}`]),
    ...(path === undefined ? [] : [`  path: ${scalar(path)}`]),
  ]
  return lines.map((line) => `${indent}${line}\n`).join('')
}

function listIn(root: Node | null): YAMLSeq | 'none' | undefined {
  if (isSeq(root)) return root
  if (!isMap(root)) return root === null ? 'none' : undefined
  if (!root.has('roles')) return 'none'
  const roles = root.get('roles', true)
  return isSeq(roles) ? roles : undefined
}

/** Where `roles:` names none: from behind its colon to the end of what stands for nothing. */
function emptyRoles(root: Node | null): readonly [number, number] | undefined {
  const pair = isMap(root) ? root.items.find(({ key }) => isScalar(key) && key.value === 'roles') : undefined
  if (pair === undefined || !isScalar(pair.key) || pair.key.range == null) return undefined
  const { value } = pair
  const behind = pair.key.range[1] + 1
  if (isSeq(value) && value.items.length === 0) return [behind, rangeOf(value)[1]]
  if (isScalar(value) && value.value === null) return [behind, value.source === '' ? behind : rangeOf(value)[1]]
  return undefined
}

/** Plain where no reader of YAML could take it for anything but this text. */
function scalar(text: string): string {
  return /^(?:[a-z+]+:[\w./@+-]+|\.{0,2}\/[\w./@+-]+|v[\w.-]+)$/.test(text) && !/:$/.test(text) ? text : JSON.stringify(text)
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1
}

/** The blanks before the dash of an item. */
function indentOf(text: string, item: Node): string {
  return /^ */.exec(text.slice(lineStart(text, rangeOf(item)[0])))?.[0] ?? ''
}

function rangeOf(node: Node): readonly [number, number] {
  if (node.range === null || node.range === undefined) throw new Error('a parsed node has no range')
  return [node.range[0], node.range[1]]
}
