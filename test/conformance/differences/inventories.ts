import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { problemCodesIn } from '../both.ts'
import { scratch, type Tree } from '../scratch.ts'
import type { Difference, Differences, Sides } from './difference.ts'

type Document = Readonly<Record<string, { readonly hosts?: readonly string[]; readonly hostvars?: Readonly<Record<string, unknown>> }>>

/** The hosts of an inventory with their variables, on both sides. */
function listed(there: string, here: string, hosts: string | Tree, args: readonly string[] = ['-i', 'hosts'], mode?: number): Difference {
  const files = typeof hosts === 'string' ? { hosts } : hosts
  const look = async (): Promise<Sides> => {
    const folder = scratch(files)
    if (mode !== undefined) chmodSync(join(folder.path, 'hosts'), mode)
    try {
      const [ours, theirs] = await Promise.all([
        folder.tlsplay('inventory', ...args, '--list'),
        folder.ansible('ansible-inventory', [...args, '--list']),
      ])
      return {
        there: theirs.code === 0 ? shown(JSON.parse(theirs.out)) : `exit ${theirs.code}`,
        here: ours.code === 0 ? shown(JSON.parse(ours.out)) : [`exit ${ours.code}`, ...problemCodesIn(ours.err)].join(' '),
      }
    } finally {
      folder.remove()
    }
  }
  return { there, here, look }
}

/** Each host with what it has; a host without variables does not stand in `_meta`. */
function shown(document: Document): string {
  const vars = document['_meta']?.hostvars ?? {}
  const names = new Set([...Object.values(document).flatMap(({ hosts = [] }) => hosts), ...Object.keys(vars)])
  if (names.size === 0) return 'no host'
  return [...names]
    .toSorted()
    .map((name) => `${name} ${JSON.stringify(vars[name] ?? {})}`)
    .join('; ')
}

/** The variables of the tree that `--graph --vars` prints. */
async function lookAtGraph(): Promise<Sides> {
  const folder = scratch({ hosts: `h1 a=True b=1 c="'1'" d="['x']"\n` })
  try {
    const words = ['-i', 'hosts', '--graph', '--vars']
    const [ours, theirs] = await Promise.all([folder.tlsplay('inventory', ...words), folder.ansible('ansible-inventory', words)])
    const variables = (text: string): string => (text.match(/\{.*\}/g) ?? []).join(' ')
    return { there: variables(theirs.out), here: variables(ours.out) }
  } finally {
    folder.remove()
  }
}

const program = `#!/bin/sh
[ "$1" = --list ] && echo '{"web": {"hosts": ["h1"]}}' || echo '{}'
`

/** What an inventory says otherwise. */
export const inventoryDifferences: Differences = {
  'hash-in-word': listed('h1 {"pass":"a"}', 'exit 1 INVENTORY_SYNTAX', 'h1 pass=a#b more=1\n'),
  'range-backwards': listed('h1 {}', 'exit 1 INVENTORY_SYNTAX', 'w[5:1]\nh1\n'),
  'port-later': listed('h1 {}', 'h1 {"ansible_port":2222}', '[a]\nh1\n[b]\nh1:2222\n'),
  'range-in-list': listed('w[1:2] {}', 'w1 {}; w2 {}', { unused: '' }, ['-i', 'w[1:2],']),
  'passwords-hidden': listed(
    'h1 {"ansible_become_password":12345,"ansible_password":"hunter2"}',
    'h1 {"ansible_become_password":"(secret)","ansible_password":"(secret)"}',
    'h1 ansible_password=hunter2 ansible_become_password=12345\n',
  ),
  'graph-values': { there: "{a = True} {b = 1} {c = 1} {d = ['x']}", here: '{a = true} {b = 1} {c = "1"} {d = ["x"]}', look: lookAtGraph },
  'inventory-broken': listed('h1 {}', 'exit 1 INVENTORY_SYNTAX', { hosts: 'h1\n', broken: '[web\nh2\n' }, ['-i', 'hosts', '-i', 'broken']),
  'group-children': listed('no host', 'exit 1 GROUP_UNKNOWN', '[web]\nh1\n[site:children]\nweb\nnobody\n'),
  'group-vars': listed('h1 {}', 'exit 1 GROUP_UNKNOWN', 'h1\n[nobody:vars]\nx=1\n'),
  'keys-twice': listed('h1 {"x":2}', 'exit 1 DUPLICATE_KEY', { 'hosts.yml': 'all:\n  hosts:\n    h1: {x: 1, x: 2}\n' }, [
    '-i',
    'hosts.yml',
  ]),
  'host-names': listed('a b {}; h1 {}', 'exit 1 HOST_NAME_INVALID', '"a b"\nh1\n'),
  // every user may write it
  'inventory-program': listed('h1 {}', 'exit 1 INVENTORY_PROGRAM', { hosts: program }, ['-i', 'hosts'], 0o777),
}
