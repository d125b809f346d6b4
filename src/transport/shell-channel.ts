import type { Channel, ChannelStats, ConnectionTarget, ExchangeResult } from '../ports/channel.ts'
import { endMark, firstFrame, frame, type Bootstrap } from './bootstrap.ts'
import { EndScanner } from './end-scanner.ts'
import { failure, quoted } from './failure.ts'
import type { Counters, Pipe, PipeEnd } from './pipe.ts'
import { Tail } from './tail.ts'

interface Pending {
  readonly scanner: EndScanner
  readonly idleTimer: NodeJS.Timeout
  resolve(result: ExchangeResult): void
  reject(error: Error): void
  readonly said: Tail
}

/** A shell that has answered, as the port sees it. */
export class ShellChannel implements Channel {
  readonly #pipe: Pipe
  readonly #bootstrap: Bootstrap
  readonly #target: ConnectionTarget
  readonly #counters: Counters
  readonly #outputLimitBytes: number
  #pending: Pending | undefined
  #lost: Error | undefined
  #closed: Promise<void> | undefined

  constructor(pipe: Pipe, bootstrap: Bootstrap, target: ConnectionTarget, counters: Counters, outputLimitBytes: number) {
    this.#pipe = pipe
    this.#bootstrap = bootstrap
    this.#target = target
    this.#counters = counters
    this.#outputLimitBytes = outputLimitBytes
    pipe.listen({ bytes: (chunk) => this.#receive(chunk), ended: (end) => this.#lose(end) })
  }

  get stats(): ChannelStats {
    return { ...this.#counters }
  }

  async exchange(program: string, { idleSeconds }: { readonly idleSeconds: number }): Promise<ExchangeResult> {
    if (this.#pending !== undefined) throw new Error('programs of one channel never overlap')
    if (program.includes('\0')) throw new Error('a program of sh cannot hold a NUL byte')
    if (this.#lost !== undefined) throw this.#lost
    const first = this.#counters.exchanges === 0
    this.#counters.exchanges += 1
    return new Promise((resolve, reject) => {
      const idleTimer = setTimeout(() => {
        this.#abandon(failure(this.#target, 'TIMED_OUT', `sent nothing for ${idleSeconds} s while a program ran`))
      }, idleSeconds * 1000)
      this.#pending = {
        scanner: new EndScanner(endMark(this.#bootstrap), this.#outputLimitBytes),
        idleTimer,
        resolve,
        reject,
        said: new Tail(),
      }
      this.#pipe.send(first ? firstFrame(this.#bootstrap, program) : frame(this.#bootstrap, program))
    })
  }

  close(): Promise<void> {
    this.#lost ??= failure(this.#target, 'CONNECTION_LOST', 'the channel was closed')
    this.#settle()?.reject(this.#lost)
    this.#closed ??= this.#pipe.close()
    return this.#closed
  }

  #receive(chunk: Buffer): void {
    const pending = this.#pending
    // Between programs only a stray child that kept the output can print; nobody waits for that.
    if (pending === undefined) return
    pending.idleTimer.refresh()
    pending.said.add(chunk)
    const seen = pending.scanner.push(chunk)
    switch (seen.kind) {
      case 'more':
        return
      case 'end':
        this.#settle()?.resolve({ output: seen.output, rc: seen.rc })
        return
      case 'too much':
        return this.#abandon(failure(this.#target, 'OUTPUT_LIMIT', `a program printed more than ${this.#outputLimitBytes} bytes`))
      case 'broken':
        return this.#abandon(failure(this.#target, 'PROTOCOL', `the end of a program could not be read: ${quoted(chunk.toString('utf8'))}`))
    }
  }

  /** After a deadline or a limit nobody can say what the shell does next, so it is not used again. */
  #abandon(error: Error): void {
    this.#lost = error
    this.#settle()?.reject(error)
    this.#closed ??= this.#pipe.close()
  }

  #lose(end: PipeEnd): void {
    const said = this.#pending?.said.text() ?? ''
    const tail = said === '' ? '' : `, last output ${quoted(said)}`
    const what =
      end.kind === 'shell' ? `the shell ended${end.code === undefined ? '' : ` with status ${end.code}`}` : 'the connection ended'
    this.#lost ??= failure(this.#target, 'CONNECTION_LOST', `${what} before the answer came: ${end.why}${tail}`)
    this.#settle()?.reject(this.#lost)
  }

  #settle(): Pending | undefined {
    const pending = this.#pending
    this.#pending = undefined
    if (pending !== undefined) clearTimeout(pending.idleTimer)
    return pending
  }
}
