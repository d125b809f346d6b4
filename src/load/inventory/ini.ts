import { suggestion } from '../../lib/suggest.ts'
import type { Position, Problem } from '../../model/problem.ts'
import type { MapEntry, Source } from '../../model/source.ts'
import type { NamedText } from '../reader.ts'
import { labelOf } from '../value-labels.ts'
import { addChild, addGroup, addHost } from './draft.ts'
import type { Draft } from './draft.ts'
import { addGroupVars } from './group-vars.ts'
import { checkHostName } from './host-name.ts'
import { pythonLiteral } from './python-literal.ts'
import type { Literal } from './python-literal.ts'
import { expandHosts } from './ranges.ts'
import { shellWords } from './shell-words.ts'

type Kind = 'hosts' | 'children' | 'vars'

interface Section {
  readonly group: string
  readonly kind: Kind
  readonly at: Position
  /** lines of a `vars` section */
  readonly vars: MapEntry[]
}

interface Reading {
  readonly draft: Draft
  readonly problems: Problem[]
  /** how values are kept: as they are, or as secrets */
  readonly kept: (value: Source) => Source
  /** groups that a line uses and that may be defined later */
  readonly wanted: { readonly name: string; readonly at: Position; readonly by: string }[]
}

interface Line {
  readonly text: string
  /** place of a stretch of the line; offsets count from its first character that is not blank */
  readonly place: (start: number, end: number) => Position
}

/** Reads an inventory in Ansible's INI form. It behaves as though the first line were [ungrouped]. */
export function readIni({ file, text }: NamedText, draft: Draft, problems: Problem[], kept: (value: Source) => Source = asIs): void {
  const reading: Reading = { draft, problems, wanted: [], kept }
  let section: Section | undefined = { group: 'ungrouped', kind: 'hosts', at: { file, line: 1, column: 1 }, vars: [] }
  for (const [index, raw] of text.split('\n').entries()) {
    const trimmed = raw.trim()
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith(';')) continue
    const indent = raw.length - raw.trimStart().length
    const place = (start: number, end: number): Position => ({
      file,
      line: index + 1,
      column: indent + start + 1,
      endLine: index + 1,
      endColumn: indent + end + 1,
    })
    const line: Line = { text: trimmed, place }
    if (trimmed.startsWith('[')) {
      const header = readHeader(line, reading)
      if (header === 'host') readLine(line, section, reading)
      else {
        closeSection(section, reading)
        section = header
      }
    } else readLine(line, section, reading)
  }
  closeSection(section, reading)
  checkWanted(reading)
}

/** The section a line opens; 'host' when the bracket starts an address like [::1]:22; undefined when it was reported. */
function readHeader({ text, place }: Line, { draft, problems, wanted }: Reading): Section | 'host' | undefined {
  const found = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/.exec(text)
  const whole = place(0, text.length)
  if (found === null) {
    if (/^\[[0-9a-fA-F:.]*:[0-9a-fA-F:.]*\](?::[0-9]+)?(?:\s|$)/.test(text)) return 'host'
    problems.push({
      code: 'INVENTORY_SYNTAX',
      message: 'this line is no section',
      at: whole,
      hint: 'write [GROUP], [GROUP:children] or [GROUP:vars], without blanks inside',
    })
    return undefined
  }
  const [, group = '', kind = 'hosts'] = found
  if (kind !== 'hosts' && kind !== 'children' && kind !== 'vars') {
    problems.push({
      code: 'INVENTORY_SYNTAX',
      message: `a section cannot hold "${kind}"`,
      at: whole,
      hint: suggestion(kind, ['hosts', 'children', 'vars'], 'it can hold') ?? '',
    })
    return undefined
  }
  if (kind === 'vars') wanted.push({ name: group, at: whole, by: `[${group}:vars]` })
  else addGroup(draft, group, whole)
  return { group, kind, at: whole, vars: [] }
}

function readLine(line: Line, section: Section | undefined, reading: Reading): void {
  // the lines below a section that was refused have no meaning
  if (section === undefined) return
  switch (section.kind) {
    case 'hosts':
      return readHostLine(line, section, reading)
    case 'children':
      return readChildLine(line, section, reading)
    case 'vars':
      return readVarLine(line, section, reading)
  }
}

