import { expect, test } from 'vitest'
import { parseExtraVars } from '../../src/compile/extra-vars.ts'
import { plainSource } from '../../src/compile/render.ts'
import { parseText } from './compiled.ts'

const files: Readonly<Record<string, string>> = {
  'vars.yml': 'port: 9090\nname: "{{ x }}"\n',
  'list.yml': '- 1\n',
  'broken.yml': 'a: [1\n',
  'empty.yml': '',
}
const parse = (...args: string[]) => parseExtraVars(args, { readFile: (path) => files[path], parse: parseText })

test.each<[readonly string[], object]>([
  [['port=9090'], { port: '9090' }],
  [['a=1 b=x=y'], { a: '1', b: 'x=y' }],
  [['a="two words" b=\'it "is"\' c=pre" mid "post'], { a: 'two words', b: 'it "is"', c: 'pre mid post' }],
  [['a="say \\"hi\\""'], { a: 'say "hi"' }],
  [["a=it's"], { a: "it's" }],
  [['a='], { a: '' }],
  [['{"port": 9090, "on": true}'], { port: 9090, on: true }],
  [['{port: 9090}'], { port: 9090 }],
  [['@vars.yml'], { port: 9090, name: '{{ x }}' }],
  [['@vars.yml', 'port=1'], { port: '1', name: '{{ x }}' }],
  [['port=1', '@vars.yml'], { port: 9090, name: '{{ x }}' }],
  [['a=1', 'a=2 a=3'], { a: '3' }],
])('%j', (args, expected) => {
  const { vars, problems } = parse(...args)
  expect(problems).toEqual([])
  expect(plainSource(vars)).toEqual(expected)
})

test.each<[string, string, number]>([
  ['a=1 s3cret', 'EXTRA_VARS', 5],
  ['=1', 'EXTRA_VARS', 1],
  ['1a=1', 'EXTRA_VARS', 1],
  ['a="open', 'EXTRA_VARS', 1],
  ['[1, 2]', 'EXTRA_VARS', 1],
  ['@list.yml', 'EXTRA_VARS', 1],
  ['@none.yml', 'FILE_MISSING', 1],
])('%j is %s at column %i', (arg, code, column) => {
  const { problems } = parse('ok=1', arg)
  expect(problems).toMatchObject([{ code, at: { column } }])
  if (!arg.startsWith('@list')) expect(problems[0]?.at).toMatchObject({ file: '-e', line: 2 })
  expect(JSON.stringify(problems)).not.toContain('s3cret')
})

test('YAML that cannot be read says where, in the argument or the file', () => {
  expect(parse('a=1', '{"a": ')).toMatchObject({ problems: [{ code: 'YAML_SYNTAX', at: { file: '-e', line: 2 } }] })
  expect(parse('@broken.yml')).toMatchObject({ problems: [{ code: 'YAML_SYNTAX', at: { file: 'broken.yml' } }] })
})
