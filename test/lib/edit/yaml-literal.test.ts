import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { yamlLiteral } from '../../../src/lib/edit/yaml-literal.ts'

const words = [
  '/etc/x.crt',
  'TLS12',
  'a_b-c.d',
  'null',
  'Null',
  'NULL',
  'true',
  'FALSE',
  'yes',
  'Off',
  'y',
  'nan',
  'inf',
  '0x1f',
  '1.5',
  '~',
  '.nan',
  'a b',
  'a: b',
  '- a',
  '',
]

test.each(words)('%j reads as itself, in the 1.2 and in the 1.1 core', (word) => {
  expect(parse(`k: ${yamlLiteral(word)}`)).toEqual({ k: word })
  expect(parse(`k: [${yamlLiteral(word)}]`, { version: '1.1' })).toEqual({ k: [word] })
})

test('so does any word of letters, digits and the signs of paths', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9_/.-]{1,12}$/), (word) => {
      expect(parse(`k: [${yamlLiteral(word)}]`)).toEqual({ k: [word] })
    }),
    { numRuns: 2000 },
  )
})
