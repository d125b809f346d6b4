import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { LabHost } from './host.ts'

/** `ops`: sudo without a password, `opspw`: sudo with the fleet's password, `nosudo`: none. BusyBox hosts know only root. */
export type LabUser = 'ops' | 'opspw' | 'nosudo'

export interface InventoryOptions {
  /** Default: ops. */
  readonly user?: LabUser
  readonly extraVarsPerHost?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Group to host names. Default: one group per kind of host, hyphens as underscores. */
  readonly groups?: Readonly<Record<string, readonly string[]>>
  /** Variables of a group. */
  readonly groupVars?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

export interface Keys {
  readonly folder: string
  readonly privateKeyFile: string
  readonly knownHostsFile: string
}

/** Writes an inventory in Ansible's YAML form into the fleet's folder; the path of the new file. */
export async function writeInventory(hosts: readonly LabHost[], keys: Keys, options: InventoryOptions): Promise<string> {
  const groups = options.groups ?? byKind(hosts)
  const known = new Set(hosts.map((host) => host.name))
  const strangers = [...Object.values(groups).flat(), ...Object.keys(options.extraVarsPerHost ?? {})].filter((name) => !known.has(name))
  if (strangers.length > 0) throw new Error(`not in the fleet: ${strangers.join(', ')}`)
  const inventory = {
    all: {
      hosts: Object.fromEntries(
        hosts.map((host) => [host.name, { ...connection(host, keys, options.user ?? 'ops'), ...options.extraVarsPerHost?.[host.name] }]),
      ),
      children: Object.fromEntries(
        Object.entries(groups).map(([group, names]) => {
          const vars = options.groupVars?.[group]
          return [group, { hosts: Object.fromEntries(names.map((name) => [name, {}])), ...(vars === undefined ? {} : { vars }) }]
        }),
      ),
    },
  }
  const path = join(keys.folder, `inventory-${randomBytes(4).toString('hex')}.yml`)
  await writeFile(path, stringify(inventory))
  return path
}

/** One known_hosts line per host, for the address and port that the controller uses. sshd(8), SSH_KNOWN_HOSTS FILE FORMAT. */
export function knownHostsText(hosts: readonly LabHost[]): string {
  return hosts.map((host) => `[127.0.0.1]:${host.sshPort} ${host.hostKey}\n`).join('')
}

export function loginUser(host: LabHost, user: LabUser): LabUser | 'root' {
  return host.kind === 'busybox' ? 'root' : user
}

function connection(host: LabHost, keys: Keys, user: LabUser): Record<string, unknown> {
  return {
    ansible_host: '127.0.0.1',
    ansible_port: host.sshPort,
    ansible_user: loginUser(host, user),
    ansible_ssh_private_key_file: keys.privateKeyFile,
    tlsplay_known_hosts_file: keys.knownHostsFile,
  }
}

function byKind(hosts: readonly LabHost[]): Record<string, readonly string[]> {
  const groups: Record<string, string[]> = {}
  for (const host of hosts) {
    const group = host.kind.replaceAll('-', '_')
    groups[group] = [...(groups[group] ?? []), host.name]
  }
  return groups
}
