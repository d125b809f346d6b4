import { parse as parseToml } from 'smol-toml'
import { expect, test } from 'vitest'
import { parse as parseYaml } from 'yaml'
import fc from 'fast-check'
import { arity, type FunctionContext, FunctionError } from '../../src/compile/function-types.ts'
import { applyFunction, functions, jinjaNames } from '../../src/compile/functions.ts'
import { Secret, Unknown, type Value } from '../../src/model/value.ts'

const context: FunctionContext = { env: (name) => (name === 'HOME' ? '/home/me' : undefined) }
const call = (name: string, ...args: Value[]): Value => {
  const fn = functions.get(name)
  if (fn === undefined) throw new Error(`no function ${name}`)
  return applyFunction(fn, args, context)
}

test.each<[string, readonly Value[], Value]>([
  ['lower', ['AbÇ'], 'abç'],
  ['upper', ['ab'], 'AB'],
  ['trim', [' a\n'], 'a'],
  ['replace', ['a.b.c', '.', '$&'], 'a$&b$&c'],
  ['regexReplace', ['job_1', '_(\\d)', '-$1'], 'job-1'],
  ['regexReplace', ['job_1', '(job)_', '\\1.'], 'job.1'],
  ['regexReplace', ['aaa', 'a', '$$'], '$$$$$$'],
  ['split', ['a,b', ','], ['a', 'b']],
  ['isVersion', ['3.0.19', '3.0.19'], true],
  ['isVersion', ['3.0.19', '3.0.2', '>'], true],
  ['isVersion', ['3.0', '3.0.0', 'lt'], true],
  ['isVersion', ['1.6.7~rc0', '1.6.7', '>='], true],
  ['isVersion', ['1.13.2', '1.13.2', '!='], false],
  ['indent', ['a\n\nb', 2], 'a\n\n  b'],
  ['quote', ["it's"], "'it'\\''s'"],
  ['quote', [['a', 'b c', 1]], "a 'b c' 1"],
  ['toJson', [{ a: [1, null] }], '{"a":[1,null]}'],
  ['toJson', [{ a: 1 }, 2], '{\n  "a": 1\n}'],
  ['toYaml', [{ a: ['x', 'yes'], b: {} }], 'a:\n  - x\n  - yes\nb: {}'],
  ['toToml', [{ http: { on: true } }], '[http]\non = true'],
  ['fromJson', ['{"a":1}'], { a: 1 }],
  ['fromToml', ['a = 1'], { a: 1 }],
  ['b64encode', ['é'], 'w6k='],
  ['b64decode', ['w6k='], 'é'],
  ['sha256', ['abc'], 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  // crypt(3) of glibc says so: perl -e 'print crypt("opensesame", "$2b$04$...")'
  ['bcrypt', ['opensesame', 'h1', 4], '$2b$04$KvCs2S5iYaNpSt4OKg5GFOO70YuTGkaNNYB2DPKj2yek3RUjK7voO'],
  ['basename', ['/etc/x.toml'], 'x.toml'],
  ['dirname', ['/etc/x.toml'], '/etc'],
  ['urlHost', ['https://h1.example:9090/x'], 'h1.example'],
  ['urlHost', ['https://[2001:db8::1]:9090'], '2001:db8::1'],
  ['unique', [[1, 2, 1, { a: 1 }, { a: 1 }]], [1, 2, { a: 1 }]],
  ['sort', [[10, 9, 1]], [1, 9, 10]],
  ['sort', [['b', 'B', 'a']], ['B', 'a', 'b']],
  ['mapAttribute', [[{ a: { b: 1 } }, { a: { b: 2 } }], 'a.b'], [1, 2]],
  ['selectAttribute', [[{ on: true }, { on: false }, {}], 'on'], [{ on: true }]],
  ['selectAttribute', [[{ k: 1 }, { k: 2 }], 'k', 2], [{ k: 2 }]],
  ['ternary', [false, 1, 2], 2],
  ['env', ['HOME'], '/home/me'],
  ['env', ['NOPE', 'x'], 'x'],
  ['concat', [[1], [2]], [1, 2]],
  ['concat', ['a', 1], 'a1'],
  ['contains', [[1, { a: 1 }], { a: 1 }], true],
  ['contains', [{ a: 1 }, 'toString'], false],
  ['contains', ['abc', 'b'], true],
  ['join', [['a', 1, true], '-'], 'a-1-true'],
  ['first', [[3, 4]], 3],
  ['last', ['añ'], 'ñ'],
  ['length', ['añ😀'], 3],
  ['length', [{ a: 1 }], 1],
  ['lookup', [[5, 6], 1], 6],
  ['default', [null, 'x', true], 'x'],
  ['defined', [1], true],
  [
    'equals',
    [
      { a: 1, b: [2] },
      { b: [2], a: 1 },
    ],
    true,
  ],
  ['equals', [1, '1'], false],
  ['not', [true], false],
])('%s%j', (name, args, expected) => {
  expect(call(name, ...args)).toEqual(expected)
})

test.each<[string, readonly Value[]]>([
  ['lower', [1]],
  ['replace', ['a', '', 'b']],
  ['regexReplace', ['a', '(', '']],
  ['regexReplace', ['a', '(?=a)', '']],
  ['indent', ['a', -1]],
  ['indent', ['a', 1e6]],
  ['quote', ['a\0b']],
  ['quote', [{}]],
  ['toToml', [[1]]],
  ['toToml', [{ a: null, b: [null] }]],
  ['fromJson', ['{']],
  ['fromToml', ['=']],
  ['b64decode', ['%%%']],
  ['urlHost', ['h1']],
  ['sort', [[1, 'a']]],
  ['sort', ['ab']],
  ['mapAttribute', [[{}], 'a']],
  ['env', ['NOPE']],
  ['first', [[]]],
  ['join', [[{}]]],
  ['length', [1]],
  ['lookup', [{}, 'constructor']],
  ['lookup', [[1], '__proto__']],
  ['isVersion', ['1.x', '1.2', '<']],
  ['isVersion', ['1.2', '1.2', '~>']],
  ['isVersion', [1.2, '1.2']],
  ['isVersion', ['', '1.2']],
  ['bcrypt', ['', 'h1']],
  ['bcrypt', ['a\0b', 'h1']],
  ['bcrypt', ['é'.repeat(37), 'h1']],
  ['bcrypt', ['opensesame', '']],
  ['bcrypt', ['opensesame', 'opensesame']],
  ['bcrypt', ['opensesame', 'h1', 3]],
  ['bcrypt', ['opensesame', 'h1', 16]],
  ['ternary', ['yes', 1, 2]],
  ['not', [0]],
  ['concat', [[1], 'a']],
])('%s%j is refused', (name, args) => {
  expect(() => call(name, ...args)).toThrow(FunctionError)
})

test('every function of the table is called above, documented and named once', async () => {
  const source = await import('node:fs').then((fs) => fs.readFileSync(new URL(import.meta.url), 'utf8'))
  for (const fn of functions.values()) {
    expect(source).toContain(`['${fn.name}', [`)
    expect(fn.summary).toMatch(/^[^A-Z].*[^.]$/)
    expect(arity(fn).least).toBeLessThanOrEqual(arity(fn).most)
  }
  for (const name of jinjaNames.keys()) expect(functions.has(name)).toBe(false)
})

test('an Unknown makes the result unknown, a secret makes texts secret', () => {
  const later = new Unknown('later')
  expect(call('lower', later)).toBe(later)
  expect(call('join', ['a', later])).toBe(later)
  const list = call('split', Secret.of('a,b'), ',') as readonly Secret[]
  expect(list.map((item) => [String(item), item.reveal()])).toEqual([
    ['(secret)', 'a'],
    ['(secret)', 'b'],
  ])
  expect(call('length', Secret.of('abc'))).toBe(3)
  expect(JSON.stringify(call('fromJson', Secret.of('{"a":{"b":"x"},"n":1}')))).toBe('{"a":{"b":"(secret)"},"n":1}')
})

test('the bcrypt hash of a secret is a secret, takes 72 bytes, and differs where the seed does', () => {
  expect(call('bcrypt', Secret.of('opensesame'), 'h1', 4)).toBeInstanceOf(Secret)
  expect(call('bcrypt', 'é'.repeat(36), 'h1', 4)).toMatch(/^\$2b\$04\$[./A-Za-z0-9]{53}$/)
  expect(call('bcrypt', 'opensesame', 'h2', 4)).not.toBe(call('bcrypt', 'opensesame', 'h1', 4))
})

const value = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value

test('what is written as JSON and YAML reads back the same', () => {
  fc.assert(
    fc.property(value, (it) => {
      expect(JSON.parse(String(call('toJson', it)))).toEqual(it)
      expect(parseYaml(String(call('toYaml', it)))).toEqual(it)
    }),
  )
})

test('what is written as TOML reads back the same', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.boolean(), fc.integer()), { noNullPrototype: true }), (it) => {
      expect(parseToml(String(call('toToml', it)))).toEqual(it)
    }),
  )
})
