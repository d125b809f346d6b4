import { type HostHistory, hostHistory } from '../../execute/host-history.ts'
import { unreachableCodes } from '../../execute/outcome.ts'
import { eachBounded } from '../../execute/pool.ts'
import { type Problem, TlsplayError } from '../../model/problem.ts'
import type { Clock } from '../../ports/ports.ts'
import { escapeLine } from '../../view/escape.ts'
import { exitCodes } from '../exit-codes.ts'
import { showProblems } from '../failure.ts'
import type { Io } from '../io.ts'
import type { HostRequest } from '../options.ts'
import { nodeRandom } from '../ports/random.ts'
import { reachHosts } from '../reach-hosts.ts'
import { runIdentity } from '../run-identity.ts'

const clock: Clock = { now: () => Date.now() }

/** History, rollback or clean, on all hosts side by side. A host that fails does not hold up the others. */
export async function hostsCommand(request: HostRequest, io: Io): Promise<number> {
  const { prepared, names, targets, transport } = await reachHosts(request.options, io)
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
