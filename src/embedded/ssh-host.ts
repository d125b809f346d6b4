import type { AddressInfo } from 'node:net'
import ssh2 from 'ssh2'
import { runCommand, type RunningCommands } from './ssh-command.ts'
import { newKeyPair } from './ssh-key-pair.ts'
import { isAllowed, type SshUser } from './ssh-login.ts'

export interface SshHostOptions {
  /** working directory and HOME of every command */
  readonly folder: string
  /** who may log in; without users, anybody who holds `clientKey` */
  readonly users?: readonly SshUser[]
  readonly env?: Readonly<Record<string, string>>
  /** login shell: gets `-c` and the command */
  readonly shell?: string
  /** 0 picks a free one */
  readonly port?: number
}

export interface SshHost {
  readonly port: number
  /** line of a known_hosts file */
  readonly hostKeyLine: string
  /** private key, made for this host, that lets any user in when no users were given */
  readonly clientKey: string
  readonly stats: { readonly connections: number; readonly channels: number; readonly authentications: number }
  /** ends every connection and every command it started */
  close(): Promise<void>
}

/**
 * An ssh server inside this process, on 127.0.0.1 only, for the quickstart and for tests. It runs commands with a real sh as
 * the current user; it has no terminals, no sftp and no forwarding.
 */
export async function startSshHost(options: SshHostOptions): Promise<SshHost> {
  const hostKey = newKeyPair()
  const clientKey = newKeyPair()
  const users = options.users
  const stats = { connections: 0, channels: 0, authentications: 0 }
  const running: RunningCommands = new Set()
  const connections = new Set<ssh2.Connection>()
  const server = new ssh2.Server({ hostKeys: [hostKey.private] }, (connection) => {
    stats.connections += 1
    connections.add(connection)
    // Typed for clients only, but servers have it: without it every answer waits for the acknowledgement of the last.
    ;(connection as unknown as { setNoDelay(on: boolean): void }).setNoDelay(true)
    let name = ''
    connection.on('authentication', (context) => {
      stats.authentications += 1
      name = context.username
      const allowed = isAllowed(context, users ?? [{ name, publicKey: clientKey.public }])
      if (allowed) context.accept()
      else context.reject(['publickey', 'password'])
    })
    connection.on('session', (accept) => {
      const session = accept()
      session.on('exec', (acceptCommand, _reject, { command }) => {
        stats.channels += 1
        runCommand(acceptCommand(), command, name, options, running)
      })
    })
    // Clients come and go as they like, and a lost one is no trouble of the server.
    connection.on('error', () => undefined)
    connection.on('close', () => connections.delete(connection))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', () => resolve())
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    hostKeyLine: `[127.0.0.1]:${port} ${hostKey.public.trim().split(' ').slice(0, 2).join(' ')}`,
    clientKey: clientKey.private,
    get stats() {
      return { ...stats }
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const connection of connections) connection.end()
      await Promise.all([...running].map((command) => command.kill()))
      await closed
    },
  }
}
