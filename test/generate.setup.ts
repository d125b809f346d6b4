import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The validators are generated code: tests run against those of the schemas as they are now. */
export default function setup(): void {
  execFileSync(process.execPath, [fileURLToPath(new URL('../src/build/generate.mjs', import.meta.url)), 'validators'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}
