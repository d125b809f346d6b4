import { expect, test } from 'vitest'
import { tryMutants } from '../bad-input/mutated.ts'
import { say } from './say.ts'

const seed = 20_261_126
const count = 10_000

test(`${count} mutants of a playbook (seed ${seed}): no crash, and the slowest hundredth is fast`, async () => {
  const { refused, planned, milliseconds } = await tryMutants(count, seed)
  const ordered = milliseconds.toSorted((one, other) => one - other)
  const at = (part: number): number => ordered[Math.min(ordered.length - 1, Math.floor(ordered.length * part))] ?? 0
  const shown = (part: number): string => `${at(part).toFixed(1)} ms`
  say(
    `mutants: ${count} of a playbook, ${refused} refused, ${planned} planned, none crashed; half took up to ${shown(0.5)}, 99 of 100 up to ${shown(0.99)}, the slowest ${shown(1)}`,
  )
  expect(refused).toBeGreaterThan(count / 4)
  expect(planned).toBeGreaterThan(count / 20)
  expect(at(0.99)).toBeLessThan(200)
})
