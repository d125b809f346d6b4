import { spawnSync } from 'node:child_process'
import { realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { RunInventory } from '../load/index.ts'
import type { Io } from './io.ts'
import { withoutVaultPassword } from './vault-passwords.ts'

const longestRunSeconds = 60
const mostBytes = 64 * 1024 * 1024
const writableByOthers = 0o002
const sticky = 0o1000

/** Runs inventories that are programs, as the person who runs tlsplay; never one that somebody else could have put there. */
export function inventoryPrograms(io: Pick<Io, 'cwd' | 'env'>, seconds: number = longestRunSeconds): RunInventory {
  return (path, words) => {
    const open = openTo(path)
    if (open !== undefined)
      return {
        problem: {
          code: 'INVENTORY_PROGRAM',
          message: `${open} can be written by every user, so it is not run`,
          hint: `take that right away\nchmod o-w ${open}`,
        },
      }
    const ended = spawnSync(path, [...words], {
      ...{
        cwd: io.cwd,
        env: withoutVaultPassword(io.env),
        encoding: 'utf8',
        timeout: seconds * 1000,
        killSignal: 'SIGKILL',
        maxBuffer: mostBytes,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    if (ended.status === 0) return { out: ended.stdout }
    const code = (ended.error as NodeJS.ErrnoException | undefined)?.code
    const why =
      code === 'ETIMEDOUT'
        ? `gave no answer within ${seconds} s`
        : code === 'ENOBUFS'
          ? `printed more than ${mostBytes} bytes`
          : code === undefined
            ? `ended with ${ended.status ?? ended.signal}`
            : `could not be started (${code})`
    return {
      problem: {
        code: 'INVENTORY_PROGRAM',
        message: `${words.join(' ')}: the program ${why}`,
        hint: `run it yourself\n${path} ${words.join(' ')}`,
      },
    }
  }
}

/** The program or a folder that leads to it, when others may replace it; in a folder like /tmp only its owner can. */
function openTo(path: string): string | undefined {
  const real = realpathSync(path)
  if ((statSync(real).mode & writableByOthers) !== 0) return real
  for (let folder = dirname(real); ; folder = dirname(folder)) {
    const { mode } = statSync(folder)
    if ((mode & writableByOthers) !== 0 && (mode & sticky) === 0) return folder
    if (dirname(folder) === folder) return undefined
  }
}
