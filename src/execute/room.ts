import { dfRow } from '../lib/df-row.ts'
import type { StepAnswer } from '../model/step.ts'

/** Section of a staging program that failed: the room on the filesystem of each staged file, as df tells it. */
export const roomSection = 999_994

/** Less than this is no room: what was written in part may have left some of the last blocks. */
const roomKiB = 4

/**
 * Reads what df said of the filesystem of each staged file. On a full disk some writers answer 0 and leave half a file (measured:
 * reliability facts, F3), so it is not their words that tell.
 */
export function fullFilesystems(said: string): (step: number) => Pick<StepAnswer, 'full'> {
  const full = new Map<number, NonNullable<StepAnswer['full']>>()
  for (const part of said.split(/^for /m).slice(1)) {
    const [path = '', ...lines] = part.split('\n')
    const step = Number(/\.tls_s(\d+)[^./]*$/.exec(path)?.[1] ?? Number.NaN)
    // Header and line of the blocks, header and line of the inodes; some df know no inodes, and some filesystems have none.
    const [blocks, inodes] = lines.flatMap((line) => dfRow(line) ?? [])
    if (blocks !== undefined && blocks.free < roomKiB)
      full.set(step, { said: `${blocks.mount} has ${blocks.free} KiB left, which is too little`, mount: blocks.mount })
    else if (inodes !== undefined && inodes.free === 0 && inodes.total > 0)
      full.set(step, { said: `${inodes.mount} has no inodes left`, mount: inodes.mount })
  }
  return (step) => {
    const found = full.get(step)
    return found === undefined ? {} : { full: found }
  }
}
