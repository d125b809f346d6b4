import { execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** `nobody` of Debian and Alpine */
const nobody = 65534
const isRoot = process.getuid?.() === 0

/** The built program where everybody can read it, and an empty folder for its temporary files. */
export interface Installed {
  readonly main: string
  /** TMPDIR of what is run */
  readonly scratch: string
  remove(): void
}

export function install(): Installed {
  execFileSync(process.execPath, [join(root, 'src/build/build.mjs')], { stdio: ['ignore', 'ignore', 'inherit'] })
  const folder = mkdtempSync(join(tmpdir(), 'tlsplay-installed-'))
  for (const part of ['dist', 'playbooks', 'roles', 'package.json']) cpSync(join(root, part), join(folder, part), { recursive: true })
  const scratch = join(folder, 'scratch')
  mkdirSync(scratch)
  execFileSync('chmod', ['-R', 'a+rX', folder])
  execFileSync('chmod', ['1777', scratch])
  return { main: join(folder, 'dist/main.js'), scratch, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

export interface Running {
  /** resolves when the text has come on stdout */
  shown(text: string): Promise<void>
  /** resolves when the text has come on stderr */
  heard(text: string): Promise<void>
  /** closes our end of its stdout */
  stopReading(): void
  signal(name: NodeJS.Signals): void
  readonly ended: Promise<Ended>
}

/** Runs the program as a user without rights of any kind, also when the tests run as root. */
export function start({ main, scratch }: Installed, words: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  const who = isRoot ? { uid: nobody, gid: nobody } : {}
  const child = spawn(process.execPath, [main, ...words], {
    ...who,
    cwd: scratch,
    env: { PATH: process.env['PATH'], HOME: scratch, TMPDIR: scratch, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const texts = { out: '', err: '' }
  const waiting: { readonly on: 'out' | 'err'; readonly text: string; readonly resolve: () => void }[] = []
  for (const [on, stream] of [['out', child.stdout] as const, ['err', child.stderr] as const]) {
    stream.on('data', (chunk: Buffer) => {
      texts[on] += chunk.toString()
      for (const one of waiting) if (texts[one.on].includes(one.text)) one.resolve()
    })
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, ...texts }))
  })
  const seen = (on: 'out' | 'err', text: string): Promise<void> =>
    Promise.race([
      new Promise<void>((resolve) => {
        waiting.push({ on, text, resolve })
        if (texts[on].includes(text)) resolve()
      }),
      ended.then(({ out, err }) => Promise.reject(new Error(`it ended without showing ${text}:\n${out}\n${err}`))),
    ])
  return {
    shown: (text) => seen('out', text),
    heard: (text) => seen('err', text),
    stopReading: () => child.stdout.destroy(),
    signal: (name) => child.kill(name),
    ended,
  }
}

/** Command lines of every process that was started with something of this folder. */
export function processesOf(folder: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
        return line.includes(folder) ? [line] : []
      } catch {
        return []
      }
    })
}
