import { type Problem, TlsplayError } from '../model/problem.ts'
import { exitCodes } from './exit-codes.ts'
import { type Io, wantsColour } from './io.ts'
import { version } from './version.ts'

export type Texts = ReadonlyMap<string, string>

/** Problems go to stderr, with the lines they point at. */
export async function showProblems(problems: readonly Problem[], texts: Texts, io: Pick<Io, 'env' | 'stderr'>): Promise<void> {
  if (problems.length === 0) return
  const { problemsText } = await import('../view/problems.ts')
  io.stderr.write(problemsText(problems, texts, { colour: wantsColour(io.env, io.stderr) }))
}

/** Says what went wrong and returns the exit code: problems of the user as problems, everything else as a bug of ours. */
export async function failureCode(
  error: unknown,
  io: Pick<Io, 'argv' | 'env' | 'stderr' | 'interrupted' | 'leaving'>,
  texts: Texts = new Map(),
): Promise<number> {
  if (error instanceof TlsplayError) {
    await showProblems(error.problems, texts, io)
    return error.problems.some((problem) => problem.code === 'INTERRUPTED') ? interruptedCode(io) : exitCodes.refused
  }
  const { escapeLine, escapeLines, joinLines } = await import('../view/escape.ts')
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  const loud = io.argv.some((word) => /^-v{3,}$/.test(word))
  io.stderr.write(
    joinLines([
      `bug in tlsplay: ${escapeLine(message)}`,
      `    version ${version}; nothing you wrote should end here, so please report it with the command you ran`,
      ...(loud ? escapeLines(stack ?? '').map((line) => `    | ${line}`) : ['    -vvv adds where it happened']),
    ]),
  )
  return exitCodes.refused
}

/** The exit code of the signal that came last. */
export function interruptedCode({ interrupted, leaving }: Pick<Io, 'interrupted' | 'leaving'>): number {
  const { aborted, reason } = leaving.aborted ? leaving : interrupted
  return aborted && typeof reason === 'number' ? reason : exitCodes.interrupted
}
