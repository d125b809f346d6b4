import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A server that closes the first `drops` connections with these last words (resets them where there are none), then hands on to the real host on `port`. */
export async function startThrottle(port: number, drops: number, words: string | undefined) {
  let seen = 0
  const server = createServer((client: Socket) => {
    seen += 1
    client.on('error', () => undefined)
    if (seen <= drops) {
      client.resume()
      if (words === undefined) client.resetAndDestroy()
      else client.end(words)
      return
    }
    const upstream = connect({ port, host: '127.0.0.1' })
    upstream.on('error', () => undefined)
    client.pipe(upstream).pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const close = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()))
  return { port: (server.address() as AddressInfo).port, seen: () => seen, close }
}
