import type { Io } from '../io.ts'
import type { PlayOptions } from '../options.ts'
import { play } from '../play.ts'

/** Plans, applies, verifies and looks again; with --check it is `plan`. */
export async function runCommand(playbook: string, options: PlayOptions, io: Io): Promise<number> {
  return (await play({ mode: options.check ? 'plan' : 'run', playbook, options }, io)).code
}
