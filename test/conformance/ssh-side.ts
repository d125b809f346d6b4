import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startSshHost } from '../../src/embedded/ssh-host.ts'
import { newKeyPair } from '../../src/embedded/ssh-key-pair.ts'
import { type Ended, scratch } from './scratch.ts'
import { type Side, spelled, written } from './spelling.ts'

export interface OverSsh {
  /** of the only user that the host lets in; anybody without it */
  readonly user?: string
  /** more of the line of the host in the inventory */
  readonly words: string
  readonly args?: readonly string[]
  /** tlsplay has seen the key of the host */
  readonly known: boolean
}

/** A run of one task on a host that is reached over ssh. Ansible is told to take any key. */
export async function overSsh(side: Side, { user, words, args = [], known }: OverSsh): Promise<Ended> {
  const tasks = [spelled({ name: 'one', command: { argv: ['true'] } }, { name: 'one', raw: 'true' })]
  const folder = scratch({ 'site.yml': written([{ hosts: 'all', gather_facts: false, tasks }], side) })
  const own = newKeyPair()
  const host = await startSshHost({
    folder: folder.path,
    ...(user === undefined ? {} : { users: [{ name: user, publicKey: own.public }] }),
  })
  try {
    writeFileSync(join(folder.path, 'key'), user === undefined ? host.clientKey : own.private, { mode: 0o600 })
    writeFileSync(join(folder.path, 'known_hosts'), known ? `${host.hostKeyLine}\n` : '')
    const line = [
      ...['h1 ansible_host=127.0.0.1', `ansible_port=${host.port}`, `ansible_ssh_private_key_file=${folder.path}/key`],
      ...[`tlsplay_known_hosts_file=${folder.path}/known_hosts`, 'ansible_ssh_use_tty=no', "ansible_ssh_args='-o ControlMaster=no'"],
      ...["ansible_ssh_common_args='-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null'", words],
    ]
    writeFileSync(join(folder.path, 'hosts'), `${line.join(' ')}\n`)
    const common = ['-i', 'hosts', 'site.yml', ...args]
    return await (side === 'tlsplay' ? folder.tlsplay('run', ...common, '--output', 'json') : folder.ansible('ansible-playbook', common))
  } finally {
    await host.close()
    folder.remove()
  }
}
