import { randomBytes } from 'node:crypto'
import { lstatSync, mkdirSync, readFileSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { TlsplayError } from '../model/problem.ts'
import { sealKeyBytes } from '../plan/saved/seal.ts'
import type { Io } from './io.ts'
import { createDurably } from './ports/durable-file.ts'

/** What tlsplay keeps on this machine: the key that seals plans, and which of them were applied. */
export interface ControllerState {
  readonly sealKey: Uint8Array
  /** when the plan of that id was applied, undefined when it was not */
  appliedAt(id: string): string | undefined
  /** False when somebody was faster. */
  markApplied(id: string, at: string): boolean
}

/** Throws TlsplayError STATE_UNUSABLE. The folder is that of the XDG base directories for state. */
export function controllerState(io: Pick<Io, 'env'>): ControllerState {
  const home = io.env['HOME'] ?? homedir()
  const folder = join(io.env['XDG_STATE_HOME'] || join(home, '.local/state'), 'tlsplay')
  const applied = join(folder, 'applied')
  return guarded(folder, () => {
    mkdirSync(applied, { recursive: true, mode: 0o700 })
    refuseOpen(folder, 0o700)
    refuseOpen(applied, 0o700)
    const sealKey = keyOf(join(folder, 'seal.key'))
    return {
      sealKey,
      appliedAt: (id) => guarded(folder, () => whenThere(() => readFileSync(join(applied, id), 'utf8').trim())),
      markApplied: (id, at) => guarded(folder, () => createDurably(join(applied, id), `${at}\n`)),
    }
  })
}

function keyOf(path: string): Uint8Array {
  const present = whenThere(() => readFileSync(path))
  // Whoever comes second reads what the first has made.
  if (present === undefined) createDurably(path, randomBytes(sealKeyBytes))
  refuseOpen(path, 0o600)
  const key = readFileSync(path)
  if (key.length !== sealKeyBytes)
    throw unusable(`${path} is not a key of ${sealKeyBytes} bytes`, `remove it; plans that it sealed are void then`)
  return key
}

/** Whoever could write here could forge plans, so nobody else may, and nobody else may own it. */
function refuseOpen(path: string, mode: number): void {
  const stat = lstatSync(path)
  if (stat.isSymbolicLink()) throw unusable(`${path} is a link`, 'put the folder itself there')
  const { uid } = userInfo()
  if (stat.uid !== uid) throw unusable(`${path} belongs to the user with the id ${stat.uid}`, 'set XDG_STATE_HOME to a folder of your own')
  if ((stat.mode & 0o077) !== 0) throw unusable(`${path} is open to other users`, `chmod ${mode.toString(8)} ${path}`)
}

function guarded<T>(folder: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    if (error instanceof TlsplayError) throw error
    throw unusable(`the state folder ${folder} cannot be used: ${(error as Error).message}`, 'set XDG_STATE_HOME to a folder you can write')
  }
}

function unusable(message: string, hint: string): TlsplayError {
  return new TlsplayError([{ code: 'STATE_UNUSABLE', message, hint }])
}

function whenThere<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
