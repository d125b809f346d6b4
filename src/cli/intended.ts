import type { Intended } from '../model/audit.ts'
import type { RunEvent } from '../model/event.ts'
import type { Plan } from '../model/plan.ts'
import { TlsplayError } from '../model/problem.ts'
import type { Io } from './io.ts'
import { keptOutput } from './kept-output.ts'
import type { HostOptions } from './options.ts'
import { play } from './play.ts'

/** What `tlsplay plan` would say. */
async function planned(playbook: string, options: HostOptions, io: Io): Promise<Plan> {
  const kept = keptOutput()
  await play(
    {
      mode: 'plan',
      playbook,
      options: {
        ...{ tags: [], skipTags: [], check: true, diff: false, stats: false, rolesPath: [], detailedExitcode: false },
        ...options,
        output: 'json',
      },
    },
    { ...io, stdout: kept.stream },
  )
  const events = kept
    .text()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RunEvent)
  const ready = events.find((event) => event.type === 'plan_ready')
  if (ready?.type === 'plan_ready') return ready.plan
  throw new TlsplayError([
    {
      code: 'OPTION_INVALID',
      message: `what ${playbook} intends is not known: it could not be planned`,
      hint: `see why\ntlsplay plan ${playbook}`,
    },
  ])
}

/** A path, port or unit that the plan would change is not as the playbook intends it. Throws TlsplayError when it cannot be planned. */
export async function intendedBy(playbook: string, options: HostOptions, io: Io): Promise<Intended> {
  const plan = await planned(playbook, options, io)
  const hosts = new Map<string, Map<string, string>>()
  for (const { host, tasks } of plan.plays.flatMap((one) => one.hosts)) {
    const places = hosts.get(host) ?? new Map<string, string>()
    hosts.set(host, places)
    for (const { label, changes } of tasks.filter(({ outcome }) => outcome === 'change'))
      for (const { target, summary, reason } of changes) places.set(target, `${label} would ${summary}, because ${reason}`)
  }
  return hosts
}
