import type { Inventory } from '../model/inventory.ts'
import type { Located, Play } from '../model/playbook.ts'
import type { Problem } from '../model/problem.ts'

/** Hosts in the order the play asks for; `inventory` is the order in which the inventory names them first. */
export function ordered(hosts: readonly string[], play: Play, inventory: Inventory, random: () => number): readonly string[] {
  const places = new Map([...inventory.hosts.keys()].map((host, index) => [host, index]))
  switch (play.order) {
    case 'inventory':
      return hosts
    case 'reverse_inventory':
      return hosts.toReversed()
    case 'sorted':
      return hosts.toSorted()
    case 'reverse_sorted':
      return hosts.toSorted().toReversed()
    case 'shuffle':
      return hosts
        .map((host) => ({ host, key: random(), place: places.get(host) ?? 0 }))
        .toSorted((one, other) => one.key - other.key || one.place - other.place)
        .map(({ host }) => host)
  }
}

/**
 * Batches of `serial` (design/language.md A.8): counts, or percentages of all hosts rounded down and at least 1; the last
 * entry repeats, the last batch takes what is left.
 */
export function batchesOf(
  hosts: readonly string[],
  serial: readonly Located<number | string>[],
): { readonly batches: readonly (readonly string[])[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const sizes = serial.map(({ value, at }) => {
    const size = sizeOf(value, hosts.length)
    if (size === undefined)
      problems.push({
        code: 'VALUE_INVALID',
        message: `serial must be a count above 0 or a percentage, got ${value}`,
        at,
        hint: 'write serial: 2 or serial: "30%"',
      })
    return size ?? hosts.length
  })
  if (hosts.length === 0) return { batches: [], problems }
  if (sizes.length === 0 || problems.length > 0) return { batches: [hosts], problems }
  const batches: (readonly string[])[] = []
  for (let from = 0; from < hosts.length; ) {
    const size = sizes[Math.min(batches.length, sizes.length - 1)] ?? hosts.length
    batches.push(hosts.slice(from, from + size))
    from += size
  }
  return { batches, problems }
}

function sizeOf(value: number | string, hosts: number): number | undefined {
  const text = String(value).trim()
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)
  if (percent !== null) return Number(percent[1]) > 0 ? Math.max(1, Math.floor((Number(percent[1]) * hosts) / 100)) : undefined
  return /^\d+$/.test(text) && Number(text) > 0 ? Number(text) : undefined
}
