import { afterAll, expect, test } from 'vitest'
import { flipEverywhere } from './flips.ts'
import { removeTemporaryFolders } from './rig.ts'

afterAll(removeTemporaryFolders)

/** Every 97th byte here; `npm run test:soak` takes each of them. */
test('nothing is accepted from a stream in which a bit was turned over', { timeout: 60_000 }, async () => {
  const { tried, outcomes } = await flipEverywhere(97)
  expect(tried).toBeGreaterThan(40)
  expect([...outcomes.keys()].filter((outcome) => !/^[A-Z_]+$/.test(outcome))).toEqual([])
  // Not all of them for the same reason: banner, key exchange, host key and packets were met.
  expect(outcomes.size).toBeGreaterThan(1)
})
