import { TlsplayError } from '../model/problem.ts'

/** What a file of this machine that was asked for could not be written with. `what`: `the plan`. */
export function couldNotSave(what: string, error: unknown): TlsplayError {
  return new TlsplayError(
    [
      {
        code: 'WRITE_FAILED',
        message: `${what} could not be saved: ${(error as Error).message}`,
        hint: 'make room there, or name a place that you may write to',
      },
    ],
    { cause: error },
  )
}
