import { TlsplayError } from '../../model/problem.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import type { PlayOptions } from '../options.ts'
import { play } from '../play.ts'
import { PlanSaver } from '../saved-plan.ts'

/** Shows exactly what a run would change, and keeps it for `apply` when a file is named. */
export async function planCommand(playbook: string, options: PlayOptions, io: Io): Promise<number> {
  const { save } = options
  if (save === undefined) return (await play({ mode: 'plan', playbook, options }, io)).code
  const saver = new PlanSaver(options, io)
  const { code, report } = await play({ mode: 'plan', playbook, options, watch: saver }, io)
  // It ended before any host was asked, and said why.
  if (report === undefined) return code
  if (report.exitCode !== exitCodes.done)
    throw new TlsplayError([
      {
        code: 'PLAN_NOT_SAVED',
        message: `nothing was saved in ${save}: a plan is kept only when every host was reached and nothing refuses or fails`,
        hint: 'settle what is told above, or leave hosts out with --limit',
      },
    ])
  saver.write(save, playbook, io)
  io.stderr.write(`saved in ${save}\n`)
  return code
}
