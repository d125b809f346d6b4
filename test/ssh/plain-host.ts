import { spawn } from 'node:child_process'
import type { Transport } from '../../src/ports/channel.ts'
import { bootstrapArguments, defaultSearchPath, nonceFrom, type Bootstrap } from '../../src/transport/bootstrap.ts'
import { failure, quoted } from '../../src/transport/failure.ts'
import { logIn } from '../../src/transport/login.ts'
import { Inbox, type Pipe, zeroCounters } from '../../src/transport/pipe.ts'
import { ShellChannel } from '../../src/transport/shell-channel.ts'
import { type Direction, Wire, type WireFault } from './wire.ts'

export interface ShellCommand {
  readonly name: string
  readonly program: string
  /** before `-c` */
  readonly words: readonly string[]
  /** what the program calls itself by */
  readonly argv0?: string
}

export interface PlainHost {
  readonly transport: Transport
  /** resolves with the process id of the shell once it is gone, undefined when none was started */
  gone(): Promise<number | undefined>
  passed(): Readonly<Record<Direction, number>>
}

/** A host answers keepalive no more: this soon here, so that tests are quick; the ssh transport has a test of its own. */
const keepaliveMs = 40

/**
 * The protocol without ssh around it, over a line with a fault: the bytes that go over it are the same in every run, so a
 * line can be cut behind each of them.
 */
export function plainHost(shell: ShellCommand, fault: WireFault, folder: string): PlainHost {
  let ended: Promise<number | undefined> = Promise.resolve(undefined)
  let wire: Wire | undefined
  return {
    gone: () => ended,
    passed: () => wire?.passed ?? { up: 0, down: 0 },
    transport: {
      async open(target) {
        const bootstrap: Bootstrap = {
          nonce: nonceFrom('5e55105e55105e55105e55105e55105e'),
          searchPath: defaultSearchPath,
          become: undefined,
        }
        const counters = zeroCounters()
        const inbox = new Inbox(counters)
        const child = spawn(shell.program, [...shell.words, '-c', ...bootstrapArguments(bootstrap)], {
          ...{
            cwd: folder,
            env: { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder },
            stdio: 'pipe',
            argv0: shell.argv0 ?? shell.program,
          },
        })
        ended = new Promise((resolve) => child.on('close', () => resolve(child.pid)))
        child.stdin.on('error', () => undefined)
        /** The host's end of a line that is gone: its shell reads the end of its input, and writes into nothing. */
        const hangUp = (): void => {
          child.stdin.end()
          child.stdout.destroy()
          child.stderr.destroy()
        }
        const lost = (why: string): void => inbox.finish({ kind: 'connection', code: undefined, why })
        const line = new Wire(fault, (cut) => {
          if (cut === 'reset') lost('read ECONNRESET')
          if (cut === 'end') lost('the other side closed it')
          if (cut !== 'hole') return hangUp()
          setTimeout(() => {
            lost('Keepalive timeout')
            hangUp()
          }, keepaliveMs)
        })
        wire = line
        child.stdout.on('data', (chunk: Buffer) => line.carry('down', chunk, inbox.receive))
        child.stderr.on('data', (chunk: Buffer) => line.carry('down', chunk, inbox.receive))
        child.on('close', (code) => line.isCut || inbox.finish({ kind: 'shell', code: code ?? undefined, why: 'its process is gone' }))
        line.begin()
        const pipe: Pipe = {
          send: (bytes) => line.carry('up', Buffer.from(bytes), (part) => child.stdin.write(part)),
          listen: inbox.listen,
          async close() {
            hangUp()
            await ended
          },
        }
        const result = await logIn(pipe, bootstrap, target, 10)
        if (result.kind === 'refused') throw failure(target, 'SHELL_REFUSED', `no shell: ${quoted(result.said)}`)
        return new ShellChannel(pipe, bootstrap, target, counters, 1024 * 1024)
      },
    },
  }
}
