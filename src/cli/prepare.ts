import { dirname, resolve } from 'node:path'
import type { CompiledRun, ConnectionOverrides } from '../compile/compiled-run.ts'
import { compileRun } from '../compile/graph.ts'
import { roleInputValues } from '../compile/check.ts'
import { brokenRules } from '../compile/role-rules.ts'
import { parseExtraVars } from '../compile/extra-vars.ts'
import { checkRoleInputs, discreet, loadAll, newReader, parseYaml, readVarsFile, type RunInventory, type Vault } from '../load/index.ts'
import type { Playbook } from '../model/playbook.ts'
import type { Problem } from '../model/problem.ts'
import type { MapSource } from '../model/source.ts'
import type { Files } from '../ports/ports.ts'
import { taskTypes } from '../tasks/index.ts'
import type { Asked } from './ask-variables.ts'
import type { Texts } from './failure.ts'
import type { Io } from './io.ts'
import type { PlayOptions } from './options.ts'
import { packageFolder } from './package-folder.ts'
import { roleCache } from './role-cache.ts'
import { fraction } from './ports/random.ts'
import { withSshConfig } from './ssh-config.ts'

export interface Prepared {
  readonly run: CompiledRun
  readonly playbookFolder: string
  /** of every file that was read, for code frames */
  readonly texts: Texts
  readonly warnings: readonly Problem[]
  /** with any of them nothing may run */
  readonly problems: readonly Problem[]
}

export interface PrepareRequest {
  readonly playbook: string
  readonly options: PlayOptions
  readonly checkMode: boolean
  readonly connection: ConnectionOverrides
  readonly files: Files
  readonly vault: Vault | undefined
  /** of the process, for the ssh program that tells its settings; not there: nobody is going to connect */
  readonly env?: Io['env']
  readonly run?: RunInventory
  /** asks what the plays want to know; not there: nobody is asked, and it stays open */
  readonly ask?: (playbook: Playbook, given: MapSource | undefined) => Promise<Asked>
}

/** Everything before the first connection: texts are read and checked, hosts selected, templates and conditions read. */
export async function prepare(request: PrepareRequest, io: Pick<Io, 'cwd' | 'env'>): Promise<Prepared> {
  const { playbook, options, files, vault } = request
  const { cwd } = io
  const loaded = await loadAll({
    ...{ playbook, inventories: options.inventory, rolesPaths: options.rolesPath },
    ...{ shippedRoles: resolve(packageFolder, 'roles'), roleCache: roleCache(io), taskTypes, files, cwd, vault, run: request.run },
  })
  const playbookFolder = dirname(resolve(cwd, playbook))
  const reader = newReader(files, cwd, vault)
  const readFile = (path: string): string | undefined => {
    const bytes = files.read(resolve(cwd, path))
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes)
  }
  const extra = parseExtraVars(options.extraVars, {
    readFile,
    parse: (text, file) => {
      const problems: Problem[] = []
      return { source: parseYaml({ file, text, vault }, 'pyyaml', problems), problems }
    },
  })
  // Their places say `-e`, line N being the Nth of them.
  const texts = new Map([...loaded.texts, ['-e', options.extraVars.join('\n')]])
  // Compiling half a playbook would blame the user for what could not be read.
  const unread = [...loaded.problems, ...extra.problems]
  const asked = unread.length > 0 ? undefined : await request.ask?.(loaded.playbook, extra.vars)
  const early = [...unread, ...(asked?.problems ?? [])]
  const compiled = compileRun(
    loaded.playbook,
    loaded.inventory,
    {
      ...(options.limit === undefined ? {} : { limit: options.limit }),
      ...(options.startAtTask === undefined ? {} : { startAtTask: options.startAtTask }),
      ...{ tags: options.tags, skipTags: options.skipTags, extraVars: extra.vars, connection: request.connection, forks: options.forks },
      ...{ checkMode: request.checkMode, diff: options.diff, environment: io.env, playbookFolder },
    },
    {
      taskTypes,
      readFile,
      readVars: (path) => readVarsFile(reader, path),
      random: fraction,
      ...(asked === undefined ? {} : { answers: asked.answers }),
    },
  )
  const hushed = (problem: Problem): Problem => discreet(problem, loaded.sealed)
  const late = [...reader.problems, ...compiled.problems.map(hushed)]
  const warnings = [...(asked?.warnings ?? []), ...compiled.warnings.map(hushed)]
  const problems = early.length > 0 ? early : late.length > 0 ? late : (await roleInputProblems(compiled.run)).map(hushed)
  const all = new Map([...texts, ...reader.texts])
  if (problems.length > 0) return { run: compiled.run, playbookFolder, texts: all, warnings, problems }
  const reached =
    request.env === undefined ? { run: compiled.run, problems: [], warnings: [] } : await withSshConfig(compiled.run, { env: request.env })
  return { run: reached.run, playbookFolder, texts: all, warnings: [...warnings, ...reached.warnings], problems: reached.problems }
}

/** Inputs of roles that are no literal text have their values only now, and for each host its own. */
async function roleInputProblems(run: CompiledRun): Promise<readonly Problem[]> {
  const { calls, problems } = roleInputValues(run, taskTypes)
  const found = await Promise.all(
    calls.map(async ({ context, host, values }) => {
      const wrong = await checkRoleInputs(context.role, values, context.use.at)
      return (wrong.length > 0 ? wrong : brokenRules(context, values)).map((problem): Problem => ({ ...problem, host }))
    }),
  )
  return [...problems, ...found.flat()]
}
