import { readFileSync } from 'node:fs'

/** Every container and network of the lab carries this label; nothing else in the engine is ever touched. */
export const labLabel = 'tlsplay-lab=1'
/** Who started it: so that a sweep takes what a dead run left and never what a run beside it is using. */
export const ownerLabel = 'tlsplay-lab.owner'

const ownerVariable = 'TLSPLAY_LAB_OWNER'

/**
 * `<pid>.<start time>` of a living process, undefined for one that is gone. The start time (field 22 of /proc/PID/stat,
 * proc(5)) tells a process from a later one that was given the same number. Without /proc (macOS) the number alone has to do.
 */
export function processMark(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in field 2 may hold spaces and brackets: count from the last bracket, which leaves field 3 at index 0.
    const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    return `${pid}.${startTime}`
  } catch {
    if (process.platform === 'linux') return undefined
  }
  try {
    process.kill(pid, 0)
    return `${pid}.`
  } catch {
    return undefined
  }
}

/** The test run that this process belongs to: vitest's main process (its forks inherit the variable), else this process itself. */
export function owner(): string {
  return process.env[ownerVariable] ?? processMark(process.pid) ?? `${process.pid}.`
}

/** Called once by the global set-up in vitest's main process, before it forks. */
export function becomeOwner(): void {
  process.env[ownerVariable] ??= owner()
}

export function ownerLives(mark: string): boolean {
  return processMark(Number.parseInt(mark, 10)) === mark
}
