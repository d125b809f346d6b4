import { mkdirSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Problem, TlsplayError } from '../../model/problem.ts'
import type { Desk } from '../../ports/ports.ts'
import type { Io } from '../io.ts'
import { replaceDurably } from './durable-file.ts'
import { terminalPrompt } from './terminal-prompt.ts'

export interface DeskOptions {
  readonly io: Pick<Io, 'stdin' | 'stderr' | 'interrupted'>
  /** runs something that talks to the terminal itself */
  readonly aside: <T>(act: () => Promise<T>) => Promise<T>
  readonly say: (message: string) => void
  /** absolute */
  readonly playbookFolder: string
}

/** The terminal, the clock and the files of the machine that tlsplay runs on. */
export function terminalDesk({ io, aside, say, playbookFolder }: DeskOptions): Desk {
  // Two hosts that ask at once would read each other's answers.
  let turn: Promise<unknown> = Promise.resolve()
  return {
    async rest(milliseconds, why) {
      say(`resting ${milliseconds / 1000} s: ${why}`)
      await sleep(milliseconds, undefined, { signal: io.interrupted }).catch((error: unknown) => {
        if (!io.interrupted.aborted) throw error
      })
    },
    answer(question, echo) {
      const prompt = terminalPrompt(io)
      const ask = async () => (echo ? await prompt.line(question) : (await prompt.secret(question)).reveal())
      const answer = turn.then(() => aside(ask))
      turn = answer.catch(() => undefined)
      return answer
    },
    async keep({ root, below, anywhere }, bytes) {
      const folder = resolve(playbookFolder, root)
      const path = join(folder, below)
      if (!anywhere && !isInside(folder, playbookFolder)) throw escape(`${root} is not below the folder of the playbook`)
      if (!isInside(path, folder)) throw escape(`${below} is not below ${root}`)
      try {
        return keepInside(path, folder, anywhere ? folder : playbookFolder, bytes)
      } catch (error) {
        if (error instanceof TlsplayError || !(error instanceof Error && 'code' in error)) throw error
        throw problem({
          code: 'WRITE_FAILED',
          message: `${path}: cannot be written here: ${error.message}`,
          hint: 'make room there, or name a place that you may write to',
        })
      }
    },
  }
}

function keepInside(path: string, folder: string, bounds: string, bytes: Uint8Array): boolean {
  mkdirInside(dirname(path), bounds)
  // A link among the folders may lead elsewhere, whoever put it there.
  if (!isInside(realpathSync(dirname(path)), realpathSync(bounds)) || !isInside(realpathSync(dirname(path)), realpathSync(folder)))
    throw escape(`${path} leads out of ${folder} by a link`)
  if (held(path)?.equals(bytes) === true) return false
  replaceDurably(path, bytes)
  return true
}

/** Makes the folders one by one, so that none is made behind a link that leads out. */
function mkdirInside(folder: string, bounds: string): void {
  const missing: string[] = []
  let at = folder
  while (real(at) === undefined && dirname(at) !== at) {
    missing.push(at)
    at = dirname(at)
  }
  if (isInside(folder, bounds) && isInside(at, bounds) && !isInside(realpathSync(at), realpathSync(bounds)))
    throw escape(`${folder} leads out of ${bounds} by a link`)
  if (missing.length > 0) mkdirSync(folder, { recursive: true, mode: 0o755 })
}

function real(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function held(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** The folder itself counts as inside. */
function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way !== '..' && !way.startsWith('../') && !way.startsWith('/')
}

function escape(message: string): TlsplayError {
  return problem({ code: 'PATH_ESCAPE', message, hint: 'name a folder below that of the playbook, without ..' })
}

function problem(one: Problem): TlsplayError {
  return new TlsplayError([one])
}
