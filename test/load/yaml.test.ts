import { describe, expect, test } from 'vitest'
import { literalSource } from '../../src/load/plain.ts'
import { parseYaml } from '../../src/load/yaml.ts'
import type { Problem } from '../../src/model/problem.ts'
import { entryOf, sourceAt } from '../../src/model/source.ts'
import type { Source } from '../../src/model/source.ts'

function parse(text: string, dialect: 'core' | 'pyyaml' = 'core'): { source: Source | undefined; problems: readonly Problem[] } {
  const problems: Problem[] = []
  const source = parseYaml({ file: 'f.yml', text }, dialect, problems)
  return { source, problems }
}

const valueOf = (text: string, dialect?: 'core' | 'pyyaml'): unknown => {
  const { source, problems } = parse(text, dialect)
  expect(problems).toEqual([])
  return source === undefined ? undefined : literalSource(source)
}

const placed = (problems: readonly Problem[]) => problems.map(({ code, at }) => `${code} ${at?.line}:${at?.column}`)

test.each([
  { text: '', value: null },
  { text: '# nothing\n', value: null },
  { text: '---\na: 1\n', value: { a: 1 } },
  { text: '%YAML 1.1\n---\na: yes\n', value: { a: 'yes' } },
  { text: 'a: [x, {y: 0o17}]', value: { a: ['x', { y: 15 }] } },
  { text: '{a, b: 1}', value: { a: null, b: 1 } },
  { text: '1: one\ntrue: yes\n', value: { 1: 'one', true: 'yes' } },
  { text: 'a: |\n  x\n   y\nb: >-\n  x\n  y\n', value: { a: 'x\n y\n', b: 'x y' } },
  { text: `a: '5'\nb: "tr\\u0075e"\n`, value: { a: '5', b: 'true' } },
  { text: 'a: !!str 5\nb: !!int "5"\nc: ! 5\nd: !!map {}\ne: !!seq []', value: { a: '5', b: 5, c: '5', d: {}, e: [] } },
  { text: 'a: &x {k: 1}\nb: *x\n', value: { a: { k: 1 }, b: { k: 1 } } },
  { text: 'a: &x 1\nb: &x 2\nc: *x\n', value: { a: 1, b: 2, c: 2 } },
  { text: 'd: &d {k: 1, l: 1}\ne: {<<: *d, k: 2}\n', value: { d: { k: 1, l: 1 }, e: { l: 1, k: 2 } } },
  { text: 'x: [&a {k: 1}, &b {k: 2, m: 2}]\ny: {<<: [*a, *b]}\n', value: { x: [{ k: 1 }, { k: 2, m: 2 }], y: { k: 1, m: 2 } } },
  { text: '"<<": 1', value: { '<<': 1 } },
  { text: 'a:\r\n  - b\r\n', value: { a: ['b'] } },
  { text: '\u{feff}a: 1', value: { a: 1 } },
])('reads $text', ({ text, value }) => {
  expect(valueOf(text)).toEqual(value)
})

test('a key named __proto__ is a key', () => {
  expect(Object.keys(valueOf('__proto__: {x: 1}') as object)).toEqual(['__proto__'])
})

test('an inventory is read with the scalars of PyYAML, a playbook with those of YAML 1.2', () => {
  expect(valueOf('a: 0644\nb: yes\n', 'pyyaml')).toEqual({ a: 420, b: true })
  expect(valueOf('a: 0644\nb: yes\n', 'core')).toEqual({ a: 644, b: 'yes' })
})

test('every part knows its place, with an exclusive end', () => {
  const { source } = parse('a:\n  - b: "x y"\n')
  if (source?.kind !== 'map') throw new Error('expected a map')
  expect(sourceAt(source, '/a/0/b').at).toEqual({ file: 'f.yml', line: 2, column: 8, endLine: 2, endColumn: 13 })
  expect(entryOf(source, 'a')?.keyAt).toEqual({ file: 'f.yml', line: 1, column: 1, endLine: 1, endColumn: 2 })
})

test('!unsafe marks every text inside, plain is only what has no quotes', () => {
  const { source } = parse(`a: !unsafe '{{ x }}'\nb: !unsafe ['{{ y }}']\nc: p\nd: 'q'\n`)
  if (source === undefined) throw new Error('expected a map')
  expect(sourceAt(source, '/a')).toMatchObject({ unsafe: true })
  expect(sourceAt(source, '/b/0')).toMatchObject({ unsafe: true })
  expect(sourceAt(source, '/c')).toMatchObject({ plain: true })
  expect(sourceAt(source, '/d')).not.toHaveProperty('plain')
  expect(sourceAt(source, '/c')).not.toHaveProperty('unsafe')
})

