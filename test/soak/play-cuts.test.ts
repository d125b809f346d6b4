import { expect, test } from 'vitest'
import { cutPlays, onePlay, playCuts } from '../ssh/one-play.ts'
import { cutShells } from '../ssh/one-write.ts'
import { say } from './say.ts'

/** A prime, so that it meets all columns of all lines. */
const stride = 97

test.each(cutShells)(
  '$name: a play with a transaction cut around each exchange and behind every 97th byte, in three ways',
  async (shell) => {
    const whole = await onePlay(shell, { kind: 'none' })
    expect(whole.violations).toEqual([])
    const begun = performance.now()
    const { points, old, new: fresh, violations } = await cutPlays(shell, playCuts(whole, stride))
    const seconds = Math.round((performance.now() - begun) / 1000)
    say(
      `plays cut, ${shell.name}: ${whole.passed.up} bytes up, ${whole.passed.down} down, ${whole.ends.length} exchanges, ${points} cuts in ${seconds} s: ${old} old, ${fresh} new, ${violations.length} violations`,
    )
    expect(violations).toEqual([])
    expect(old).toBeGreaterThan(0)
    expect(fresh).toBeGreaterThan(0)
  },
)