function readHostLine({ text, place }: Line, section: Section, { draft, problems, kept }: Reading): void {
  const split = shellWords(text)
  if ('wrong' in split) {
    const hint = split.wrong.startsWith('a #') ? 'put the value in quotes, or a blank before a comment' : 'write KEY="VALUE"'
    problems.push({ code: 'INVENTORY_SYNTAX', message: split.wrong, at: place(split.start, split.start + 1), hint })
    return
  }
  const [first, ...rest] = split.words
  if (first === undefined) return
  const at = place(first.start, first.end)
  const entries: MapEntry[] = []
  for (const { text: word, start, end } of rest) {
    const equals = word.indexOf('=')
    if (equals < 1) {
      problems.push({
        code: 'INVENTORY_SYNTAX',
        message: 'expected KEY=VALUE after the host',
        at: place(start, end),
        hint: 'a value with blanks stands in quotes; one line holds one host',
      })
      continue
    }
    const written = text.indexOf('=', start)
    const key = word.slice(0, equals)
    const value = kept(sourceOf(pythonLiteral(word.slice(equals + 1)), place(written + 1, end)))
    const same = entries.findIndex((entry) => entry.key === key)
    const entry = { key, keyAt: place(start, written), value }
    // the last value wins, as in Ansible
    if (same === -1) entries.push(entry)
    else entries[same] = entry
  }
  const expanded = expandHosts(first.text, at, problems)
  if (expanded === undefined) return
  // Ansible drops the port when an earlier line has named the host (measured with 2.19); what the file says counts here
  if (expanded.port !== undefined && entries.every(({ key }) => key !== 'ansible_port')) {
    entries.unshift({ key: 'ansible_port', keyAt: at, value: { kind: 'scalar', value: expanded.port, at } })
  }
  const group = addGroup(draft, section.group, section.at)
  if (!expanded.names.every((name) => checkHostName(name, at, problems))) return
  const layer = { from: 'inventory file host', at, vars: { kind: 'map', entries, at } } as const
  for (const name of expanded.names) {
    const host = addHost(draft, group, name, at)
    if (entries.length > 0) host.layers.push(layer)
  }
}

function readChildLine({ text, place }: Line, section: Section, { draft, problems, wanted }: Reading): void {
  const name = /^([^:\]\s]+)\s*(?:#.*)?$/.exec(text)?.[1]
  if (name === undefined) {
    problems.push({
      code: 'INVENTORY_SYNTAX',
      message: `expected the name of a group, got ${labelOf(text)}`,
      at: place(0, text.length),
      hint: `[${section.group}:children] holds one group per line`,
    })
    return
  }
  const at = place(0, name.length)
  wanted.push({ name, at, by: `[${section.group}:children]` })
  addChild(addGroup(draft, section.group, section.at), name, at)
}

/** Typed like the values of a host line, as ansible-core 2.19.14 does (measured with ansible-inventory); its documentation says text. */
function readVarLine({ text, place }: Line, section: Section, { problems, kept }: Reading): void {
  const equals = text.indexOf('=')
  if (equals < 1) {
    problems.push({
      code: 'INVENTORY_SYNTAX',
      message: 'expected KEY=VALUE',
      at: place(0, text.length),
      hint: 'a line of [GROUP:vars] sets one variable with =',
    })
    return
  }
  const key = text.slice(0, equals).trim()
  const value = text.slice(equals + 1)
  const start = equals + 1 + (value.length - value.trimStart().length)
  const at = place(start, text.length)
  section.vars.push({ key, keyAt: place(0, key.length), value: kept(sourceOf(pythonLiteral(value.trim()), at)) })
}

function closeSection(section: Section | undefined, { draft, problems }: Reading): void {
  if (section === undefined || section.vars.length === 0) return
  const last = new Map(section.vars.map((entry) => [entry.key, entry]))
  // a group that nothing defines was noted, and is reported at the end
  addGroupVars(
    draft.groups.get(section.group) ?? addGroup({ groups: new Map(), hosts: new Map() }, section.group, section.at),
    { kind: 'map', entries: [...last.values()], at: section.at },
    section.at,
    problems,
  )
}

function checkWanted({ draft, problems, wanted }: Reading): void {
  for (const { name, at, by } of wanted) {
    if (draft.groups.has(name)) continue
    problems.push({
      code: 'GROUP_UNKNOWN',
      message: `${by} uses the group ${name}, which nothing defines`,
      at,
      hint: suggestion(name, [...draft.groups.keys()], 'groups') ?? `add [${name}]`,
    })
  }
  // an edge to a group that is not there would be met again by everything that walks the tree
  for (const group of draft.groups.values())
    for (const child of group.children.keys()) if (!draft.groups.has(child)) group.children.delete(child)
}

function sourceOf(value: Literal, at: Position): Source {
  if (Array.isArray(value)) return { kind: 'list', items: value.map((item: Literal) => sourceOf(item, at)), at }
  if (typeof value === 'object' && value !== null) {
    return {
      kind: 'map',
      entries: Object.entries(value).map(([key, item]) => ({ key, keyAt: at, value: sourceOf(item as Literal, at) })),
      at,
    }
  }
  return { kind: 'scalar', value: value as string | number | boolean | null, at }
}

function asIs(value: Source): Source {
  return value
}
