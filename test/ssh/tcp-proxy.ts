import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export type Cut = 'reset' | 'fin' | 'silence'

export interface TcpProxy {
  readonly port: number
  /** bytes of the server that went through, over all connections */
  readonly passed: number
  close(): Promise<void>
}

/** Stands between client and server, and cuts the line after `after` bytes of the server. */
export async function startTcpProxy(serverPort: number, cut: Cut, after: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  let passed = 0
  const server = createServer((client) => {
    const upstream = connect({ port: serverPort, host: '127.0.0.1', noDelay: true })
    client.setNoDelay(true)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => sockets.delete(socket))
    }
    let left = after
    let isCut = false
    const cutNow = (): void => {
      isCut = true
      if (cut === 'reset') client.resetAndDestroy()
      if (cut === 'fin') client.end()
      if (cut !== 'silence') upstream.destroy()
    }
    client.on('data', (chunk) => isCut || upstream.write(chunk))
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => cut === 'silence' || client.end())
    if (left === 0) cutNow()
    upstream.on('data', (chunk: Buffer) => {
      if (isCut) return
      const part = chunk.subarray(0, left)
      left -= part.length
      passed += part.length
      if (left > 0) client.write(part)
      else client.write(part, cutNow)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  return {
    port: (server.address() as AddressInfo).port,
    get passed() {
      return passed
    },
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      return closed
    },
  }
}
