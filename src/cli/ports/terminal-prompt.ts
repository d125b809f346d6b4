import { StringDecoder } from 'node:string_decoder'
import { TlsplayError } from '../../model/problem.ts'
import { Secret } from '../../model/value.ts'
import type { Prompt } from '../../ports/ports.ts'
import type { Input, Io } from '../io.ts'

export interface TerminalPrompt extends Prompt {
  /** whether somebody could answer */
  readonly isThere: boolean
  /** a line for whoever is asked */
  say(text: string): void
  /** what is typed is shown, as the terminal does it by itself */
  line(question: string): Promise<string>
}

/** Asks on the terminal. The question goes to stderr, so stdout stays clean. */
export function terminalPrompt(io: Pick<Io, 'stdin' | 'stderr'>): TerminalPrompt {
  return {
    isThere: io.stdin.isTTY === true,
    say: (text) => {
      io.stderr.write(`${text}\n`)
    },
    line: async (question) => {
      const { stdin } = io
      if (stdin.isTTY !== true) throw nobody(question)
      io.stderr.write(`${question}: `)
      try {
        return await readLine(stdin)
      } finally {
        stdin.pause()
      }
    },
    secret: async (question, instead) => {
      const { stdin } = io
      if (stdin.isTTY !== true || stdin.setRawMode === undefined) throw nobody(question, instead)
      // The question comes last: whoever sees it may type, and the terminal echoes what comes before raw mode.
      stdin.setRawMode(true)
      try {
        io.stderr.write(`${question}: `)
        return Secret.of(await readLine(stdin))
      } finally {
        stdin.setRawMode(false)
        stdin.pause()
        io.stderr.write('\n')
      }
    },
  }
}

const enter = new Set(['\r', '\n'])
const erase = new Set(['\b', '\u007f'])
// In raw mode the terminal sends these instead of a signal or an end of file: ctrl-C and ctrl-D.
const giveUp = new Set(['\u0003', '\u0004'])

function readLine(stdin: Input): Promise<string> {
  return new Promise((resolve, reject) => {
    const decoder = new StringDecoder('utf8')
    const typed: string[] = []
    const stop = (settle: () => void): void => {
      stdin.off('data', onData)
      stdin.off('end', onEnd)
      settle()
    }
    const onEnd = (): void => stop(() => reject(interrupted()))
    const onData = (chunk: Buffer | string): void => {
      for (const char of typeof chunk === 'string' ? chunk : decoder.write(chunk)) {
        if (enter.has(char) || giveUp.has(char)) {
          stop(() => (enter.has(char) ? resolve(typed.join('')) : reject(interrupted())))
          return
        }
        if (erase.has(char)) typed.pop()
        else typed.push(char)
      }
    }
    stdin.on('data', onData)
    stdin.on('end', onEnd)
    stdin.resume()
  })
}

function interrupted(): TlsplayError {
  return new TlsplayError([{ code: 'INTERRUPTED', message: 'interrupted while asking' }])
}

function nobody(question: string, instead = 'give the value by a variable or a file'): TlsplayError {
  return new TlsplayError([
    {
      code: 'OPTION_INVALID',
      message: `cannot ask for the ${question}: there is no terminal`,
      hint: `run it on a terminal, or ${instead}`,
    },
  ])
}
