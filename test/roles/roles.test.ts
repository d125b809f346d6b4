import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { compileRun } from '../../src/compile/graph.ts'
import { loadAll, newReader, readVarsFile } from '../../src/load/index.ts'
import type { Files } from '../../src/ports/ports.ts'
import { taskTypes } from '../../src/tasks/index.ts'
import { inputTable } from './readme-table.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const kind = (path: string) => {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat === undefined ? undefined : stat.isDirectory() ? 'directory' : 'file'
}
const files: Files = {
  read: (path) => (kind(path) === 'file' ? readFileSync(path) : undefined),
  list: (path) => (kind(path) === 'directory' ? readdirSync(path).sort() : undefined),
  kind,
  realPath: (path) => (kind(path) === undefined ? undefined : realpathSync(path)),
}

async function problemsOf(playbook: string, inventory: string): Promise<readonly string[]> {
  const loaded = await loadAll({
    playbook,
    inventories: [inventory],
    rolesPaths: [],
    shippedRoles: join(root, 'roles'),
    taskTypes,
    files,
    cwd: root,
  })
  const reader = newReader(files, root)
  const { problems } = compileRun(
    loaded.playbook,
    loaded.inventory,
    {
      tags: [],
      skipTags: [],
      extraVars: { kind: 'map', entries: [], at: { file: '-e', line: 1, column: 1 } },
      connection: {},
      forks: 1,
      checkMode: false,
      diff: false,
      environment: {},
      playbookFolder: join(root, dirname(playbook)),
    } as never,
    { taskTypes, readFile: () => undefined, readVars: (path) => readVarsFile(reader, path), random: () => 0 },
  )
  return [...loaded.problems, ...problems].map(({ code, message, at }) => `${at?.file}:${at?.line} ${code} ${message}`)
}

test.each(['prometheus', 'node-exporter', 'influxdb1', 'influxdb2', 'telegraf', 'prometheus-scrape', 'hosts-entry', 'site'])(
  'playbooks/%s loads and compiles without a problem',
  async (name) => {
    expect(await problemsOf(`playbooks/${name}/site.yml`, `playbooks/${name}/inventory.yml`)).toEqual([])
  },
)

test('a playbook with a wrong input would be seen', async () => {
  expect(await problemsOf('test/roles/wrong.yml', 'playbooks/site/inventory.yml')).toEqual([
    expect.stringContaining('ROLE_INPUT') as string,
  ])
})

test.each(readdirSync(join(root, 'roles')))('the README of %s ends in the table of its inputs', (name) => {
  const read = (file: string) => readFileSync(join(root, 'roles', name, file), 'utf8')
  expect(read('README.md').slice(read('README.md').indexOf('## Inputs'))).toBe(inputTable(read('role.yml')))
})
