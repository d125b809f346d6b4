import type { Inventory } from '../model/inventory.ts'
import type { Position, Problem } from '../model/problem.ts'
import { FunctionError } from './function-types.ts'
import { membersOf } from './groups.ts'
import { knownNames } from './nobody.ts'
import { pattern as regex } from './regex.ts'
import { didYouMean } from './suggest.ts'

export interface Selection {
  readonly hosts: readonly string[]
  readonly problems: readonly Problem[]
  /** parts that match nothing */
  readonly warnings: readonly Problem[]
}

/** Names that mean this machine even when no inventory names them. */
const localNames: readonly string[] = ['localhost', '127.0.0.1', '::1']

/**
 * Hosts that a pattern names (design/language.md A.10): the union of its plain parts, of that only what every `&` part
 * has too, without what a `!` part has. The order of the parts does not matter to what is selected.
 */
export function selectHosts(pattern: string, inventory: Inventory, at: Position): Selection {
  return select(partsOf(pattern, inventory), inventory, at)
}

/**
 * Hosts that `--limit` allows. A part `@file` stands for the lines of a file, one pattern each.
 * An empty selection is a problem: a typing error must not end as "nothing to do".
 */
export function limitHosts(limit: string, inventory: Inventory, readFile: (path: string) => string | undefined): Selection {
  const at: Position = { file: '--limit', line: 1, column: 1, endLine: 1, endColumn: limit.length + 1 }
  const problems: Problem[] = []
  const parts = partsOf(limit, inventory).flatMap((part) => {
    if (!part.startsWith('@')) return [part]
    const text = readFile(part.slice(1))
    if (text === undefined)
      problems.push({
        code: 'FILE_MISSING',
        message: `cannot read ${part.slice(1)}`,
        at,
        hint: 'the path starts at the folder that tlsplay is started in',
      })
    return (text ?? '')
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'))
      .flatMap((line) => partsOf(line, inventory))
  })
  if (problems.length > 0) return { hosts: [], problems, warnings: [] }
  const selection = parts.length === 0 ? { hosts: [], problems: [], warnings: [] } : select(parts, inventory, at)
  if (selection.hosts.length > 0 || selection.problems.length > 0) return selection
  const hint = selection.warnings[0]?.hint ?? knownNames(inventory)
  return {
    hosts: [],
    problems: [{ code: 'NO_HOSTS', message: limit.trim() === '' ? 'the limit is empty' : `the limit ${limit} leaves no host`, at, hint }],
    warnings: selection.warnings,
  }
}

/** With a comma anywhere only commas separate, else colons outside of brackets do. */
function partsOf(pattern: string, inventory: Inventory): readonly string[] {
  const trimmed = pattern.trim()
  if (trimmed.includes(','))
    return trimmed
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
  // An IPv6 address that the inventory knows is one name, not eight.
  if (inventory.hosts.has(trimmed)) return [trimmed]
  return (trimmed.match(/(?:\[[^\]]*\]|[^:\[]|\[)+/g) ?? []).map((part) => part.trim()).filter((part) => part !== '')
}

function select(parts: readonly string[], inventory: Inventory, at: Position): Selection {
  const problems: Problem[] = []
  const warnings: Problem[] = []
  const matching = (part: string, plain: boolean): readonly string[] => {
    try {
      const found = matches(part, plain, inventory)
      if (found.length === 0) warnings.push(noMatch(part, inventory, at))
      return found
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error
      problems.push({
        code: 'PATTERN_INVALID',
        message: `the pattern ${part} is ${error.message}`,
        at,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
      })
      return []
    }
  }
  const plain = parts.filter((part) => !/^[&!]/.test(part))
  let hosts = [...new Set((plain.length === 0 ? ['all'] : plain).flatMap((part) => matching(part, true)))]
  for (const part of parts.filter((each) => each.startsWith('&'))) {
    const kept = new Set(matching(part.slice(1), false))
    hosts = hosts.filter((host) => kept.has(host))
  }
  for (const part of parts.filter((each) => each.startsWith('!'))) {
    const dropped = new Set(matching(part.slice(1), false))
    hosts = hosts.filter((host) => !dropped.has(host))
  }
  return { hosts, problems, warnings }
}

function matches(part: string, plain: boolean, inventory: Inventory): readonly string[] {
  // A plain part that is a host's name means that host, even if a group has the name too; & and ! parts mean the group.
  if (plain && inventory.hosts.has(part)) return [part]
  const subscript = part.startsWith('~') ? null : /^(.+)\[(?:(-?\d+)|(\d+)[:-](\d*))\]$/.exec(part)
  if (subscript === null) return named(part, inventory)
  const [, name = '', index, from, to] = subscript
  const all = named(name, inventory)
  if (index !== undefined) return all.slice(Number(index)).slice(0, 1)
  return all.slice(Number(from), to === '' || to === undefined ? undefined : Number(to) + 1)
}

function named(part: string, inventory: Inventory): readonly string[] {
  if (part === 'all' || part === '*') return membersOf(inventory, 'all')
  const test = tester(part)
  const groups = [...inventory.groups.keys()].filter(test)
  const found = groups.flatMap((group) => membersOf(inventory, group))
  if (groups.length === 0 || part.startsWith('~') || /[.?*[]/.test(part)) found.push(...[...inventory.hosts.keys()].filter(test))
  if (found.length === 0 && localNames.includes(part)) return ['localhost']
  return [...new Set(found)]
}

function tester(part: string): (name: string) => boolean {
  if (part.startsWith('~')) {
    // first as written, so that a message quotes what was written
    regex(part.slice(1))
    const compiled = regex(`^(?:${part.slice(1)})`)
    return (name) => compiled.matcher(name).find()
  }
  if (!/[*?[]/.test(part)) return (name) => name === part
  const compiled = regex(`^(?s:${globPattern(part)})$`)
  return (name) => compiled.matcher(name).find()
}

/** Shell globs as fnmatch reads them: a `[` that nothing closes is a letter. */
function globPattern(glob: string): string {
  return glob.replaceAll(/\[(!?)([^\]]+)\]|[\s\S]/g, (piece, not: string | undefined, set: string | undefined) => {
    if (set !== undefined) return `[${not === '!' ? '^' : ''}${set.replaceAll(/[\\^[]/g, '\\$&')}]`
    if (piece === '*') return '.*'
    if (piece === '?') return '.'
    return piece.replace(/[\\^$.|+()[\]{}]/, '\\$&')
  })
}

function noMatch(part: string, inventory: Inventory, at: Position): Problem {
  // every group is a child of all, so only one without members gets here
  if (inventory.groups.has(part)) return { code: 'NO_HOSTS', message: `the group ${part} has no host`, at, hint: knownNames(inventory) }
  const mixed = part.includes(':') ? 'where a comma separates, colons do not' : undefined
  const hint = mixed ?? didYouMean(part, [...inventory.groups.keys(), ...inventory.hosts.keys()]) ?? knownNames(inventory)
  return { code: 'HOST_UNKNOWN', message: `no host or group matches ${part}`, at, hint }
}
