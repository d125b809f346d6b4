import type { AddressInfo } from 'node:net'
import ssh2, { type Algorithms, type AuthContext, type Connection, type NegotiatedAlgorithms, type ServerConfig } from 'ssh2'
import { newKeyPair } from '../../src/embedded/ssh-key-pair.ts'

export interface RawServer {
  readonly port: number
  readonly hostKeyLine: string
  /** `method` or `method:detail` of each request, in order */
  readonly asked: string[]
  readonly negotiated: readonly NegotiatedAlgorithms[]
  close(): Promise<void>
}

/** A server that offers what the test wants and lets in whom it says; no commands. */
export async function startRawServer(options: {
  readonly algorithms?: ServerConfig['algorithms']
  readonly keys?: readonly string[]
  readonly judge?: (context: AuthContext, connection: Connection) => boolean | 'later' | readonly string[]
}): Promise<RawServer> {
  const keys = options.keys ?? [newKeyPair().private]
  const asked: string[] = []
  const negotiated: NegotiatedAlgorithms[] = []
  const connections = new Set<Connection>()
  const server = new ssh2.Server(
    { hostKeys: [...keys], ...(options.algorithms === undefined ? {} : { algorithms: options.algorithms as Algorithms }) },
    (connection) => {
      connections.add(connection)
      connection.on('error', () => undefined)
      connection.on('close', () => connections.delete(connection))
      connection.on('handshake', (seen) => negotiated.push(seen))
      connection.on('authentication', (context) => {
        asked.push(context.method === 'password' ? `password:${context.password}` : context.method)
        const judged = options.judge?.(context, connection) ?? true
        if (judged === 'later') return
        if (judged === true) context.accept()
        else context.reject(judged === false ? undefined : ([...judged] as never))
      })
    },
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.address() as AddressInfo
  const lines = keys.map((key) => {
    const parsed = ssh2.utils.parseKey(key)
    if (parsed instanceof Error) throw parsed
    const one = Array.isArray(parsed) ? parsed[0] : parsed
    return `[127.0.0.1]:${port} ${one.type} ${one.getPublicSSH().toString('base64')}`
  })
  return {
    port,
    hostKeyLine: lines.join('\n'),
    asked,
    negotiated,
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const connection of connections) connection.end()
      return closed
    },
  }
}
