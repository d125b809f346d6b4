import { startSshHost } from '../../src/embedded/ssh-host.ts'
import { TlsplayError } from '../../src/model/problem.ts'
import { sshTransport } from '../../src/transport/ssh.ts'
import { optionsWith, targetWith, temporaryFolder } from './rig.ts'
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts'
import type { Direction, WireFault } from './wire.ts'

/**
 * Where in the beginning of a stream the random padding of packets without encryption stands, and how long it is: no key protects
 * that yet, and nobody reads it (RFC 4253, sections 6 and 8: the exchange hash covers values, not packets). Up to NEWKEYS, which is message 21.
 */
export function paddingPlaces(stream: Buffer): ReadonlySet<number> {
  const places = new Set<number>()
  for (let at = stream.indexOf('\n') + 1; at + 6 <= stream.length; ) {
    const length = stream.readUInt32BE(at)
    const padding = stream[at + 4] ?? 0
    const end = at + 4 + length
    places.add(at + 4)
    for (let place = end - padding; place < end; place += 1) places.add(place)
    if (stream[at + 5] === 21) break
    at = end
  }
  return places
}

export interface Flips {
  readonly bytes: Readonly<Record<Direction, number>>
  readonly tried: number
  /** of those, how many were in padding before the keys, which nobody reads: they may be accepted, with the right answer */
  readonly unread: number
  /** how each of them ended: a code, or what was accepted */
  readonly outcomes: ReadonlyMap<string, number>
}

const answer = 'the answer of the host\n'

/** A session of ssh with the bits of one byte turned over, once for every `step`th byte up to the answer, in both directions. */
export async function flipEverywhere(step: number): Promise<Flips> {
  const host = await startSshHost({ folder: temporaryFolder() })
  /** Resolves with the answer and with how many bytes had gone by when it came. */
  const session = async (
    fault: WireFault,
    hear?: Parameters<typeof startTcpProxy>[2],
  ): Promise<{ readonly output: string; readonly bytes: Flips['bytes'] }> => {
    const proxy: TcpProxy = await startTcpProxy(host.port, fault, hear)
    try {
      const known = { '/known_hosts': host.hostKeyLine.replace(/^\S+/, `[127.0.0.1]:${proxy.port}`), '/keys/client': host.clientKey }
      // A length that was changed makes both sides wait for the rest of a packet.
      const options = optionsWith(known, { loginTimeoutSeconds: 1, keepaliveSeconds: 0.5 })
      const channel = await sshTransport(options).open(targetWith({ port: proxy.port, connectTimeoutSeconds: 1 }))
      try {
        const { output } = await channel.exchange(`echo '${answer.trim()}'`, { idleSeconds: 1 })
        return { output: Buffer.from(output).toString(), bytes: { up: proxy.sent, down: proxy.passed } }
      } finally {
        void channel.close()
      }
    } finally {
      void proxy.close()
    }
  }
  const heard: Record<Direction, Buffer[]> = { up: [], down: [] }
  const { output, bytes } = await session({ kind: 'none' }, (direction, chunk) => heard[direction].push(chunk))
  const padding = { up: paddingPlaces(Buffer.concat(heard.up)), down: paddingPlaces(Buffer.concat(heard.down)) }
  if (output !== answer) throw new Error(`a whole line brought ${output}`)
  const faults = (['up', 'down'] as const).flatMap((direction) =>
    Array.from({ length: Math.ceil(bytes[direction] / step) }, (_, index) => {
      const at = index * step
      return { fault: { kind: 'corrupt', direction, at, bits: 1 << (index % 8) } as const, unread: padding[direction].has(at) }
    }),
  )
  const outcomes = new Map<string, number>()
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < faults.length; index = next++) {
      const { fault, unread } = faults[index] ?? { fault: { kind: 'none' }, unread: false }
      const outcome = await session(fault).then(
        (accepted) =>
          unread && accepted.output === answer ? 'UNREAD' : `accepted ${JSON.stringify(accepted.output)} with ${JSON.stringify(fault)}`,
        (error: unknown) => (error instanceof TlsplayError ? error.problems[0].code : `a bug: ${String(error)}`),
      )
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: 24 }, worker))
  await host.close()
  return { bytes, tried: faults.length, unread: faults.filter(({ unread }) => unread).length, outcomes }
}
