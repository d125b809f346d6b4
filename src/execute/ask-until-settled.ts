import { type Answer, type Fact, type Look, type Probe, probeKey } from '../model/fact.ts'
import { TlsplayError } from '../model/problem.ts'
import type { HostSession } from '../ports/host-session.ts'

/** Settings name files, and each link on the way to a file costs a round: nobody needs more than that. */
const roundLimit = 50

/**
 * Reads a host again and again, each time asking in one exchange all that the last reading missed, until it misses nothing: what is
 * read decides what is asked, and nothing else has to list it.
 * Only asks: nothing is changed. Throws what `observe` throws, and TlsplayError PROTOCOL when there is no end to the questions.
 */
export async function askUntilSettled<T>(session: Pick<HostSession, 'observe'>, read: (look: Look) => T): Promise<T> {
  const answers = new Map<string, unknown>()
  for (let round = 0; ; round += 1) {
    const missed = new Map<string, Probe>()
    const result = read((kind, target) => {
      const probe = { kind, target } as unknown as Probe
      const key = probeKey(probe)
      if (!answers.has(key)) missed.set(key, probe)
      return answers.get(key) as Answer<Fact<typeof kind>> | undefined
    })
    if (missed.size === 0) return result
    if (round === roundLimit)
      throw new TlsplayError([
        {
          code: 'PROTOCOL',
          message: `after ${roundLimit} rounds there were still questions, such as ${[...missed.keys()][0]}`,
          hint: 'look for symbolic links that go on and on',
        },
      ])
    for (const [key, answer] of await session.observe([...missed.values()])) answers.set(key, answer)
  }
}
