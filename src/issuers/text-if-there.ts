import { readFileSync } from 'node:fs'
import { TlsplayError } from '../model/problem.ts'

/** Text of a file; undefined when there is none. Throws TlsplayError FILE_MISSING when it cannot be read. */
export function textIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new TlsplayError(
      [{ code: 'FILE_MISSING', message: `${path} cannot be read: ${String(error)}`, hint: 'run as the user that it belongs to' }],
      { cause: error },
    )
  }
}
