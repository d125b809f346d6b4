import type { Compiled, RunOptions } from '../../src/compile/compiled-run.ts'
import { compileRun } from '../../src/compile/graph.ts'
import { parseExtraVars } from '../../src/compile/extra-vars.ts'
import { loadAll, newReader, parseYaml, readVarsFile } from '../../src/load/index.ts'
import type { Inventory } from '../../src/model/inventory.ts'
import type { Problem } from '../../src/model/problem.ts'
import type { Source } from '../../src/model/source.ts'
import { taskTypes } from '../../src/tasks/index.ts'
import { memoryFiles } from '../load/memory-files.ts'

export const somewhere = { file: 'site.yml', line: 1, column: 1 } as const

export interface World {
  /** path below /play -> text */
  readonly files: Readonly<Record<string, string>>
  readonly inventories?: readonly string[]
  readonly extraVars?: readonly string[]
  readonly options?: Partial<RunOptions>
}

export interface CompiledWorld extends Compiled {
  readonly inventory: Inventory
  /** of loading; a test that expects none compares with [] */
  readonly loadProblems: readonly Problem[]
}

const connection: RunOptions['connection'] = {
  defaults: { user: 'me', homeFolder: '/home/me', knownHostsFiles: ['/home/me/.ssh/known_hosts'] },
}

/** Loads and compiles texts as `tlsplay` does, without a disk. `site.yml` is the playbook. */
export async function compileWorld({ files, inventories = ['inventory.yml'], extraVars = [], options }: World): Promise<CompiledWorld> {
  const port = memoryFiles(Object.fromEntries(Object.entries(files).map(([path, text]) => [`/play/${path}`, text])))
  const loaded = await loadAll({
    playbook: 'site.yml',
    inventories,
    rolesPaths: [],
    shippedRoles: '/nowhere',
    taskTypes,
    files: port,
    cwd: '/play',
  })
  const extra = parseExtraVars(extraVars, { readFile: (path) => files[path], parse: parseText })
  const compiled = compileRun(
    loaded.playbook,
    loaded.inventory,
    {
      tags: [],
      skipTags: [],
      connection,
      forks: 5,
      checkMode: false,
      diff: false,
      environment: { HOME: '/home/me' },
      playbookFolder: '/play',
      extraVars: extra.vars,
      ...options,
    },
    { taskTypes, readFile: (path) => files[path], readVars: (path) => readVarsFile(newReader(port, '/play'), path), random: () => 0 },
  )
  return { ...compiled, inventory: loaded.inventory, loadProblems: [...loaded.problems, ...extra.problems] }
}

export function parseText(text: string, file: string): { readonly source: Source | undefined; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  return { source: parseYaml({ file, text }, 'pyyaml', problems), problems }
}

export const codes = (problems: readonly Problem[]): readonly string[] => problems.map((problem) => problem.code)
