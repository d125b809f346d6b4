import { afterAll, beforeAll, expect, test } from 'vitest'
import { seeded } from '../fakes/canaries.ts'
import { type KillSite, startKillSite, watchdogSeconds } from '../fleet/kills/site.ts'
import { killMatrix, merged, summary, unmet } from '../fleet/kills/strike.ts'
import build from '../fleet/support/build.setup.ts'
import { say } from './say.ts'

/** Hosts of each service, side by side; together they meet each moment at least 25 times, where nothing else is said. */
const hosts = 3
const each = Number(process.env['TLSPLAY_KILLS'] ?? 9)
const seed = Number(process.env['TLSPLAY_SEED'] ?? Date.now() % 100_000)

let site: KillSite
beforeAll(async () => {
  build()
  site = await startKillSite(hosts)
}, 600_000)
afterAll(() => site?.stop())

test(`SIGKILL of the controller at 12 moments, ${hosts * each} random instants of each, on 3 services (seed ${seed})`, async () => {
  const begun = performance.now()
  const matrices = await Promise.all(site.places.map((place, index) => killMatrix(site, place, each, seeded(seed + index))))
  const minutes = ((performance.now() - begun) / 60_000).toFixed(1)
  const kinds = [...new Set(site.places.map(({ host }) => host.kind))]
  const told = kinds.map((kind) => {
    const of = merged(matrices.filter((_, index) => site.places[index]?.host.kind === kind))
    expect({ kind, unmet: unmet(of, hosts * each) }).toEqual({ kind, unmet: [] })
    return summary(kind, of)
  })
  for (const { line } of told) say(line)
  const violations = matrices.flatMap((one) => one.violations)
  say(`kills: seed ${seed}, ${minutes} min, ${violations.length} violations`)
  expect(violations).toEqual([])
  // With all that it took back, by the clock of the host.
  expect(Math.max(...told.map(({ done }) => done))).toBeLessThanOrEqual(watchdogSeconds + 2)
})
