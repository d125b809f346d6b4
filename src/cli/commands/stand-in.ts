import { startExporter } from '../../embedded/exporter.ts'
import { escapeLine } from '../../view/escape.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import type { StandInOptions } from '../options.ts'

/** Serves until it is told to stop; says on stderr why it could not start, as exporters do. */
export async function standInCommand(options: StandInOptions, io: Io): Promise<number> {
  const log = (line: string): void => void io.stderr.write(`${escapeLine(line)}\n`)
  try {
    const exporter = await startExporter({ ...options, log })
    await new Promise((stop) => io.interrupted.addEventListener('abort', stop, { once: true }))
    await exporter.close()
    return exitCodes.done
  } catch (error) {
    log((error as Error).message)
    return exitCodes.refused
  }
}
