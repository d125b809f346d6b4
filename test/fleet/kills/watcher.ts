import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { LabHost } from '../lab/index.ts'

/** The moments of a run on one host, in their order; reliability.md of the design calls them by these letters. */
export const moments = ['c', 'k', 'b', 's', 'g', 'u', 'j', 'w', 'r', 'v', 'f', 'x'] as const
export type Moment = (typeof moments)[number]

export const meaning: Readonly<Record<Moment, string>> = {
  ...{ c: 'start and connecting', k: 'host key and login', b: 'bootstrap', s: 'sudo', g: 'asking', u: 'staging' },
  ...{ j: 'writing the journal', w: 'renaming', r: 'restarting', v: 'verifying', f: 'committing', x: 'going back' },
}

const program = readFileSync(fileURLToPath(new URL('watcher.pl', import.meta.url)), 'utf8')

/** What watcher.pl says of one host; one line at a time, each with when it came. */
export class Watcher {
  readonly #child
  readonly #heard: { readonly line: string; readonly at: number }[] = []
  #wake: () => void = () => undefined
  #rest = ''
  #error = ''
  #ended = false

  constructor(host: LabHost) {
    this.#child = spawn('docker', ['exec', '--interactive', host.containerId, 'perl', '-e', program])
    this.#child.stdout.on('data', (chunk: Buffer) => {
      const lines = (this.#rest + chunk.toString()).split('\n')
      this.#rest = lines.pop() ?? ''
      const at = performance.now()
      this.#heard.push(...lines.map((line) => ({ line, at })))
      this.#wake()
    })
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#error += chunk.toString()
    })
    this.#child.once('close', () => {
      this.#ended = true
      this.#wake()
    })
  }

  say(...words: readonly (string | number)[]): void {
    this.#child.stdin.write(`${words.join(' ')}\n`)
  }

  /** The next line that begins with this word; those before it are dropped, but told to `passing`. */
  async hear(
    word: string,
    limitMs: number,
    passing: (line: string, at: number) => void = () => undefined,
  ): Promise<{ rest: string; at: number }> {
    const deadline = performance.now() + limitMs
    for (;;) {
      for (let next = this.#heard.shift(); next !== undefined; next = this.#heard.shift()) {
        if (next.line.split(' ')[0] === word) return { rest: next.line.slice(word.length + 1), at: next.at }
        passing(next.line, next.at)
      }
      const left = deadline - performance.now()
      if (this.#ended || left <= 0) throw new Error(`the host never said ${word}${this.#error === '' ? '' : `: ${this.#error}`}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  close(): void {
    this.#child.stdin.end()
  }
}
