import { resolve } from 'node:path'
import type { Io } from '../io.ts'
import type { ApplyOptions } from '../options.ts'
import { play } from '../play.ts'
import { openPlanFile, optionsOf, PlanGuard, refuseStale } from '../saved-plan.ts'

/** Does what a saved plan says, when everything it was made from is as it was; else nothing. */
export async function applyCommand(file: string, { caPassphraseFile, ...given }: ApplyOptions, io: Io): Promise<number> {
  const saved = openPlanFile(file, io)
  refuseStale(saved, io)
  const { cwd, playbook } = saved.request
  const passphrase = caPassphraseFile === undefined ? {} : { caPassphraseFile: resolve(io.cwd, caPassphraseFile) }
  const options = optionsOf(saved.request, { ...given, ...passphrase })
  return (await play({ mode: 'run', playbook, options, watch: new PlanGuard(saved, options, io) }, { ...io, cwd })).code
}
