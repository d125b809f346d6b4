import { optimizeLater } from '../src/cli/optimize-later.ts'
import type { PlayOptions } from '../src/cli/options.ts'
import { nodeFiles } from '../src/cli/ports/node-files.ts'
import { prepare } from '../src/cli/prepare.ts'

/** Everything that a run does before its first connection; prints what it took, from the start of the process. */
const [playbook = '', inventory = ''] = process.argv.slice(2)
optimizeLater()
const options: PlayOptions = {
  ...{ inventory: [inventory], askPass: false, become: false, askBecomePass: false, extraVars: [], forks: 1, tags: [], skipTags: [] },
  ...{ check: true, diff: true, verbose: 0, output: 'text', stats: false, rolesPath: [], knownHosts: [], detailedExitcode: false },
  ...{ askVaultPass: false, vaultPasswordFile: [], vaultId: [] },
}
const connection = { defaults: { user: 'root', homeFolder: '/root', knownHostsFiles: [] } }
const { run, problems } = await prepare(
  { playbook, options, checkMode: true, connection, files: nodeFiles, vault: undefined },
  { cwd: process.cwd(), env: {} },
)
if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'))
const seconds = performance.now() / 1000
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
const [play] = run.plays
const found = {
  ...{ hosts: play?.hosts.length, tasks: (play?.nodes.filter(({ kind }) => kind === 'task').length ?? 0) + (play?.handlers.length ?? 0) },
  ...{ seconds, processorSeconds: (userCPUTime + systemCPUTime) / 1e6, mebibytes: maxRSS / 1024 },
}
process.stdout.write(`${JSON.stringify(found)}\n`)
