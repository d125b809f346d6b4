import { setTimeout as pause } from 'node:timers/promises'
import { connectionTarget } from '../../compile/connection.ts'
import { type HostHistory, hostHistory } from '../../execute/host-history.ts'
import { unreachableCodes } from '../../execute/outcome.ts'
import { eachBounded } from '../../execute/pool.ts'
import { type Problem, throwIfAny, TlsplayError } from '../../model/problem.ts'
import type { Clock, Files } from '../../ports/ports.ts'
import { transports } from '../../transport/transports.ts'
import { escapeLine } from '../../view/escape.ts'
import { connectionOverrides, defaultKeyFiles } from '../connection.ts'
import { exitCodes } from '../exit-codes.ts'
import { showProblems } from '../failure.ts'
import { inventoryPrograms } from '../inventory-program.ts'
import type { Io } from '../io.ts'
import type { HostRequest, PlayOptions } from '../options.ts'
import { nodeFiles } from '../ports/node-files.ts'
import { fraction, nodeRandom } from '../ports/random.ts'
import { terminalPrompt } from '../ports/terminal-prompt.ts'
import { prepare } from '../prepare.ts'
import { runIdentity } from '../run-identity.ts'
import { vaultOf, withoutVaultPassword } from '../vault-passwords.ts'

const clock: Clock = { now: () => Date.now() }

/** These commands have no playbook of the user's: hosts and connections are resolved as for one that has nothing to do. */
const playbookPath = '/dev/null/tlsplay-hosts.yml'
const playbook = '- hosts: all\n  tasks: [{ debug: { msg: nothing } }]\n'
const files: Files = {
  ...nodeFiles,
  kind: (path) => (path === playbookPath ? 'file' : nodeFiles.kind(path)),
  read: (path) => (path === playbookPath ? new TextEncoder().encode(playbook) : nodeFiles.read(path)),
}

/** History, rollback or clean, on all hosts side by side. A host that fails does not hold up the others. */
export async function hostsCommand(request: HostRequest, io: Io): Promise<number> {
  const options: PlayOptions = {
    ...{ tags: [], skipTags: [], check: false, diff: false, output: 'text', stats: false, rolesPath: [], detailedExitcode: false },
    ...request.options,
  }
  const prompt = terminalPrompt(io)
  const connection = await connectionOverrides(options, io, prompt)
  const vault = await vaultOf(options, io, prompt)
  const env = withoutVaultPassword(io.env)
  const prepared = await prepare(
    { playbook: playbookPath, options, checkMode: true, connection, files, vault, env, run: inventoryPrograms(io) },
    { cwd: io.cwd, env },
  )
  throwIfAny(prepared.problems)
  const names = [...new Set(prepared.run.plays.flatMap((play) => play.hosts))]
  const targets = names.map((name) => connectionTarget(name, prepared.run))
  throwIfAny(targets.flatMap(({ problems }) => problems))

  const transport = transports({
    ...{ files: nodeFiles, agentSocket: io.env['SSH_AUTH_SOCK'], defaultKeyFiles: defaultKeyFiles(io), environment: env },
    ...{ sleep: (milliseconds) => pause(milliseconds), random: fraction },
  })
  const identity = runIdentity(io, clock, nodeRandom, request.options)
  const lines = new Map<string, string>()
  const problems: Problem[] = []
  await eachBounded(targets, request.options.forks, async ({ target }) => {
    // The channel becomes whom the connection says, for no task of ours says it.
    let history: HostHistory | undefined
    try {
      history = await hostHistory(target, transport, identity, nodeRandom)
      lines.set(target.name, await done(request, history))
    } catch (error) {
      if (!(error instanceof TlsplayError)) throw error
      problems.push(...error.problems.map((problem) => ({ ...problem, host: problem.host ?? target.name })))
    } finally {
      await history?.close()
    }
  })
  for (const name of names) {
    for (const line of lines.get(name)?.split('\n') ?? []) io.stdout.write(`${escapeLine(name)}  ${escapeLine(line)}\n`)
  }
  await showProblems(problems, prepared.texts, io)
  return exitCodeOf(problems)
}

async function done(request: HostRequest, history: HostHistory): Promise<string> {
  switch (request.kind) {
    case 'history': {
      const past = await history.list()
      return past.length === 0
        ? 'nothing was ever changed here'
        : past.map(({ text, kept }) => `${text}${kept ? `  (tlsplay rollback --run ${text.split('  ')[1]})` : ''}`).join('\n')
    }
    case 'rollback':
      await history.rollback(request.run)
      return `run ${request.run} is taken back`
    case 'clean':
      await history.clean()
      return 'clean'
  }
}

function exitCodeOf(problems: readonly Problem[]): number {
  const codes = problems.map(({ code }) => code)
  if (codes.includes('ROLLBACK_INCOMPLETE')) return exitCodes.incomplete
  if (codes.some((code) => code !== 'LOCKED' && !unreachableCodes.has(code))) return exitCodes.refused
  return codes.includes('LOCKED') ? exitCodes.locked : codes.length > 0 ? exitCodes.unreachable : exitCodes.done
}
