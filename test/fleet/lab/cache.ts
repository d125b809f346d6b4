import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { waitUntil } from './command.ts'
import { processMark } from './owner.ts'

/** Where what is slow to make is kept between runs: the engine's data, the root filesystems. Outside the tree, so `git clean` never costs a rebuild. */
export function cacheFolder(): string {
  return process.env['TLSPLAY_LAB_CACHE'] ?? join(homedir(), '.cache', 'tlsplay-lab')
}

const longestBuildMs = 15 * 60_000

/**
 * One at a time across processes: two test runs must not start two engines or build one image twice.
 * The lock is a file with the mark of its holder; the lock of a process that is gone counts for nothing.
 */
export async function withLock<T>(name: string, work: () => Promise<T>, longestMs = longestBuildMs): Promise<T> {
  await mkdir(cacheFolder(), { recursive: true })
  const path = join(cacheFolder(), `${name}.lock`)
  await waitUntil(`the lock ${path} is free`, longestMs, () => take(path))
  try {
    return await work()
  } finally {
    await rm(path, { force: true })
  }
}

async function take(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx')
    await file.write(processMark(process.pid) ?? String(process.pid))
    await file.close()
    return true
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause
  }
  const holder = await readFile(path, 'utf8').catch(() => '')
  // Empty: its holder has made the file and is about to write its mark.
  if (holder !== '' && processMark(Number.parseInt(holder, 10)) !== holder) await rm(path, { force: true })
  return false
}
