import { TlsplayError } from '../model/problem.ts'
import type { Value, ValueMap } from '../model/value.ts'
import { lazyMap } from './lazy-map.ts'

/** Answers for a fact by its path below `facts`. May throw what the engine catches to ask the host first. */
export type FactReader = (path: readonly string[]) => Value | undefined

interface Branch {
  readonly [name: string]: 'fact' | 'units' | Branch
}

const tree: Branch = {
  hostname: 'fact',
  fqdn: 'fact',
  addresses: 'fact',
  os: { family: 'fact', id: 'fact', version: 'fact' },
  init: 'fact',
  user: 'fact',
  uid: 'fact',
  architecture: 'fact',
  openssl: { version: 'fact' },
  services: 'units',
}

/** Names under which Ansible knows the same; they give way to a variable of that name. */
export const factAliases: ReadonlyMap<string, readonly string[]> = new Map([
  ['ansible_hostname', ['hostname']],
  ['ansible_nodename', ['hostname']],
  ['ansible_fqdn', ['fqdn']],
  ['ansible_all_ipv4_addresses', ['addresses']],
  ['ansible_os_family', ['os', 'family']],
  ['ansible_distribution', ['os', 'id']],
  ['ansible_distribution_version', ['os', 'version']],
  ['ansible_service_mgr', ['init']],
  ['ansible_user_id', ['user']],
  ['ansible_user_uid', ['uid']],
  ['ansible_architecture', ['architecture']],
])

/** The namespace `facts`: outside all layers, read only, and asked of the host only where a text names a fact. */
export function factsMap(read: FactReader): ValueMap {
  return branchMap(tree, [], read)
}

function branchMap(branch: Branch, path: readonly string[], read: FactReader): ValueMap {
  return lazyMap({
    keys: () => Object.keys(branch),
    has: (key) => Object.hasOwn(branch, key),
    read: (key) => {
      const below = branch[key]
      const here = [...path, key]
      if (below === 'units') return unitsMap(here, read)
      return below === undefined || below === 'fact' ? read(here) : branchMap(below, here, read)
    },
  })
}

function unitsMap(path: readonly string[], read: FactReader): ValueMap {
  return lazyMap({
    keys: () => {
      throw new TlsplayError([
        { code: 'TEMPLATE_VALUE', message: 'facts.services cannot be listed', hint: 'name a unit: facts.services["prometheus.service"]' },
      ])
    },
    // JavaScript and libraries look for these on any value; no unit has such a name.
    has: (key) => key !== 'constructor' && key !== 'then' && key !== 'toJSON',
    read: (key) => read([...path, key]),
  })
}
