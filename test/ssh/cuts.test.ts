import { expect, test } from 'vitest'
import { cutEverywhere, cutShells, everyCut, oneWrite } from './one-write.ts'

/** Every nth byte here; `npm run test:soak` cuts behind each of them. A prime, so that it meets all columns of all lines. */
const stride = 89

test.each(cutShells)(
  '$name: a line that is cut leaves the old file or the new one, nothing else, and tells it once',
  { timeout: 120_000 },
  async (shell) => {
    const { passed } = await oneWrite(shell, { kind: 'none' })
    const tally = await cutEverywhere(shell, everyCut(passed, stride), (index) => index % 10 === 0)
    expect(tally.violations).toEqual([])
    // Cuts on both sides of the rename were met.
    expect(tally.old).toBeGreaterThan(tally.points / 2)
    expect(tally.new).toBeGreaterThan(0)
  },
)

test.each(cutShells)('the twin: over a line that is whole $name brings the new file', async (shell) => {
  const whole = await oneWrite(shell, { kind: 'none' })
  expect(whole).toMatchObject({ violations: [], told: 'done', isNew: true })
})

test.each(cutShells)('$name: a slow line, in single bytes or with a pause, is only slow', { timeout: 60_000 }, async (shell) => {
  for (const direction of ['up', 'down'] as const) {
    const sliced = await oneWrite(shell, { kind: 'slice', direction, bytes: 1 })
    expect(sliced).toMatchObject({ violations: [], told: 'done', isNew: true })
    const delayed = await oneWrite(shell, { kind: 'delay', direction, at: 60, milliseconds: 300 })
    expect(delayed).toMatchObject({ violations: [], told: 'done', isNew: true })
  }
})
