import { absent, type AccountsFact } from '../../src/model/fact.ts'
import type { Told } from '../fakes/view.ts'

export const accounts: AccountsFact = {
  users: [
    { name: 'root', uid: 0, gid: 0, comment: 'root', home: '/root', shell: '/bin/bash' },
    { name: 'ann', uid: 1000, gid: 1000, comment: '', home: '/home/ann', shell: '/bin/bash' },
    { name: 'app', uid: 999, gid: 999, comment: 'the app', home: '/var/lib/app', shell: '/bin/sh' },
  ],
  groups: [
    { name: 'root', gid: 0, members: [] },
    { name: 'ann', gid: 1000, members: [] },
    { name: 'app', gid: 999, members: [] },
    { name: 'adm', gid: 4, members: ['ann', 'app'] },
    { name: 'tls', gid: 998, members: ['app'] },
  ],
}

const at = '/usr/sbin'

/** A host with these accounts, and with the programs of the package shadow or only those of BusyBox. */
export function hostWith(tools: 'shadow' | 'busybox' | 'none', more: readonly Told[] = []): readonly Told[] {
  return [
    ['accounts', {}, accounts],
    ['tool', { name: 'useradd' }, tools === 'shadow' ? { path: `${at}/useradd` } : absent],
    ['tool', { name: 'adduser' }, tools === 'none' ? absent : { path: `${at}/adduser` }],
    ['user', { name: 'new' }, absent],
    ['group', { name: 'new' }, absent],
    ...more,
  ]
}
