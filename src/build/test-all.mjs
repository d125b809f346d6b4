// Runs every ring of the tests from a fresh clone and ends in the line `N passed, N failed`.
// Uses nothing but node: modules, because nothing is installed when it starts.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const scratch = join(tmpdir(), `tlsplay-test-${process.pid}`)
/** Outside the tree, kept from run to run: a second Node, images and binaries of the lab. */
const cache = process.env.TLSPLAY_LAB_CACHE ?? join(homedir(), '.cache', 'tlsplay-lab')
const newestLts = '26'

const totals = { passed: 0, failed: 0 }
const broken = []

function run(command, args, options = {}) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], ...options })
  return status === 0
}

function section(name) {
  console.log(`\n== ${name}`)
}

/** A step that is one test: it passes or it fails. */
function check(name, command, args, options) {
  section(name)
  const ok = run(command, args, options)
  totals[ok ? 'passed' : 'failed'] += 1
  if (!ok) broken.push(name)
  return ok
}

/** A ring of vitest tests, run by the given Node, counted from its own report. */
function ring(name, config, { node = process.execPath, env = {} } = {}) {
  section(name)
  const report = join(scratch, `${name.replaceAll(/\W+/g, '-')}.json`)
  const ok = run(
    node,
    ['node_modules/vitest/vitest.mjs', 'run', '--config', config, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    {
      env: { ...process.env, TLSPLAY_TEST_ALL: '1', ...env },
    },
  )
  const counted = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined
  totals.passed += counted?.numPassedTests ?? 0
  // A ring that ends badly without a failed test (set-up, a file that does not load, no test at all) is a failure too.
  const failed = counted?.numFailedTests ?? 0
  const lost = !ok && failed === 0 ? 1 : (counted?.numPassedTests ?? 0) === 0 ? 1 : 0
  totals.failed += failed + lost
  if (failed + lost > 0) broken.push(name, ...failedTests(counted))
}

/** Which tests of a report failed, a line each: the report itself is far above in the output by the time the last ring ends. */
function failedTests(report) {
  return (report?.testResults ?? []).flatMap(({ name, message, assertionResults }) => {
    const file = relative(root, name)
    const tests = assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => `  ${file}: ${fullName}`)
    return tests.length === 0 && message ? [`  ${file}: ${message.split('\n', 1)[0]}`] : tests
  })
}

function install() {
  if (existsSync(join(root, 'node_modules', '.package-lock.json'))) return true
  return check('install', 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'])
}

/** What rings 1 to 3 run beside Node: command -> Debian package. The fleet sees to its own (test/fleet/lab/engine.ts). */
const tools = {
  ...{ openssl: 'openssl', busybox: 'busybox', mksh: 'mksh', bash: 'bash', git: 'git', strace: 'strace' },
  ...{ curl: 'curl', 'gnutls-cli': 'gnutls-bin', go: 'golang-go' },
}

/** On Debian as root missing tools are installed; elsewhere it is said which are missing, and that is a failure. */
function provideTools() {
  const missing = () => Object.keys(tools).filter((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0)
  const before = missing()
  if (before.length === 0) return
  const packages = before.map((tool) => tools[tool])
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    check(`tools: missing ${before.join(', ')}; install the packages ${packages.join(' ')} and run again`, 'false', [])
    return
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  check('tools', 'sh', ['-c', `apt-get update -qq && apt-get install -y -qq --no-install-recommends ${packages.join(' ')}`], { env })
}

/** The newest LTS as the npm package `node`; its install script takes the binary for this machine from the registry. */
function secondNode() {
  const prefix = join(cache, `node-${newestLts}`)
  const binary = join(prefix, 'node_modules', 'node', 'bin', 'node')
  if (existsSync(binary)) return binary
  mkdirSync(prefix, { recursive: true })
  return check(`fetch node ${newestLts}`, 'npm', ['install', '--prefix', prefix, '--no-audit', '--no-fund', `node@${newestLts}`]) &&
    existsSync(binary)
    ? binary
    : undefined
}

mkdirSync(scratch, { recursive: true })
try {
  provideTools()
  if (install()) {
    check('generate validators', process.execPath, ['src/build/generate.mjs', 'validators'])
    check('types', process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.'])
    check('lint and format', process.execPath, ['node_modules/@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', '.'])
    check('build', process.execPath, ['src/build/build.mjs'])
    ring('rings 1 to 3', 'test/vitest.config.ts')
    ring('conformance with Ansible', 'test/vitest.conformance.config.ts')
    ring('package and quickstart', 'test/vitest.package.config.ts')
    const second = secondNode()
    if (second === undefined) {
      totals.failed += 1
      broken.push(`rings 1 to 3 on node ${newestLts}: it could not be fetched`)
    } else ring(`rings 1 to 3 on node ${newestLts}`, 'test/vitest.config.ts', { node: second })
    ring('ring 4, the fleet', 'test/vitest.fleet.config.ts')
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

for (const line of broken) console.log(line.startsWith('  ') ? line : `failed: ${line}`)
console.log(`${totals.passed} passed, ${totals.failed} failed`)
process.exitCode = totals.failed === 0 ? 0 : 1
