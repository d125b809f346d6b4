import { randomBytes } from 'node:crypto'
import type { Channel, ConnectionTarget } from '../ports/channel.ts'
import { type Bootstrap, bootstrapLine, defaultSearchPath, nonceFrom, shellStarts } from './bootstrap.ts'
import { failure, quoted } from './failure.ts'
import { logIn } from './login.ts'
import { defaultLoginTimeoutSeconds, defaultOutputLimitBytes, type TransportOptions } from './options.ts'
import type { Counters, Pipe } from './pipe.ts'
import { ShellChannel } from './shell-channel.ts'

/** A shell behind a connection: logged in, become whom it shall be, and one that runs programs. Throws TlsplayError. */
export async function startShell(
  openPipe: (command: string, timeoutSeconds: number) => Promise<Pipe>,
  target: ConnectionTarget,
  options: TransportOptions,
  counters: Counters,
): Promise<Channel> {
  const { become } = target
  const timeoutSeconds = options.loginTimeoutSeconds ?? defaultLoginTimeoutSeconds
  const said: string[] = []
  for (const start of shellStarts) {
    const bootstrap: Bootstrap = {
      nonce: nonceFrom(randomBytes(16).toString('hex')),
      searchPath: options.searchPath ?? defaultSearchPath,
      become: become && { user: become.user, method: become.method, withPassword: become.password !== undefined, loginUser: target.user },
    }
    const pipe = await openPipe(bootstrapLine(bootstrap, start), timeoutSeconds)
    const result = await logIn(pipe, bootstrap, target, timeoutSeconds)
    if (result.kind === 'ready')
      return new ShellChannel(pipe, bootstrap, target, counters, options.outputLimitBytes ?? defaultOutputLimitBytes)
    said.push(
      result.said.trim() === '' ? `nothing${result.end.code === undefined ? '' : `, status ${result.end.code}`}` : quoted(result.said),
    )
  }
  const printed = [...new Set(said)].join(', then ')
  throw failure(
    target,
    'SHELL_REFUSED',
    `the account ${target.user} gives no shell; it printed ${printed}`,
    'use an account whose login shell may run sh, and whose key has no forced command',
  )
}
