import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { type Direction, Wire, type WireFault } from './wire.ts'

export interface TcpProxy {
  readonly port: number
  /** bytes of the server that went through, over all connections */
  readonly passed: number
  /** bytes of the client */
  readonly sent: number
  close(): Promise<void>
}

/** Stands between client and server; every connection through it has the fault. `hear` gets what came in. */
export async function startTcpProxy(
  serverPort: number,
  fault: WireFault,
  hear?: (direction: Direction, chunk: Buffer) => void,
): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  const wires: Wire[] = []
  const server = createServer((client) => {
    const upstream = connect({ port: serverPort, host: '127.0.0.1', noDelay: true })
    client.setNoDelay(true)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => sockets.delete(socket))
    }
    let last: Promise<void> = Promise.resolve()
    const wire = new Wire(fault, (cut) => {
      // What went through before the cut has to be on its way first.
      void last.then(() => {
        if (cut === 'reset') client.resetAndDestroy()
        if (cut === 'end') client.end()
        if (cut !== 'hole') upstream.destroy()
      })
    })
    wires.push(wire)
    const deliver = (to: Socket) => (part: Buffer) => {
      last = new Promise((resolve) => to.write(part, () => resolve()))
    }
    client.on('data', (chunk) => {
      hear?.('up', chunk)
      wire.carry('up', chunk, deliver(upstream))
    })
    upstream.on('data', (chunk) => {
      hear?.('down', chunk)
      wire.carry('down', chunk, deliver(client))
    })
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => wire.isCut || client.end())
    wire.begin()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const total = (direction: 'up' | 'down'): number => wires.reduce((sum, { passed }) => sum + passed[direction], 0)
  return {
    port: (server.address() as AddressInfo).port,
    get passed() {
      return total('down')
    },
    get sent() {
      return total('up')
    },
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      return closed
    },
  }
}
