import type { ClientChannel } from 'ssh2'
import type { ConnectionTarget, Transport } from '../ports/channel.ts'
import { failure, quoted } from './failure.ts'
import { knownHostsReader } from './host-key.ts'
import { JumpHosts, type Line } from './jump-hosts.ts'
import type { TransportOptions } from './options.ts'
import { Inbox, zeroCounters, type Counters, type Pipe } from './pipe.ts'
import { connectSsh, type SshConnection, type SshLibraries, type SshLogin } from './ssh-connect.ts'
import { keyReader, loginWays } from './ssh-keys.ts'
import { startShell } from './start-shell.ts'
import { checkTarget } from './target.ts'

/** One connection and one channel per host, over node-ssh, which is loaded when the first host is opened. */
export function sshTransport(options: TransportOptions): Transport {
  const knownHosts = knownHostsReader(options.files)
  let loaded: Promise<SshLibraries & { readonly readKey: ReturnType<typeof keyReader> }> | undefined
  const load = async () => {
    const [{ NodeSSH }, { default: ssh2 }] = await Promise.all([import('node-ssh'), import('ssh2')])
    return { NodeSSH, ssh2, readKey: keyReader(options, ssh2) }
  }
  const loginOf = async (target: ConnectionTarget): Promise<SshLogin> => {
    loaded ??= load()
    const libraries = await loaded
    return { libraries, ways: loginWays(target, options, libraries.readKey) }
  }
  // async, so that a known_hosts file that is refused is a rejection, after which the line is let go
  const connect = async (target: ConnectionTarget, line: Line | undefined, counters: Counters): Promise<SshConnection> =>
    connectSsh(target, knownHosts(target.knownHostsFiles), loginOf(target), options, counters, line)
  const jumpHosts = new JumpHosts((hop, line) => connect(hop, line, zeroCounters()))
  return {
    async open(target) {
      for (const one of [...(target.jumps ?? []), target]) checkTarget(one, options)
      const counters = zeroCounters()
      const line = await jumpHosts.lineTo(target)
      const connection = await connect(target, line, counters).catch((error: unknown) => {
        line?.release()
        throw error
      })
      connection.client.once('close', () => line?.release())
      try {
        return await startShell(
          (command, timeoutSeconds) => openPipe(connection, command, target, timeoutSeconds, counters),
          target,
          options,
          counters,
        )
      } catch (error) {
        await connection.close()
        throw error
      }
    },
  }
}

function openPipe(
  connection: SshConnection,
  command: string,
  target: ConnectionTarget,
  timeoutSeconds: number,
  counters: Counters,
): Promise<Pipe> {
  const { client } = connection
  return new Promise<Pipe>((resolve, reject) => {
    const fail = (error: Error): void => {
      clearTimeout(timer)
      reject(error)
    }
    const lose = (): void =>
      fail(failure(target, 'CONNECTION_LOST', `the connection ended before a shell could start: ${connection.gone()}`))
    const timer = setTimeout(
      () => fail(failure(target, 'TIMED_OUT', `the ssh server started no shell in ${timeoutSeconds} s`)),
      timeoutSeconds * 1000,
    )
    // ssh2 throws where the connection has just ended.
    if (connection.gone() !== undefined) return lose()
    client.once('close', lose)
    client.exec(command, (error, stream) => {
      clearTimeout(timer)
      client.off('close', lose)
      if (error === undefined) return resolve(channelPipe(connection, stream, counters))
      if (connection.gone() !== undefined) return lose()
      fail(
        failure(
          target,
          'SHELL_REFUSED',
          `the ssh server starts no command: ${quoted(error.message)}`,
          'look at MaxSessions and ForceCommand in its sshd_config',
          error,
        ),
      )
    })
  })
}

function channelPipe(connection: SshConnection, stream: ClientChannel, counters: Counters): Pipe {
  counters.channels += 1
  const inbox = new Inbox(counters)
  let code: number | undefined
  stream.on('data', inbox.receive)
  stream.stderr.on('data', inbox.receive)
  stream.on('exit', (status: number | null) => {
    code = status ?? undefined
  })
  const finish = (): void => {
    const gone = connection.gone()
    inbox.finish(
      gone === undefined ? { kind: 'shell', code, why: 'the server closed the channel' } : { kind: 'connection', code, why: gone },
    )
  }
  stream.on('error', finish)
  stream.on('close', finish)
  // A cut line often shows as nothing but the end of the connection: no error, no end of the channel.
  connection.client.on('error', finish).on('end', finish).on('close', finish)
  return {
    send(bytes) {
      counters.bytesSent += bytes.length
      stream.write(bytes)
    },
    listen: inbox.listen,
    close() {
      return connection.close()
    },
  }
}
