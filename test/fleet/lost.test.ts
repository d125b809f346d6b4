import { afterAll, beforeAll, expect, test } from 'vitest'
import { seeded } from '../fakes/canaries.ts'
import { type KillSite, startKillSite } from './kills/site.ts'
import { killMatrix, summary, unmet } from './kills/strike.ts'

/** A controller killed once at each moment of a run, on three products side by side; 25 times each: test/soak/kills.test.ts. */
let site: KillSite
beforeAll(async () => {
  site = await startKillSite(1)
})
afterAll(() => site?.stop())

test('a controller killed at any moment of a run leaves every host as it was, or done', { timeout: 900_000 }, async () => {
  const matrices = await Promise.all(site.places.map((place, index) => killMatrix(site, place, 1, seeded(index + 1))))
  for (const [index, matrix] of matrices.entries()) console.info(summary(site.places[index]?.host.name ?? '', matrix).line)
  expect(matrices.flatMap(({ violations }) => violations)).toEqual([])
  expect(matrices.flatMap((matrix) => unmet(matrix, 1))).toEqual([])
})
