// Runs before anything is installed: nothing but Node's own modules here.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The exit code of a step. */
function run(command, words) {
  const { status, error } = spawnSync(command, words, { cwd: root, stdio: 'inherit' })
  if (error !== undefined) console.error(`cannot run ${command}: ${error.message}`)
  return status ?? 1
}

function orExit(status) {
  if (status !== 0) process.exit(status)
}

const quietly = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']

function install() {
  console.error('installing ...')
  orExit(run('npm', ['ci', ...quietly]))
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`tlsplay needs Node 20.19 or newer, this is ${process.versions.node}`)
  process.exit(1)
}
if (!existsSync(`${root}/node_modules/.package-lock.json`)) install()
console.error('building ...')
orExit(run(process.execPath, ['src/build/build.mjs']))
orExit(run(process.execPath, ['dist/main.js', 'quickstart', ...process.argv.slice(2)]))
