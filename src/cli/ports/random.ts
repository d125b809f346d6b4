import { randomBytes, randomInt } from 'node:crypto'
import type { Random } from '../../ports/ports.ts'

export const nodeRandom: Random = { bytes: (count) => randomBytes(count) }

/** At least 0 and below 1. */
export function fraction(): number {
  return randomInt(2 ** 32) / 2 ** 32
}
