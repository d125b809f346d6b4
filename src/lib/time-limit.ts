/**
 * What a program ends with that `timeout` has ended: 124 says that of coreutils; under that of BusyBox it dies of SIGTERM,
 * which is 128 + 15.
 */
const endings: readonly number[] = [124, 143]

const said = 'timed out after'

/** The failure of a program, with its time limit when that was what ended it; a narrower limit has said so before. */
export function withTimeLimit(failed: string, rc: number, seconds: number | undefined): string {
  return isTimedOut(rc, seconds) && !failed.startsWith(said) ? `${said} ${seconds} s: ${failed}` : failed
}

export function isTimedOut(rc: number, seconds: number | undefined): boolean {
  return seconds !== undefined && endings.includes(rc)
}

export const timeLimitHint = 'raise its timeout, or see on the host what it waits for'
