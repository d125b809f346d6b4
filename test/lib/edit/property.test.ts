import fc from 'fast-check'
import { expect, test } from 'vitest'
import { setEnvFlag } from '../../../src/lib/edit/env.ts'
import { parseToml } from '../../../src/lib/edit/toml-guard.ts'
import { setToml } from '../../../src/lib/edit/toml.ts'
import { setYaml } from '../../../src/lib/edit/yaml.ts'

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,5}$/)
const scalar = fc.oneof(
  fc.boolean(),
  fc.integer(),
  fc.string({ maxLength: 12 }).filter((text) => !/[\ud800-\udfff]/.test(text)),
)
const comment = fc.stringMatching(/^#{1,3} ?[a-z =[\]"]{0,12}$/)
const indent = fc.constantFrom('', '  ', '\t')
const newline = fc.constantFrom('\n', '\r\n')

/** Tables with distinct keys, comments and samples between them. */
const tomlText = fc
  .tuple(
    fc.uniqueArray(
      fc.tuple(
        word,
        fc.uniqueArray(fc.tuple(word, scalar), { maxLength: 4, selector: ([key]) => key }),
        fc.array(comment, { maxLength: 3 }),
        indent,
      ),
      { maxLength: 4, selector: ([name]) => name },
    ),
    newline,
  )
  .map(([tables, end]) =>
    tables
      .map(([name, keys, comments, blank]) =>
        [`[${name}]`, ...comments.map((one) => blank + one), ...keys.map(([key, value]) => `${blank}${key} = ${JSON.stringify(value)}`)]
          .map((line) => line + end)
          .join(''),
      )
      .join(end),
  )

test('TOML: an edit changes what it says and nothing else, and the second time nothing', () => {
  fc.assert(
    fc.property(tomlText, word, word, scalar, (text, table, key, value) => {
      const edit = setToml(text, `${table}.${key}`, value)
      fc.pre(parseToml(text).kind === 'root')
      if (edit.kind === 'impossible') throw new Error(edit.why)
      const again = setToml(edit.text, `${table}.${key}`, value)
      expect(again).toEqual(edit)
      const lines = edit.text.split('\n')
      const old = text.split('\n')
      // Everything before and after the one changed place is there as it was.
      const head = lines.findIndex((line, index) => line !== old[index])
      if (head === -1) return
      const tail = old.slice(head).length - commonTail(old.slice(head), lines.slice(head))
      expect(tail).toBeLessThanOrEqual(1)
    }),
    { numRuns: 400 },
  )
})

function commonTail(one: readonly string[], other: readonly string[]): number {
  let count = 0
  while (count < Math.min(one.length, other.length) && one.at(-1 - count) === other.at(-1 - count)) count += 1
  return count
}

test('YAML: the second time nothing, and removing what is not there nothing', () => {
  fc.assert(
    fc.property(
      fc.dictionary(word, fc.dictionary(word, scalar, { maxKeys: 3 }), { maxKeys: 3 }),
      word,
      word,
      scalar,
      (root, table, key, value) => {
        const text = Object.entries(root)
          .map(([name, inner]) =>
            Object.keys(inner).length === 0
              ? `${name}: {} # none\n`
              : `${name}:\n${Object.entries(inner)
                  .map(([k, v]) => `    ${k}:   ${JSON.stringify(v)} # c\n`)
                  .join('')}`,
          )
          .join('\n')
        const edit = setYaml(text, `${table}.${key}`, value)
        if (edit.kind === 'impossible') throw new Error(`${edit.why}\n${text}`)
        expect(setYaml(edit.text, `${table}.${key}`, value)).toEqual(edit)
      },
    ),
    { numRuns: 300 },
  )
})

test('environment files: other variables and flags keep their bytes', () => {
  const flags = fc.array(fc.stringMatching(/^--[a-z]{1,4}(?:=[a-z0-9./]{0,5})?$/), { maxLength: 4 })
  fc.assert(
    fc.property(flags, fc.constantFrom('"', "'"), fc.stringMatching(/^[a-zA-Z0-9:/._$-]{1,10}$/), (given, mark, value) => {
      const text = `# c\nX=1\nARGS=${mark}${given.join('  ')}${mark}\nY=2\n`
      const edit = setEnvFlag(text, 'ARGS', '--the-flag', value)
      if (edit.kind === 'impossible') throw new Error(edit.why)
      expect(edit.text.startsWith(`# c\nX=1\nARGS=${mark}${given.join('  ')}`)).toBe(true)
      expect(edit.text.endsWith(`${mark}\nY=2\n`)).toBe(true)
      expect(setEnvFlag(edit.text, 'ARGS', '--the-flag', value)).toEqual(edit)
      expect(setEnvFlag(edit.text, 'ARGS', '--the-flag', false)).toEqual({ kind: 'edited', text })
    }),
    { numRuns: 300 },
  )
})
