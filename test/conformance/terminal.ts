import { join } from 'node:path'
import { mustRun } from '../fleet/lab/command.ts'
import { program } from './ansible.ts'

export interface Typed {
  readonly code: number
  /** all that stood on the terminal, what was typed and echoed too */
  readonly shown: string
  /** questions that never came */
  readonly unasked: readonly string[]
}

/** Runs a program on a terminal of its own; each answer is typed when the terminal ends with its question (terminal.py). */
export async function onTerminal(
  argv: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
  answers: readonly (readonly [string, string])[],
): Promise<Typed> {
  const script = join(import.meta.dirname, 'terminal.py')
  return JSON.parse(await mustRun([program('python3'), script], { stdin: JSON.stringify({ argv, cwd, env, answers }) }))
}
