import { type Commands, lazyCommands } from '../../src/cli/commands.ts'
import { connectionOverrides } from '../../src/cli/connection.ts'
import type { PlayOptions } from '../../src/cli/options.ts'
import { askVariables } from '../../src/cli/ask-variables.ts'
import { terminalPrompt } from '../../src/cli/ports/terminal-prompt.ts'
import { type Prepared, prepare, type PrepareRequest } from '../../src/cli/prepare.ts'
import { runProgram } from '../../src/cli/program.ts'
import { runPlaybook } from '../../src/execute/run.ts'
import { assetOpener, checkParams } from '../../src/load/index.ts'
import { type Problem, TlsplayError } from '../../src/model/problem.ts'
import { Secret } from '../../src/model/value.ts'
import { readAsset } from '../../src/plan/assets.ts'
import type { Files } from '../../src/ports/ports.ts'
import { taskTypes } from '../../src/tasks/index.ts'
import { fakeIo } from '../cli/fake-io.ts'
import { emptyDesk } from '../fakes/desk.ts'
import { MemoryHost, memoryHosts } from '../fakes/memory-host.ts'
import { memoryFiles } from '../load/memory-files.ts'
import { type BadCase, goodInventory, goodPlaybook } from './bad-case.ts'

export interface Attempt {
  /** empty: nothing is wrong */
  readonly problems: readonly Problem[]
  /** of every file that was read, for code frames */
  readonly texts: ReadonlyMap<string, string>
  readonly warnings: readonly Problem[]
}

const folder = '/w'

/** `tlsplay plan site.yml` on files and hosts that live in memory. Throws only what is a bug of ours. */
export async function attempt({ files = {}, links = {}, args = [], env = {} }: Omit<BadCase, 'name' | 'expect'>): Promise<Attempt> {
  const inMemory = memoryFiles(
    Object.fromEntries(
      Object.entries({ 'site.yml': goodPlaybook, 'inventory.yml': goodInventory, ...files }).map(([path, text]) => [absolute(path), text]),
    ),
    Object.fromEntries(Object.entries(links).map(([path, to]) => [absolute(path), absolute(to)])),
  )
  return planned(await optionsOf(args), inMemory, env)
}

function absolute(path: string): string {
  return path.startsWith('/') ? path : `${folder}/${path}`
}

/** The options as the command line gives them, so that a case reads like what a person types. */
async function optionsOf(args: readonly string[]): Promise<PlayOptions> {
  let found: PlayOptions | undefined
  const unused = async (): Promise<number> => 0
  const others = Object.fromEntries(Object.keys(lazyCommands).map((name) => [name, unused])) as unknown as Commands
  const commands: Commands = {
    ...others,
    plan: async (_playbook, options) => {
      found = options
      return 0
    },
  }
  const io = fakeIo(['plan', 'site.yml', ...(args.includes('-i') ? [] : ['-i', 'inventory.yml']), ...args])
  await runProgram(io, commands)
  if (found === undefined) throw new Error(`the command line of the case is wrong: ${io.err()}`)
  return found
}

async function planned(options: PlayOptions, files: Files, env: Readonly<Record<string, string>>): Promise<Attempt> {
  const io = { cwd: folder, env: { HOME: '/home/me', ...env } }
  const connection = await connectionOverrides(options, io, { secret: async () => Secret.of('hunter2') })
  const ask: PrepareRequest['ask'] = (playbook, given) => askVariables(playbook, given, terminalPrompt(fakeIo([])))
  const prepared = await prepare({ playbook: 'site.yml', options, checkMode: true, connection, files, vault: undefined, ask }, io)
  const { texts, warnings } = prepared
  if (prepared.problems.length > 0) return { problems: prepared.problems, texts, warnings }
  try {
    return { problems: await problemsOfPlan(prepared, files), texts, warnings }
  } catch (error) {
    if (error instanceof TlsplayError) return { problems: error.problems, texts, warnings }
    throw error
  }
}

/** What only the plan of a host can tell: files to copy, parameters that exclude each other. The hosts are empty ones. */
async function problemsOfPlan({ run, playbookFolder }: Prepared, files: Files): Promise<readonly Problem[]> {
  const names = new Set(['localhost', ...run.plays.flatMap((play) => play.hosts)])
  const report = await runPlaybook(
    { run, inventory: run.inventory, mode: 'plan', playbook: 'site.yml', forks: 4, tlsplay: '0.0.0' },
    {
      connector: memoryHosts(new Map([...names].map((name) => [name, new MemoryHost()]))),
      tools: {
        ...{ run, taskTypes, now: Date.parse('2026-01-02T03:04:05Z'), checkParams, authority: () => undefined, stored: () => undefined },
        readAsset: (request, node, scope) => readAsset(request, node, scope, { files, playbookFolder, open: assetOpener(undefined) }),
      },
      issuer: { authority: () => undefined, unlock: async () => {}, issue: async () => '' },
      clock: { now: () => Date.parse('2026-01-02T03:04:05Z') },
      events: { emit() {} },
      pause: async () => {},
      desk: emptyDesk(),
    },
  )
  return report.problems
}
