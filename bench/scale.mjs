// `npm run bench:scale`: loads and compiles a large playbook over a large inventory, each round in a process of its own.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { register } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
register('./typescript.mjs', import.meta.url)
const { largeInventory, largeIniInventory, largePlaybook } = await import('./scale-texts.ts')
const { values } = parseArgs({
  options: { tasks: { type: 'string', default: '2000' }, hosts: { type: 'string', default: '5000' }, rounds: { type: 'string', default: '5' } },
})
const [tasks, hosts, rounds] = [values.tasks, values.hosts, values.rounds].map(Number)
const limits = { seconds: 2, mebibytes: 400 }

const folder = mkdtempSync(join(tmpdir(), 'tlsplay-scale-'))
let missed = false
try {
  const texts = { 'site.yml': largePlaybook(tasks), 'yaml.yml': largeInventory(hosts), 'ini.ini': largeIniInventory(hosts) }
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text)
  for (const name of ['package.json', 'roles']) cpSync(join(root, name), join(folder, name), { recursive: true })
  const program = join(folder, 'dist', 'prepare.mjs')
  // bundled as the program is shipped, so that a round does not measure how TypeScript is read
  await build({
    ...{ entryPoints: [join(root, 'bench/scale-prepare.ts')], outfile: program, bundle: true, format: 'esm', platform: 'node', target: 'node20' },
    ...{ mainFields: ['module', 'main'], external: ['cpu-features', '*.node'], minifyWhitespace: true, logLevel: 'warning' },
    banner: { js: `import { createRequire as benchRequire } from 'node:module'\nconst require = benchRequire(import.meta.url)` },
  })
  console.log(`${tasks} tasks, ${hosts} hosts in 50 groups; Node ${process.versions.node}; each of ${rounds} rounds a process of its own`)
  console.log('inventory      min    median  processor     peak')
  for (const inventory of ['yaml.yml', 'ini.ini']) {
    const found = Array.from({ length: rounds }, () => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [program, join(folder, 'site.yml'), join(folder, inventory)], { encoding: 'utf8' })
      if (status !== 0) throw new Error(stderr)
      return JSON.parse(stdout)
    })
    if (found.some((one) => one.hosts !== hosts || one.tasks !== tasks + 1)) throw new Error('not everything was compiled')
    const seconds = found.map((one) => one.seconds).toSorted((a, b) => a - b)
    const middle = seconds[seconds.length >> 1]
    const [cpu, peak] = [Math.min(...found.map((one) => one.processorSeconds)), Math.max(...found.map((one) => one.mebibytes))]
    console.log(`${inventory.split('.')[0].padEnd(9)} ${seconds[0].toFixed(2)} s    ${middle.toFixed(2)} s     ${cpu.toFixed(2)} s  ${peak.toFixed(0)} MiB`)
    missed ||= seconds[0] >= limits.seconds || peak >= limits.mebibytes
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(`${missed ? 'misses' : 'meets'} its target: under ${limits.seconds} s and ${limits.mebibytes} MiB`)
process.exitCode = missed ? 1 : 0
