import { afterAll, describe, expect, test } from 'vitest'
import { pages } from '../docs/markdown.ts'
import { problemCodes } from '../../src/model/problem-codes.ts'
import { comparison } from './both.ts'
import { sides } from './differences/difference.ts'
import { differences } from './differences/index.ts'
import { differencesPage, rowsOf } from './differences/table.ts'

const compare = comparison()
afterAll(() => compare.stop())

const rows = rowsOf(pages().get(differencesPage) ?? '')

/** That each row has one of these cases is shown by test/docs/differences.test.ts. */
describe('what differs on purpose', () => {
  test.each(Object.entries(differences))('%s', async (id, difference) => {
    const seen = 'given' in difference ? sides(await compare.both(difference.given)) : await difference.look(compare)
    expect(seen).toEqual({ there: difference.there, here: difference.here })
    expect(seen.here).not.toBe(seen.there)
    // What the row promises to say is said.
    const words = (rows.find((row) => row.id === id)?.here ?? '').match(/`[A-Z_]+`/g) ?? []
    const promised = words.map((word) => word.slice(1, -1)).filter((word) => Object.hasOwn(problemCodes, word))
    for (const code of promised) expect(seen.here).toContain(code)
  })
})
