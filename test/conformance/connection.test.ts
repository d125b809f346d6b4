import { userInfo } from 'node:os'
import { describe, expect, test } from 'vitest'
import { overSsh } from './ssh-side.ts'

/** The lowest layer of all: options of the command line say how to connect where nothing else does. */
const known = userInfo().username

describe('a host that lets in one user', () => {
  test.each([
    { words: `ansible_user=${known}`, option: 'somebody', code: 0 },
    { words: '', option: known, code: 0 },
    { words: 'ansible_user=somebody', option: known, code: 4 },
  ])('with "$words" in the inventory and -u $option ends with $code', async ({ words, option, code }) => {
    const given = { user: known, words, args: ['-u', option], known: true }
    const [ours, theirs] = await Promise.all([overSsh('tlsplay', given), overSsh('ansible', given)])
    expect([ours.code, theirs.code], ours.err + theirs.out).toEqual([code, code])
  })
})
