import { connect } from 'node:tls'

export interface Handshakes {
  readonly count: number
  /** what each handshake that failed said */
  readonly failed: readonly string[]
  /** SHA-256 of every certificate that was served, in the order in which each was first seen */
  readonly served: readonly string[]
}

/** Clients that shake hands with a port, each as soon as its last handshake has ended, until they are told to end. */
export function shakeHands(port: number, clients: number): { readonly count: () => number; end(): Promise<Handshakes> } {
  let count = 0
  let ended = false
  const failed: string[] = []
  const served = new Set<string>()
  const loops = Array.from({ length: clients }, async () => {
    while (!ended) {
      const answer = await shakeHand(port)
      count += 1
      if ('error' in answer) failed.push(answer.error)
      else served.add(answer.fingerprint)
    }
  })
  return {
    count: () => count,
    async end() {
      ended = true
      await Promise.all(loops)
      return { count, failed, served: [...served] }
    },
  }
}

/** One handshake of a client that remembers nothing of the one before. */
function shakeHand(port: number): Promise<{ readonly fingerprint: string } | { readonly error: string }> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, servername: 'h1', rejectUnauthorized: false }, () => {
      const { fingerprint256 } = socket.getPeerCertificate()
      resolve({ fingerprint: fingerprint256 })
      socket.destroy()
    })
    socket.on('error', (error) => resolve({ error: error.message }))
    socket.on('close', () => resolve({ error: 'it was closed' }))
    socket.setTimeout(30_000, () => socket.destroy(new Error('nothing for 30 s')))
  })
}