test.each([
  { text: 'a: 1\na: 2\n', found: ['DUPLICATE_KEY 2:1'] },
  { text: '{a: 1, b: 2, a: 3}', found: ['DUPLICATE_KEY 1:14'] },
  { text: 'a:\n\t- b\n', found: ['YAML_SYNTAX 2:1'] },
  { text: 'a: b: c\n', found: ['YAML_SYNTAX 1:4'] },
  { text: 'a: {{ x }}\n', found: ['YAML_SYNTAX 1:4'] },
  { text: 'when: {{ x }} and y\n', found: ['YAML_SYNTAX 1:15'] },
  { text: 'a: "x\n', found: ['YAML_SYNTAX 1:4'] },
  { text: `a: 'it's'\n`, found: ['YAML_SYNTAX 1:8'] },
  { text: 'a: [1, 2\n', found: ['YAML_SYNTAX 1:4'] },
  { text: 'a: @x\n', found: ['YAML_SYNTAX 1:4'] },
  { text: 'a: `x`\n', found: ['YAML_SYNTAX 1:4'] },
  { text: 'a: "b\\q"\n', found: ['YAML_SYNTAX 1:6'] },
  { text: 'a: - b\n', found: ['YAML_SYNTAX 1:4'] },
  { text: 'a\nb: 1\n', found: ['YAML_SYNTAX 1:1'] },
  { text: 'a: 1\n---\nb: 2\n', found: ['YAML_SYNTAX 2:1'] },
  { text: '? [a]\n: b\n', found: ['YAML_SYNTAX 1:3'] },
  { text: 'x: *nope\n', found: ['YAML_SYNTAX 1:4'] },
  { text: 'x: &a [*a]\n', found: ['YAML_SYNTAX 1:8'] },
  { text: '<<: 5\n', found: ['TYPE_WRONG 1:5'] },
  { text: 'p: !vault |\n  abc\n', found: ['VAULT_BROKEN 1:11'] },
  { text: 'p: !foo 1\nq: !!python/object 2\n', found: ['NOT_SUPPORTED 1:9', 'NOT_SUPPORTED 2:20'] },
  {
    text: 'p: !!int x\nq: !!bool 5\nr: !!null y\ns: !!float z\n',
    found: ['TYPE_WRONG 1:10', 'TYPE_WRONG 2:11', 'TYPE_WRONG 3:11', 'TYPE_WRONG 4:12'],
  },
  { text: 'n: 12345678901234567890\n', found: ['VALUE_INVALID 1:4'] },
  { text: '- name: x\n  copy:\n   src: a\n bad: 1\n', found: ['YAML_SYNTAX 4:1'] },
])('refuses $text', ({ text, found }) => {
  const { source, problems } = parse(text)
  expect(placed(problems)).toEqual(found)
  expect(source).toBeUndefined()
})

test.each([
  { text: 'a: {{ x }}\n', hint: 'write "{{ x }}"' },
  { text: 'when: {{ x }} and y\n', hint: 'a value that starts with {{ must stand in quotes' },
  { text: 'a:\n\t- b\n', hint: 'YAML allows only spaces there' },
  { text: 'n: 12345678901234567890\n', hint: `write it in quotes: '12345678901234567890'` },
])('says what to do about $text', ({ text, hint }) => {
  expect(parse(text).problems.map((problem) => problem.hint)).toEqual([hint])
})

test('a repeated key names both places', () => {
  expect(parse('a: 1\nb: {k: 1,\n  k: 2}\n').problems[0]).toMatchObject({
    message: '"k" is given twice here, first at 2:5',
    at: { line: 3, column: 3 },
  })
})

describe('limits', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  test.each([
    { case: '64 brackets', text: nested(64), found: [] },
    { case: '65 brackets', text: nested(65), found: ['YAML_LIMIT 1:65'] },
    { case: '65 braces', text: '{a: '.repeat(65), found: ['YAML_LIMIT 1:257'] },
    { case: '64 indented maps', text: Array.from({ length: 64 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'), found: [] },
    {
      case: '65 indented maps',
      text: Array.from({ length: 65 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
      found: ['YAML_LIMIT 65:65'],
    },
    { case: '65 lists on one line', text: '- '.repeat(65), found: ['YAML_LIMIT 1:129'] },
    {
      case: '1000 maps side by side',
      text: 'a:\n  b: 1\n'.repeat(1).concat(Array.from({ length: 1000 }, (_, index) => `k${index}:\n  b: 1\n`).join('')),
      found: [],
    },
    { case: '100 anchors', text: Array.from({ length: 100 }, (_, index) => `- &a${index} x`).join('\n'), found: [] },
    { case: '101 anchors', text: Array.from({ length: 101 }, (_, index) => `- &a${index} x`).join('\n'), found: ['YAML_LIMIT 101:3'] },
    { case: '17 directives', text: '%A b\n'.repeat(17), found: ['YAML_LIMIT 17:1'] },
    { case: 'brackets in quotes', text: `a: "${'['.repeat(1000)}"`, found: [] },
    { case: 'brackets in a comment', text: `a: 1 # ${'['.repeat(1000)}`, found: [] },
    { case: 'brackets and anchors in a block', text: `a: |\n${'  [ &x\n'.repeat(1000)}`, found: [] },
  ])('$case', ({ text, found }) => {
    expect(placed(parse(text).problems)).toEqual(found)
  })

  test('aliases of aliases are counted, not written out', () => {
    const levels = [...'bcdefghij'].map(
      (name, index) => `${name}: &${name} [${Array.from({ length: 10 }, () => `*${'abcdefghi'[index]}`).join(', ')}]`,
    )
    const { problems } = parse(`a: &a [x, x, x, x, x, x, x, x, x, x]\n${levels.join('\n')}\n`)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({ code: 'YAML_LIMIT', at: { line: 5 } })
  })

  test('a text full of mistakes reports some of them', () => {
    expect(parse('a: 1\n'.repeat(500)).problems).toHaveLength(50)
  })
})
