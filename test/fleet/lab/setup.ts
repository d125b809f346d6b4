import { ensureBinaries } from './binary.ts'
import { ensureEngine } from './engine.ts'
import { ensureImages } from './image.ts'
import { becomeOwner } from './owner.ts'
import { type Swept, sweep } from './sweep.ts'

const say = (line: string) => console.log(`lab: ${line}`)

/** vitest's global set-up of the fleet ring: an engine, the images, and nothing left over; the same nothing afterwards. */
export async function setup(): Promise<() => Promise<void>> {
  becomeOwner()
  const startedAt = Date.now()
  const engine = await ensureEngine(say)
  say(`docker ${engine.version}, cgroup v${engine.cgroupVersion}, ${engine.origin === 'started' ? 'started by this run' : 'was running'}`)
  say(`removed from earlier runs: ${describe(await sweep('dead'))}`)
  await ensureImages(say)
  await ensureBinaries(say)
  say(`ready after ${((Date.now() - startedAt) / 1000).toFixed(1)} s`)
  return async () => say(`removed at the end: ${describe(await sweep('own'))}`)
}

function describe({ containers, networks, folders }: Swept): string {
  return `${containers} containers, ${networks} networks, ${folders} folders`
}
