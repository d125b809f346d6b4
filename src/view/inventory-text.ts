import type { Inventory } from '../model/inventory.ts'
import { isList, isMap, type Value, type ValueMap } from '../model/value.ts'
import { escapeLine, joinLines, jsonLines } from './escape.ts'

/** Keys sorted and four blanks deep, as `ansible-inventory` prints its documents; secrets are masked. */
export function documentJson(document: Value): string {
  return jsonLines(sorted(document), 4)
}

function sorted(value: Value): Value {
  if (isList(value)) return value.map(sorted)
  if (!isMap(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .toSorted()
      .map((key) => [key, sorted(value[key] ?? null)]),
  )
}

export interface GraphVariables {
  readonly ofGroup: (name: string) => ValueMap
  readonly ofHost: (name: string) => ValueMap
}

/** The tree below a group: child groups first, then its hosts, each with its variables where they are wanted. */
export function inventoryGraph(inventory: Inventory, from: string, variables?: GraphVariables): string {
  const lines = (name: string, depth: number): readonly string[] => {
    const group = inventory.groups.get(name)
    const hosts = name === 'all' ? [] : (group?.hosts ?? [])
    return [
      branch(`@${name}:`, depth),
      ...(group?.children ?? []).flatMap((child) => lines(child, depth + 1)),
      ...hosts.flatMap((host) => [branch(host, depth + 1), ...variableLines(variables?.ofHost(host), depth + 2)]),
      ...variableLines(variables?.ofGroup(name), depth + 1),
    ]
  }
  return joinLines(lines(from, 0))
}

function variableLines(vars: ValueMap | undefined, depth: number): readonly string[] {
  const names = Object.keys(vars ?? {}).toSorted()
  return names.map((name) => branch(`{${name} = ${JSON.stringify(vars?.[name])}}`, depth))
}

function branch(text: string, depth: number): string {
  return `${'  |'.repeat(depth)}${depth === 0 ? '' : '--'}${escapeLine(text)}`
}
