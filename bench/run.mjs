// `npm run bench`, from a fresh clone too: installs, builds, then measures. Only node: modules before the install.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { register } from 'node:module'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

function step(what, command, words) {
  console.error(what)
  const { status, error } = spawnSync(command, words, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  if (error !== undefined) console.error(`cannot run ${command}: ${error.message}`)
  if (status !== 0) process.exit(status ?? 1)
}

if (!existsSync(`${root}/node_modules/.package-lock.json`)) step('installing (npm ci) ...', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
step('building ...', process.execPath, ['src/build/build.mjs'])
register('./typescript.mjs', import.meta.url)
const { main } = await import('./bench.ts')
process.exitCode = await main(process.argv.slice(2), root)
