import { escapeJson } from '../../view/escape.ts'
import { planText } from '../../view/plan-text.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Io, wantsColour } from '../io.ts'
import type { ShowOptions } from '../options.ts'
import { openPlanFile } from '../saved-plan.ts'

/** Shows a saved plan as it was shown when it was made; connects to nothing. */
export async function showCommand(file: string, options: ShowOptions, io: Io): Promise<number> {
  const { plan } = openPlanFile(file, io)
  if (options.output === 'json') io.stdout.write(`${escapeJson(JSON.stringify(plan))}\n`)
  else io.stdout.write(planText(plan, { diff: true, verbosity: options.verbose, colour: wantsColour(io.env, io.stdout) }))
  return exitCodes.done
}
