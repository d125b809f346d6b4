import type { Io } from '../io.ts'
import type { PlayOptions } from '../options.ts'
import { play } from '../play.ts'

/** Shows exactly what a run would change. */
export async function planCommand(playbook: string, options: PlayOptions, io: Io): Promise<number> {
  return (await play({ mode: 'plan', playbook, options }, io)).code
}
