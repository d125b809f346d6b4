import { join } from 'node:path'
import { type HostSurvey, surveyHost, type SurveyOptions } from '../diagnose/survey/survey.ts'
import { askUntilSettled } from '../execute/ask-until-settled.ts'
import { eachBounded } from '../execute/pool.ts'
import { remoteHosts } from '../execute/remote-host.ts'
import { readAuthority } from '../issuers/ca-store.ts'
import { parseYaml } from '../load/index.ts'
import { literalSource } from '../load/plain.ts'
import type { CertificateFact } from '../model/fact.ts'
import { type Problem, TlsplayError } from '../model/problem.ts'
import type { HostSession } from '../ports/host-session.ts'
import type { Clock } from '../ports/ports.ts'
import { nodeDialer } from '../transport/dialer.ts'
import type { Texts } from './failure.ts'
import type { Io } from './io.ts'
import type { HostOptions } from './options.ts'
import { nodeFiles } from './ports/node-files.ts'
import { nodeRandom } from './ports/random.ts'
import { reachHosts } from './reach-hosts.ts'
import { runIdentity } from './run-identity.ts'

export interface SurveyedHosts {
  /** in the order of the inventory; a host that could not be asked is missing */
  readonly surveys: ReadonlyMap<string, HostSurvey>
  readonly problems: readonly Problem[]
  /** whose keys lie beside the inventory */
  readonly authorities: readonly CertificateFact[]
  readonly texts: Texts
}

/** Looks at all hosts side by side, over one connection each; a host that cannot be asked does not hold up the others. */
export async function surveyHosts(
  options: HostOptions,
  how: Pick<SurveyOptions, 'window' | 'weaknesses'>,
  clock: Clock,
  io: Io,
): Promise<SurveyedHosts> {
  const { prepared, names, targets, transport } = await reachHosts(options, io)
  const hosts = remoteHosts({
    ...{ transport, dialer: nodeDialer(), random: nodeRandom, clock },
    run: runIdentity(io, clock, nodeRandom, options),
  })
  const found = new Map<string, HostSurvey>()
  const problems: Problem[] = []
  await eachBounded(targets, options.forks, async ({ target }) => {
    let session: HostSession | undefined
    try {
      // Nothing is taken: other runs may act meanwhile.
      session = await hosts.open({ ...target, exclusive: false })
      found.set(target.name, await askUntilSettled(session, (look) => surveyHost(look, { ...how, yaml: yamlOf })))
    } catch (error) {
      if (!(error instanceof TlsplayError)) throw error
      problems.push(...error.problems.map((problem) => ({ ...problem, host: problem.host ?? target.name })))
    } finally {
      await session?.close()
    }
  })
  const surveys = new Map(names.flatMap((name) => (found.has(name) ? [[name, found.get(name) as HostSurvey] as const] : [])))
  return { surveys, problems, authorities: authoritiesBeside(prepared.run.inventory.folder), texts: prepared.texts }
}

function authoritiesBeside(folder: string): readonly CertificateFact[] {
  return (nodeFiles.list(join(folder, 'ca')) ?? [])
    .filter((name) => /^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(name))
    .flatMap((name) => readAuthority(folder, name)?.certificate ?? [])
}

/** A text of a host may be anything; our own reader has limits. */
function yamlOf(text: string): unknown {
  const source = parseYaml({ file: 'a file of a host', text, vault: undefined }, 'pyyaml', [])
  return source === undefined ? undefined : literalSource(source)
}
