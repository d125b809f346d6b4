import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { lockScript } from '../../src/lib/lock-script.ts'

/** One shell that is told line by line what to do, as a run tells the shell of its host. */
export class LockShell {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #lines: string[] = []
  readonly #waiting: ((line: string) => void)[] = []
  readonly #ended: Promise<unknown>

  constructor(
    shell: readonly string[],
    folder: string,
    id: string,
    given: { readonly path: string; readonly force?: string; readonly left?: number },
  ) {
    const [program = '', ...words] = shell
    const settings = `tls_state='${folder}' tls_id=${id} tls_line='${id} 2026-01-02T03:04:05.000Z who from' tls_force=${given.force ?? ''} tls_left=${given.left ?? 30} tls_uid=$(id -u)`
    const loop = `umask 077\n${lockScript}\n${settings}\nwhile IFS= read -r line; do eval "$line"; done`
    this.#child = spawn(program, [...words, '-c', loop], { env: { PATH: given.path, LC_ALL: 'C' } })
    this.#ended = new Promise((resolve) => this.#child.on('exit', resolve))
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      const next = this.#waiting.shift()
      if (next === undefined) this.#lines.push(line)
      else next(line)
    })
    this.#child.stderr.on('data', (bytes: Buffer) => this.#lines.push(`stderr: ${bytes.toString()}`))
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** Runs one line that prints one. */
  ask(line: string): Promise<string> {
    this.#child.stdin.write(`${line}\n`)
    return this.next()
  }

  next(): Promise<string> {
    const line = this.#lines.shift()
    return line === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(line)
  }

  /** Whether it may act now, and who is in its way. */
  async enter(): Promise<string> {
    return (await this.ask('tls_enter; echo "$? $tls_say"')).trim()
  }

  async leave(): Promise<void> {
    await this.ask('tls_leave; echo left')
  }

  async end(how: 'eof' | 'kill' = 'eof'): Promise<void> {
    if (how === 'eof') this.#child.stdin.end()
    else this.#child.kill('SIGKILL')
    await this.#ended
  }
}
