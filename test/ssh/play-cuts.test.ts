import { expect, test } from 'vitest'
import { cutPlays, onePlay, playCuts } from './one-play.ts'
import { cutShells } from './one-write.ts'

/** A sample; `npm run test:soak` takes far more places and every shell. */
const [dash] = cutShells

test('a play with a transaction whose line is cut anywhere: all of it is old, or all of it is new', { timeout: 180_000 }, async () => {
  if (dash === undefined) throw new Error('no shell')
  const whole = await onePlay(dash, { kind: 'none' })
  expect(whole).toMatchObject({ violations: [], isNew: true })
  const faults = playCuts(whole, 4099)
  // Of the three ways one at each place, each in its turn.
  const tally = await cutPlays(
    dash,
    faults.filter((_, index) => index % 3 === Math.floor(index / 3) % 3),
  )
  expect(tally.violations).toEqual([])
  expect(tally.old).toBeGreaterThan(tally.points / 2)
  expect(tally.new).toBeGreaterThan(0)
})
