import { connect, type AddressInfo, type Socket } from 'node:net'
import ssh2, { type Connection } from 'ssh2'
import { newKeyPair } from '../../src/embedded/ssh-key-pair.ts'

export interface JumpServer {
  readonly port: number
  readonly hostKeyLine: string
  /** private key that lets anybody in */
  readonly clientKey: string
  readonly stats: { readonly connections: number; readonly logins: number; readonly forwarded: readonly string[] }
  /** connections that are there now */
  open(): number
  /** cuts every connection at once */
  die(): void
  close(): Promise<void>
}

/** A host on the way: it lets in by key and forwards, to loopback only; no shell. */
export async function startJumpServer({ refuse = false }: { readonly refuse?: boolean } = {}): Promise<JumpServer> {
  const [hostKey, clientKey] = [newKeyPair(), newKeyPair()]
  const allowed = ssh2.utils.parseKey(clientKey.public)
  if (allowed instanceof Error) throw allowed
  const wanted = (Array.isArray(allowed) ? allowed[0] : allowed).getPublicSSH()
  const stats = { connections: 0, logins: 0, forwarded: [] as string[] }
  const connections = new Set<Connection>()
  const sockets = new Set<Socket>()
  const server = new ssh2.Server({ hostKeys: [hostKey.private] }, (connection) => {
    stats.connections += 1
    connections.add(connection)
    connection.on('error', () => undefined)
    connection.on('close', () => connections.delete(connection))
    connection.on('authentication', (context) => {
      stats.logins += 1
      if (context.method === 'publickey' && context.key.data.equals(wanted)) context.accept()
      else context.reject(['publickey'])
    })
    connection.on('tcpip', (accept, reject, { destIP, destPort }) => {
      stats.forwarded.push(`${destIP}:${destPort}`)
      if (refuse) return reject()
      const onward = connect({ host: '127.0.0.1', port: destPort, noDelay: true })
      sockets.add(onward)
      onward.once('error', () => reject())
      onward.once('connect', () => {
        const stream = accept()
        onward.removeAllListeners('error').on('error', () => stream.close())
        stream.on('error', () => onward.destroy())
        stream.pipe(onward).pipe(stream)
        stream.on('close', () => onward.destroy())
      })
      onward.on('close', () => sockets.delete(onward))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.address() as AddressInfo
  const die = (): void => {
    for (const connection of connections) (connection as unknown as { _sock: Socket })._sock.destroy()
  }
  return {
    ...{ port, clientKey: clientKey.private, stats, die },
    open: () => connections.size,
    hostKeyLine: `[127.0.0.1]:${port} ${hostKey.public.trim().split(' ').slice(0, 2).join(' ')}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      die()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
