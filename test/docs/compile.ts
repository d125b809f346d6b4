import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { roleInputValues } from '../../src/compile/check.ts'
import { compileRun } from '../../src/compile/graph.ts'
import { checkRoleInputs, loadAll, newReader, readVarsFile } from '../../src/load/index.ts'
import type { Files } from '../../src/ports/ports.ts'
import { taskTypes } from '../../src/tasks/index.ts'
import { root } from './markdown.ts'

const folder = '/docs'

/** The tree, and above it the texts of one example in the folder /docs. */
function filesOf(texts: ReadonlyMap<string, string>): Files {
  const kind = (path: string) => {
    if (texts.has(path)) return 'file'
    const stat = statSync(path, { throwIfNoEntry: false })
    return stat === undefined ? undefined : stat.isDirectory() ? 'directory' : 'file'
  }
  return {
    read: (path) => (texts.has(path) ? Buffer.from(texts.get(path) ?? '') : kind(path) === 'file' ? readFileSync(path) : undefined),
    list: (path) => {
      const own = [...texts.keys()].filter((one) => dirname(one) === path).map((one) => basename(one))
      return own.length > 0 ? own : kind(path) === 'directory' ? readdirSync(path).sort() : undefined
    },
    kind,
    realPath: (path) => (texts.has(path) ? path : kind(path) === undefined ? undefined : realpathSync(path)),
  }
}

export const usualInventory = `all:
  hosts:
    h1.example.net: { ansible_host: 192.0.2.11 }
  children:
    prometheus: { hosts: { prom1.example.net: { ansible_host: 192.0.2.11 } } }
    node_exporter: { hosts: { node1.example.net: { ansible_host: 192.0.2.21 } } }
    influxdb: { hosts: { influx1.example.net: { ansible_host: 192.0.2.31 } } }
`

/** Files that examples include. */
const besideExamples: readonly (readonly [string, string])[] = [
  [`${folder}/setup-debian.yml`, '- debug: { msg: hello }\n'],
  [`${folder}/database.yml`, '- debug: { msg: "{{ database }}" }\n'],
  [`${folder}/vars/family-debian.yml`, 'trusted: /etc/ssl/certs\n'],
]

/** The environment that examples read. */
const aroundExamples = { ACME_KEY: 'MDEyMzQ1Njc4OWFiY2RlZg==' }

/** What loading and compiling says against a playbook; the same two steps as `tlsplay plan` does before it connects. */
export async function problemsOf(playbook: string, inventory = usualInventory): Promise<readonly string[]> {
  const texts = new Map([[`${folder}/site.yml`, playbook], [`${folder}/inventory.yml`, inventory], ...besideExamples])
  const files = filesOf(texts)
  const loaded = await loadAll({
    ...{ playbook: `${folder}/site.yml`, inventories: [`${folder}/inventory.yml`], rolesPaths: [], shippedRoles: join(root, 'roles') },
    ...{ taskTypes, files, cwd: folder },
  })
  const reader = newReader(files, folder)
  const compiled = compileRun(
    loaded.playbook,
    loaded.inventory,
    {
      ...{ tags: [], skipTags: [], extraVars: { kind: 'map', entries: [], at: { file: '-e', line: 1, column: 1 } } },
      ...{ connection: { defaults: { user: 'ops', homeFolder: '/home/ops', knownHostsFiles: [] } }, forks: 1 },
      ...{ checkMode: false, diff: false, environment: aroundExamples, playbookFolder: folder },
    },
    { taskTypes, readFile: () => undefined, readVars: (path) => readVarsFile(reader, path), random: () => 0 },
  )
  const early = [...loaded.problems, ...compiled.problems]
  const inputs = early.length > 0 ? [] : await inputProblems(compiled.run)
  return [...early, ...inputs].map(({ code, message, at }) => `${at?.line ?? 0} ${code} ${message}`)
}

async function inputProblems(run: Parameters<typeof roleInputValues>[0]) {
  const { calls, problems } = roleInputValues(run, taskTypes)
  const found = await Promise.all(calls.map(({ context, values }) => checkRoleInputs(context.role, values, context.use.at)))
  return [...problems, ...found.flat()]
}
