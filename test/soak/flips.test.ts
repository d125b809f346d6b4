import { afterAll, expect, test } from 'vitest'
import { flipEverywhere } from '../ssh/flips.ts'
import { removeTemporaryFolders } from '../ssh/rig.ts'
import { say } from './say.ts'

afterAll(removeTemporaryFolders)

test('a bit of every byte of an ssh session turned over: nothing is accepted', async () => {
  const { bytes, tried, unread, outcomes } = await flipEverywhere(1)
  const counts = [...outcomes].map(([outcome, count]) => `${count} ${outcome}`).join(', ')
  say(
    `bits: ${bytes.up} bytes up, ${bytes.down} down, ${tried} sessions with one bit turned over, ${unread} of them in padding before the keys: ${counts}`,
  )
  expect([...outcomes.keys()].filter((outcome) => !/^[A-Z_]+$/.test(outcome))).toEqual([])
  expect(outcomes.get('UNREAD') ?? 0).toBeLessThanOrEqual(unread)
})
