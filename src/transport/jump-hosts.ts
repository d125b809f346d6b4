import type { Duplex } from 'node:stream'
import { TlsplayError } from '../model/problem.ts'
import type { ConnectionTarget } from '../ports/channel.ts'
import { failure, quoted } from './failure.ts'
import type { SshConnection } from './ssh-connect.ts'

/** A way to a host that goes through others. */
export interface Line {
  /** a stream to the host, opened by the last hop */
  dial(): Promise<Duplex>
  /** why a hop on the way is gone, once one is */
  gone(): string | undefined
  release(): void
}

interface Shared {
  readonly connection: Promise<SshConnection>
  /** who was the first to go this way: a failure names that host */
  readonly host: string
  users: number
}

/** Logs in to a hop, over a stream through the hop before it. */
export type ConnectHop = (hop: ConnectionTarget, line: Line | undefined) => Promise<SshConnection>

/** Connections to jump hosts: one for all hosts that are reached the same way, as long as one of them needs it. */
export class JumpHosts {
  readonly #connect: ConnectHop
  readonly #shared = new Map<string, Shared>()
  constructor(connect: ConnectHop) {
    this.#connect = connect
  }

  /** Throws TlsplayError as any login does; its message names the hop. */
  async lineTo(target: ConnectionTarget): Promise<Line | undefined> {
    const jumps = target.jumps ?? []
    return jumps.length === 0 ? undefined : this.#through(target, jumps)
  }

  async #through(target: ConnectionTarget, jumps: readonly ConnectionTarget[]): Promise<Line> {
    const hop = jumps.at(-1)
    if (hop === undefined) throw new Error('a way without hops')
    const way = jumps.map(({ user, address, port }) => `${user} ${address} ${port}`).join('\n')
    const shared = this.#shared.get(way) ?? this.#open(way, target, jumps.slice(0, -1), hop)
    shared.users += 1
    const release = (): void => {
      shared.users -= 1
      if (shared.users > 0) return
      if (this.#shared.get(way) === shared) this.#shared.delete(way)
      void shared.connection.then((connection) => connection.close()).catch(() => undefined)
    }
    try {
      const connection = await shared.connection
      return { dial: () => forward(connection, hop, target), gone: () => goneHop(connection, hop), release }
    } catch (error) {
      release()
      throw renamed(error, shared.host, target)
    }
  }

  #open(way: string, target: ConnectionTarget, before: readonly ConnectionTarget[], hop: ConnectionTarget): Shared {
    const connect = async (): Promise<SshConnection> => {
      // What is meant for the hop is on its way to the hop, so that its own failures say so.
      const line = before.length === 0 ? undefined : await this.#through({ ...hop, jumps: before }, before)
      try {
        const connection = await this.#connect(hop, line)
        connection.client.once('close', () => {
          if (this.#shared.get(way) === shared) this.#shared.delete(way)
          line?.release()
        })
        return connection
      } catch (error) {
        line?.release()
        throw error
      }
    }
    const shared: Shared = { connection: connect(), host: target.name, users: 0 }
    this.#shared.set(way, shared)
    // Whoever waits for it is told; the next one tries anew.
    shared.connection.catch(() => this.#shared.delete(way))
    return shared
  }
}

function forward({ client, gone }: SshConnection, hop: ConnectionTarget, target: ConnectionTarget): Promise<Duplex> {
  const name = hop.hop ?? hop.address
  return new Promise((resolve, reject) => {
    const lost = (): void => reject(failure(target, 'CONNECTION_LOST', `the connection to the jump host ${name} ended: ${gone()}`))
    if (gone() !== undefined) return lost()
    const timer = setTimeout(
      () =>
        reject(
          failure(
            target,
            'HOST_UNREACHABLE',
            `the jump host ${name} did not reach ${target.address} port ${target.port} in ${target.connectTimeoutSeconds} s`,
          ),
        ),
      target.connectTimeoutSeconds * 1000,
    )
    client.once('close', lost)
    client.forwardOut('127.0.0.1', 0, target.address, target.port, (error, stream) => {
      clearTimeout(timer)
      client.off('close', lost)
      if (error === undefined) return resolve(stream)
      reject(
        failure(
          target,
          'HOST_UNREACHABLE',
          `the jump host ${name} does not reach ${target.address} port ${target.port}: ${quoted(error.message)}`,
          `look from there, and at AllowTcpForwarding in its sshd_config\nssh -p ${hop.port} -l ${hop.user} ${hop.address} nc -vz ${target.address} ${target.port}`,
          error,
        ),
      )
    })
  })
}

function goneHop(connection: SshConnection, hop: ConnectionTarget): string | undefined {
  const why = connection.gone()
  return why === undefined ? undefined : `the jump host ${hop.hop ?? hop.address} is gone: ${why}`
}

/** The same failure, told of the host that waited for it. */
function renamed(error: unknown, first: string, target: ConnectionTarget): unknown {
  if (!(error instanceof TlsplayError) || first === target.name) return error
  const [problem, ...others] = error.problems.map((one) => ({
    ...{ ...one, at: target.at, host: target.name },
    message: one.message.startsWith(`${first}: `) ? `${target.name}: ${one.message.slice(first.length + 2)}` : one.message,
  }))
  return problem === undefined ? error : new TlsplayError([problem, ...others], { cause: error })
}
