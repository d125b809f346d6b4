/** What the shell gets to know. */
export const exitCodes = {
  done: 0,
  refused: 1,
  failed: 2,
  waiting: 3,
  unreachable: 4,
  locked: 5,
  incomplete: 6,
  interrupted: 130,
  terminated: 143,
} as const

export const exitCodesHelp = `
Exit codes:
  0    done and converged
  1    refused or invalid, nothing changed
  2    a host failed, was rolled back, or did not converge
  3    waiting for a signature
  4    a host was unreachable and none failed
  5    locked by another run
  6    a rollback is incomplete
  130  interrupted (143: terminated, 129: terminal closed)
With --detailed-exitcode (plan, run --check): 0 nothing to do, 2 changes pending, 1 everything else.`
