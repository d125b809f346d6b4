import type { LayerName } from '../../model/inventory.ts'
import type { Position, Problem } from '../../model/problem.ts'
import { entryOf } from '../../model/source.ts'
import type { MapSource } from '../../model/source.ts'
import { literalSource } from '../plain.ts'
import { labelOf } from '../value-labels.ts'
import type { DraftGroup } from './draft.ts'

const priorityName = 'ansible_group_priority'

/** Adds variables that the inventory itself gives to a group. The priority is an order, not a variable, as in Ansible. */
export function addGroupVars(group: DraftGroup, vars: MapSource, at: Position, problems: Problem[]): void {
  const from: LayerName = 'inventory file group'
  const priority = entryOf(vars, priorityName)
  if (priority === undefined) {
    if (vars.entries.length > 0) group.layers.push({ from, at, vars })
    return
  }
  const value = priority.value.kind === 'scalar' ? Number(priority.value.value) : Number.NaN
  if (Number.isInteger(value)) group.priority = value
  else
    problems.push({
      code: 'TYPE_WRONG',
      message: `${priorityName}: expected a whole number, got ${labelOf(literalSource(priority.value))}`,
      at: priority.value.at,
      hint: 'groups of one level are read from the lowest number to the highest, the last one wins',
    })
  const rest = vars.entries.filter((entry) => entry !== priority)
  if (rest.length > 0) group.layers.push({ from, at, vars: { ...vars, entries: rest } })
}
