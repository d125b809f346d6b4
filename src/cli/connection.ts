import { homedir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import type { ConnectionOverrides } from '../compile/compiled-run.ts'
import type { Prompt } from '../ports/ports.ts'
import type { Io } from './io.ts'
import type { PlayOptions } from './options.ts'

/** What the command line says of connections; passwords are asked for here, before anything is drawn or connected. */
export async function connectionOverrides(options: PlayOptions, io: Pick<Io, 'cwd' | 'env'>, prompt: Prompt): Promise<ConnectionOverrides> {
  const home = homeFolder(io)
  const password = options.askPass ? await prompt.secret('SSH password', 'give ansible_password, in a vault') : undefined
  const asked = options.askBecomePass
    ? await prompt.secret(
        `sudo password${password === undefined ? '' : ' (empty: the SSH password)'}`,
        'give ansible_become_password, in a vault',
      )
    : undefined
  const becomePassword = asked?.reveal() === '' && password !== undefined ? password : asked
  return {
    ...given('user', options.user),
    ...given('privateKeyFile', options.privateKey === undefined ? undefined : fromHome(options.privateKey, home, io.cwd)),
    ...given('password', password),
    ...given('become', options.become ? true : undefined),
    ...given('becomeUser', options.becomeUser),
    ...given('becomePassword', becomePassword),
    ...given('timeoutSeconds', options.connectTimeout),
    ...given(
      'knownHostsFiles',
      options.knownHosts.length === 0 ? undefined : options.knownHosts.map((file) => fromHome(file, home, io.cwd)),
    ),
    ...given('transport', options.transport),
    ...given('jump', options.jump),
    // The files OpenSSH reads: UserKnownHostsFile and GlobalKnownHostsFile of ssh_config(5).
    defaults: { user: userName(io), homeFolder: home, knownHostsFiles: [join(home, '.ssh/known_hosts'), '/etc/ssh/ssh_known_hosts'] },
  }
}

/** Keys tried when nothing names one, best first. */
export function defaultKeyFiles(io: Pick<Io, 'env'>): readonly string[] {
  return ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => join(homeFolder(io), '.ssh', name))
}

function homeFolder(io: Pick<Io, 'env'>): string {
  const home = io.env['HOME']
  return home === undefined || home === '' ? homedir() : home
}

/** A shell expands `~` only at the start of a word, not in `--private-key=~/x`. */
function fromHome(path: string, home: string, cwd: string): string {
  return path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : resolve(cwd, path)
}

/** A user id without an entry in passwd, as in containers, has no name but what the environment says. */
export function userName(io: Pick<Io, 'env'>): string {
  try {
    return userInfo().username
  } catch {
    return io.env['LOGNAME'] ?? io.env['USER'] ?? 'root'
  }
}

function given<K extends string, V>(key: K, value: V | undefined): { readonly [name in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [name in K]: V })
}
