import { isHostName } from '../compile/connection-values.ts'
import type { Instance } from '../compile/instantiate.ts'
import type { Inventory } from '../model/inventory.ts'
import type { Position, Problem } from '../model/problem.ts'
import { delegatePlace, type Place } from './entry.ts'

const controllerNames: readonly string[] = ['localhost', '127.0.0.1', '::1']

/** Where an instance acts. A host that is named as its own delegate acts on itself, over the connection that it has. */
export function placeOf(instance: Instance, host: string): Place {
  if (instance.kind !== 'ready' || instance.delegate === undefined || instance.delegate === host) return 'host'
  return controllerNames.includes(instance.delegate) ? 'controller' : delegatePlace(instance.delegate)
}

/** A delegate may be any host of the inventory, and a name outside of it that can be reached as it stands. */
export function delegateProblem(name: string | undefined, at: Position | undefined, { hosts }: Inventory): Problem | undefined {
  if (name === undefined || hosts.has(name) || isHostName(name)) return undefined
  return {
    code: 'HOST_NAME_INVALID',
    ...(at === undefined ? {} : { at }),
    message: `delegate_to: ${JSON.stringify(name)} is not a host name or address`,
    hint: 'name a host of the inventory, or an address',
  }
}
