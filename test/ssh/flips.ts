import { startSshHost } from '../../src/embedded/ssh-host.ts'
import { TlsplayError } from '../../src/model/problem.ts'
import { sshTransport } from '../../src/transport/ssh.ts'
import { optionsWith, targetWith, temporaryFolder } from './rig.ts'
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts'
import type { Direction, WireFault } from './wire.ts'

export interface Flips {
  readonly bytes: Readonly<Record<Direction, number>>
  readonly tried: number
  /** how each of them ended: a code, or what was accepted */
  readonly outcomes: ReadonlyMap<string, number>
}

const answer = 'the answer of the host\n'

/** A session of ssh with the bits of one byte turned over, once for every `step`th byte up to the answer, in both directions. */
export async function flipEverywhere(step: number): Promise<Flips> {
  const host = await startSshHost({ folder: temporaryFolder() })
  /** Resolves with the answer and with how many bytes had gone by when it came. */
  const session = async (fault: WireFault): Promise<{ readonly output: string; readonly bytes: Flips['bytes'] }> => {
    const proxy: TcpProxy = await startTcpProxy(host.port, fault)
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
  const { output, bytes } = await session({ kind: 'none' })
  if (output !== answer) throw new Error(`a whole line brought ${output}`)
  const faults = (['up', 'down'] as const).flatMap((direction) =>
    Array.from(
      { length: Math.ceil(bytes[direction] / step) },
      (_, index): WireFault => ({ kind: 'corrupt', direction, at: index * step, bits: 1 << (index % 8) }),
    ),
  )
  const outcomes = new Map<string, number>()
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < faults.length; index = next++) {
      const outcome = await session(faults[index] ?? { kind: 'none' }).then(
        (accepted) => `accepted ${JSON.stringify(accepted.output)} with ${JSON.stringify(faults[index])}`,
        (error: unknown) => (error instanceof TlsplayError ? error.problems[0].code : `a bug: ${String(error)}`),
      )
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: 24 }, worker))
  await host.close()
  return { bytes, tried: faults.length, outcomes }
}
