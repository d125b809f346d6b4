import { setTimeout as pause } from 'node:timers/promises'
import { connectionTarget } from '../compile/connection.ts'
import { throwIfAny } from '../model/problem.ts'
import type { ConnectionTarget, Transport } from '../ports/channel.ts'
import type { Files } from '../ports/ports.ts'
import { transports } from '../transport/transports.ts'
import { connectionOverrides, defaultKeyFiles } from './connection.ts'
import { inventoryPrograms } from './inventory-program.ts'
import type { Io } from './io.ts'
import type { HostOptions, PlayOptions } from './options.ts'
import { nodeFiles } from './ports/node-files.ts'
import { fraction } from './ports/random.ts'
import { terminalPrompt } from './ports/terminal-prompt.ts'
import { type Prepared, prepare } from './prepare.ts'
import { vaultOf, withoutVaultPassword } from './vault-passwords.ts'

export interface ReachedHosts {
  readonly prepared: Prepared
  /** in the order of the inventory */
  readonly names: readonly string[]
  readonly targets: readonly { readonly target: ConnectionTarget }[]
  readonly transport: Transport
}

/** These commands have no playbook of the user's: hosts and connections are resolved as for one that has nothing to do. */
const playbookPath = '/dev/null/tlsplay-hosts.yml'
const playbook = '- hosts: all\n  tasks: [{ debug: { msg: nothing } }]\n'
const files: Files = {
  ...nodeFiles,
  kind: (path) => (path === playbookPath ? 'file' : nodeFiles.kind(path)),
  read: (path) => (path === playbookPath ? new TextEncoder().encode(playbook) : nodeFiles.read(path)),
}

/** Which hosts are meant and how each is reached, for commands without a playbook. Throws TlsplayError; connects to nothing yet. */
export async function reachHosts(asked: HostOptions, io: Io): Promise<ReachedHosts> {
  const options: PlayOptions = {
    ...{ tags: [], skipTags: [], check: false, diff: false, output: 'text', stats: false, rolesPath: [], detailedExitcode: false },
    ...asked,
  }
  const prompt = terminalPrompt(io)
  const connection = await connectionOverrides(options, io, prompt)
  const vault = await vaultOf(options, io, prompt)
  const env = withoutVaultPassword(io.env)
  const prepared = await prepare(
    { playbook: playbookPath, options, checkMode: true, connection, files, vault, env, run: inventoryPrograms(io) },
    { cwd: io.cwd, env },
  )
  throwIfAny(prepared.problems)
  const names = [...new Set(prepared.run.plays.flatMap((play) => play.hosts))]
  const targets = names.map((name) => connectionTarget(name, prepared.run))
  throwIfAny(targets.flatMap(({ problems }) => problems))

  const transport = transports({
    ...{ files: nodeFiles, agentSocket: io.env['SSH_AUTH_SOCK'], defaultKeyFiles: defaultKeyFiles(io), environment: env },
    ...{ sleep: (milliseconds) => pause(milliseconds), random: fraction },
  })
  return { prepared, names, targets, transport }
}
