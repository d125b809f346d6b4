import { expect, test } from 'vitest'
import { cutEverywhere, cutShells, everyCut, oneWrite } from '../ssh/one-write.ts'
import { say } from './say.ts'

test.each(cutShells)('$name: the plain protocol cut behind every byte, in both directions, in three ways', async (shell) => {
  const { passed } = await oneWrite(shell, { kind: 'none' })
  const begun = performance.now()
  const { points, old, new: fresh, violations } = await cutEverywhere(shell, everyCut(passed), (index) => index % 10 === 0)
  const seconds = Math.round((performance.now() - begun) / 1000)
  say(
    `cuts, ${shell.name}: ${passed.up} bytes up, ${passed.down} down, ${points} cuts in ${seconds} s: ${old} old, ${fresh} new, ${violations.length} violations`,
  )
  expect(violations).toEqual([])
  expect(old).toBeGreaterThan(0)
  expect(fresh).toBeGreaterThan(0)
})
