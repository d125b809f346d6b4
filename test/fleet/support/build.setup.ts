import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The fleet judges the program as it is shipped. */
export default function setup(): void {
  execFileSync(process.execPath, [fileURLToPath(new URL('../../../src/build/build.mjs', import.meta.url))], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}
