import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import type { ConnectionTarget, Transport } from '../ports/channel.ts'
import { bootstrapArguments, defaultSearchPath, nonceFrom, type Bootstrap } from './bootstrap.ts'
import { failure, quoted } from './failure.ts'
import { logIn } from './login.ts'
import { defaultLoginTimeoutSeconds, defaultOutputLimitBytes, type TransportOptions } from './options.ts'
import { Inbox, zeroCounters, type Counters, type Pipe } from './pipe.ts'
import { ShellChannel } from './shell-channel.ts'
import { checkTarget } from './target.ts'

/** The machine tlsplay runs on as one more host: the same shell loop, without a network. */
export function localTransport(options: TransportOptions): Transport {
  return {
    async open(target) {
      checkTarget(target, options)
      const { become } = target
      const bootstrap: Bootstrap = {
        nonce: nonceFrom(randomBytes(16).toString('hex')),
        searchPath: options.searchPath ?? defaultSearchPath,
        become: become && { user: become.user, method: become.method, withPassword: become.password !== undefined, loginUser: undefined },
      }
      const counters = zeroCounters()
      const pipe = await spawnShell(bootstrapArguments(bootstrap), target, options, counters)
      try {
        const result = await logIn(pipe, bootstrap, target, options.loginTimeoutSeconds ?? defaultLoginTimeoutSeconds)
        if (result.kind === 'ready')
          return new ShellChannel(pipe, bootstrap, target, counters, options.outputLimitBytes ?? defaultOutputLimitBytes)
        throw failure(target, 'SHELL_REFUSED', `/bin/sh ended at once; it printed ${quoted(result.said)}`)
      } catch (error) {
        await pipe.close()
        throw error
      }
    },
  }
}

function spawnShell(words: readonly string[], target: ConnectionTarget, options: TransportOptions, counters: Counters): Promise<Pipe> {
  // A session of its own: Ctrl-C at the terminal must reach tlsplay only, which then ends what it has begun.
  const child = spawn('/bin/sh', ['-c', ...words], { env: { ...options.environment }, stdio: 'pipe', detached: true })
  const inbox = new Inbox(counters)
  let gone: () => void
  const ended = new Promise<void>((resolve) => {
    gone = resolve
  })
  const finish = (code: number | null): void => {
    inbox.finish({ kind: 'shell', code: code ?? undefined, why: 'its process is gone' })
    gone()
  }
  child.stdout.on('data', inbox.receive)
  child.stderr.on('data', inbox.receive)
  // A pipe that breaks shows as the end of the process as well.
  child.stdin.on('error', () => undefined)
  child.on('close', finish)
  // A daemon that kept the output open holds back `close`; what the shell printed itself comes well before this.
  child.on('exit', (code) => setTimeout(finish, 500, code).unref())
  const pipe: Pipe = {
    send(bytes) {
      counters.bytesSent += bytes.length
      child.stdin.write(bytes)
    },
    listen: inbox.listen,
    async close() {
      child.stdin.end()
      child.stdout.destroy()
      child.stderr.destroy()
      // A program that still runs goes on without us, as it would behind a lost connection.
      const force = setTimeout(() => gone(), 1000)
      child.unref()
      await ended
      clearTimeout(force)
    },
  }
  return new Promise((resolve, reject) => {
    child.once('error', (error) =>
      reject(failure(target, 'HOST_UNREACHABLE', `cannot start /bin/sh on this machine: ${error.message}`, undefined, error)),
    )
    child.once('spawn', () => {
      counters.connections += 1
      counters.channels += 1
      resolve(pipe)
    })
  })
}
