import type { Inventory } from '../model/inventory.ts'
import type { Playbook } from '../model/playbook.ts'
import type { Position, Problem } from '../model/problem.ts'
import type { Selection } from './patterns.ts'

/** What the pattern of one play gave. */
export interface Chosen {
  readonly at: Position
  readonly pattern: string
  readonly selection: Selection
}

/** Why no play of a run has a host. A pattern that matches nothing is a warning elsewhere; here it is what went wrong. */
export function nobody(playbook: Playbook, inventory: Inventory, chosen: readonly Chosen[], limit: string | undefined): readonly Problem[] {
  if (chosen.length === 0)
    return [
      {
        code: 'NO_HOSTS',
        message: 'the playbook has no play',
        at: { file: playbook.file, line: 1, column: 1 },
        hint: 'start each play with - hosts: PATTERN',
      },
    ]
  if (inventory.hosts.size === 0 && chosen.every(({ selection }) => selection.hosts.length === 0)) {
    return chosen.slice(0, 1).map(
      ({ at }): Problem => ({
        code: 'NO_HOSTS',
        message: 'the inventory has no host',
        at,
        hint: 'name hosts in the inventory, or on the command line: -i "h1,h2"',
      }),
    )
  }
  return chosen.flatMap(({ at, pattern, selection }): readonly Problem[] => {
    if (selection.hosts.length > 0)
      return [
        {
          code: 'NO_HOSTS',
          message: `the limit ${limit ?? ''} leaves no host of ${pattern}`,
          at,
          hint: `hosts of the play: ${shortList(selection.hosts)}`,
        },
      ]
    return selection.warnings.length > 0
      ? selection.warnings
      : [{ code: 'NO_HOSTS', message: `${pattern} selects no host`, at, hint: knownNames(inventory) }]
  })
}

/** Hosts and groups a pattern may name, in short. */
export function knownNames(inventory: Inventory): string {
  const groups = [...inventory.groups.keys()].filter((name) => name !== 'ungrouped')
  return `groups: ${shortList(groups)}; hosts: ${shortList([...inventory.hosts.keys()])}`
}

const shownNames = 8

function shortList(names: readonly string[]): string {
  const more = names.length - shownNames
  return `${names.slice(0, shownNames).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
