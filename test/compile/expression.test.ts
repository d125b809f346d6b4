import { performance } from 'node:perf_hooks'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { evaluateConditions } from '../../src/compile/conditions.ts'
import { compileExpression, evaluateExpression, evaluateValue } from '../../src/compile/expression.ts'
import { type Scope, valuesScope } from '../../src/compile/scope.ts'
import { isNonEmpty, TlsplayError } from '../../src/model/problem.ts'
import { Secret, Unknown, type Value, type ValueMap } from '../../src/model/value.ts'

const values: ValueMap = {
  x: 'Hi',
  n: 3,
  d: 1.5,
  yes: true,
  no: false,
  nothing: null,
  list: [1, 2],
  map: { a: { b: 'deep' }, later: new Unknown('in a map'), pw: Secret.of('s3cret') },
  pw: Secret.of('s3cret'),
  later: new Unknown('made on the host'),
  r: { rc: 0, stdout: 'a\nb', changed: true },
}
const at = (): { file: string; line: number; column: number } => ({ file: 'f.yml', line: 1, column: 1 })
const evaluate = (text: string, scope: Scope = valuesScope(values, { HOME: '/home/me' })) =>
  evaluateExpression(compileExpression(text, at()), scope)
const first = (text: string) => {
  const verdict = evaluate(text)
  return verdict.kind === 'failed' ? verdict.problems[0] : undefined
}

test.each<[string, boolean]>([
  ['true', true],
  ['x == "Hi"', true],
  ["x == 'Hi' && n > 2", true],
  ['n + 1 == 4', true],
  ['r.rc + 1 == 1 && r.changed', true],
  ['d > 1.0', true],
  ['n == 3.0', true],
  ['!no', true],
  ['no ? missing : yes', true],
  ['yes || missing == 1', true],
  ['no && missing == 1', false],
  ['list.exists(i, i == 2)', true],
  ['list.all(i, i > 1)', false],
  ['size(list.filter(i, i > 1)) == 1', true],
  ['x in ["Hi", "Ho"]', true],
  ['"a" in map.a', false],
  ['"b" in map.a', true],
  ['has(map.a) && !has(map.zz)', true],
  ['nothing == null', true],
  ['lower(x) == "hi"', true],
  ['split(r.stdout, "\\n") == ["a", "b"]', true],
  ['length(list) == 2 && concat(list, [3]) == [1, 2, 3]', true],
  ['env("HOME") == "/home/me"', true],
  ['defined("x") && defined("map.a.b") && defined(map.a.b)', true],
  ['defined("missing") || defined("map.zz") || defined(map.zz) || defined(missing)', false],
  ['default(missing, true)', true],
  ['default(map.zz, "q") == "q"', true],
  ['default("", "q", true) == "q"', true],
  ['x.matches("^H.$")', true],
  ['(x).matches("z") || "matches".matches("m.tches")', true],
  ['string(n) == "3"', true],
  ['list.exists(missing, missing == 1)', true],
  ['type(x) == string && type(n) == int', true],
  ['list.exists(map, map == 2)', true],
  ['list.exists(map, type(map) == int)', true],
])('%s is %s', (text, expected) => {
  expect(evaluate(text)).toEqual({ kind: expected ? 'true' : 'false' })
})

describe('what is not known yet', () => {
  const why = 'made on the host'
  test.each<[string, string]>([
    ['later', why],
    ['later == 1', why],
    ['!(later == 1)', why],
    ['later == 1 && yes', why],
    ['yes && later == 1', why],
    ['no || later == 1', why],
    ['later == 1 ? yes : yes', why],
    ['lower(later) == "a"', why],
    ['later == 1 && missing', why],
    ['later == 1 || r.nokey == 1', why],
    ['map.later == 1', 'in a map'],
    ['[later].exists(i, i == 1)', why],
    ['default(later, true)', why],
    ['defined("map.later.x")', 'in a map'],
    ['list.exists(i, i == later)', why],
  ])('%s is unknown', (text, expected) => {
    expect(evaluate(text)).toEqual({ kind: 'unknown', why: expected })
  })
  test.each<[string, boolean]>([
    ['later == 1 && no', false],
    ['no && later == 1', false],
    ['later == 1 || yes', true],
    ['yes || later == 1', true],
    ['yes ? no : later == 1', false],
    ['map.a.b == "deep"', true],
    ['defined("later")', true],
    ['size(map) == 3', true],
    ['list.exists(i, i == later || i == 2)', true],
  ])('%s is decided without it', (text, expected) => {
    expect(evaluate(text)).toEqual({ kind: expected ? 'true' : 'false' })
  })
})

describe('a condition that fails', () => {
  test.each<[string, string, number, string?]>([
    ['missing', 'VARIABLE_UNDEFINED', 1],
    ['yes && lis == 1', 'VARIABLE_UNDEFINED', 8, 'did you mean "list"?'],
    ['missing || yes', 'VARIABLE_UNDEFINED', 1],
    ['list.exists(i, i == missing)', 'VARIABLE_UNDEFINED', 21],
    ['True', 'VARIABLE_UNDEFINED', 1, 'write true'],
    ['constructor == 1', 'VARIABLE_UNDEFINED', 1],
    ['r.nokey == 1', 'VARIABLE_UNDEFINED', 3],
    ['map.constructor == 1', 'VARIABLE_UNDEFINED', 5],
    ['map["__proto__"] == 1', 'VARIABLE_UNDEFINED', 1],
    ['list[7] == 1', 'VARIABLE_UNDEFINED', 1],
    ['x', 'EXPRESSION_TYPE', 1, 'compare it: x != ""'],
    ['n', 'EXPRESSION_TYPE', 1, 'compare it: n != 0'],
    ['list', 'EXPRESSION_TYPE', 1, 'write size(list) > 0'],
    ['nothing', 'EXPRESSION_TYPE', 1, 'compare it: nothing != null'],
    ['1', 'EXPRESSION_TYPE', 1],
    ['x > 1', 'EXPRESSION_TYPE', 1],
    ['1 + "a" == "b"', 'EXPRESSION_TYPE', 1],
    ['x && yes', 'EXPRESSION_TYPE', 1],
    ['int(x) == 1', 'EXPRESSION_VALUE', 1],
    ['fromJson("{") == 1', 'EXPRESSION_VALUE', 1],
    ['x.matches("(")', 'EXPRESSION_VALUE', 1],
    ['{{ x }} == "Hi"', 'EXPRESSION_TEMPLATED', 1, 'write x == "Hi"'],
    ['{{ x is defined and not yes }}', 'EXPRESSION_TEMPLATED', 1, 'write defined("x") && !yes'],
    ['x is not defined', 'EXPRESSION_SYNTAX', 3, 'write !defined("x")'],
    ['yes and n | length > 0', 'EXPRESSION_SYNTAX', 5, 'write yes && size(n) > 0'],
    ['x = "a"', 'EXPRESSION_SYNTAX', 3, 'write x == "a"'],
    ["'a' not in list", 'EXPRESSION_SYNTAX', 5, "write !('a' in list)"],
    ['not 1 in list', 'EXPRESSION_SYNTAX', 5, 'write !(1 in list)'],
    ['x is not none and n is none', 'EXPRESSION_SYNTAX', 3, 'write x != null && n == null'],
    ['x is string or map is mapping', 'EXPRESSION_SYNTAX', 3, 'write type(x) == string || type(map) == map'],
    ['x is not iterable', 'EXPRESSION_SYNTAX', 3, 'write type(x) != list'],
    ['r is not changed', 'EXPRESSION_SYNTAX', 3, 'write !r.changed'],
    ['r is succeeded or r is not succeeded', 'EXPRESSION_SYNTAX', 3, 'write !r.failed || r.failed'],
    ["x is match('a.*')", 'EXPRESSION_SYNTAX', 3, "write x.matches('^a.*')"],
    ["x is not search('a')", 'EXPRESSION_SYNTAX', 3, "write !x.matches('a')"],
    ["x | regex_search('a')", 'EXPRESSION_SYNTAX', 3, "write x.matches('a')"],
    ["x | default('') | length > 0", 'EXPRESSION_SYNTAX', 3, "write size(default(x, '')) > 0"],
    ['x is not undefined', 'EXPRESSION_SYNTAX', 3, 'write defined("x")'],
    ["x is version('1.0', '>=')", 'EXPRESSION_SYNTAX', 3, "write isVersion(x, '1.0', '>=')"],
    ["x is not version('1.0', '<')", 'EXPRESSION_SYNTAX', 3, "write !isVersion(x, '1.0', '<')"],
    ['x | ipaddr', 'EXPRESSION_SYNTAX', 3, 'write it in CEL, like a == "b" && size(names) > 1'],
    [
      'ansible_facts.os_family == "a"',
      'VARIABLE_UNDEFINED',
      1,
      'facts have names of their own: facts.os.family, facts.hostname, facts.addresses',
    ],
    ['x ==', 'EXPRESSION_SYNTAX', 5],
    ['', 'EXPRESSION_SYNTAX', 1],
    ['lowr(x) == "a"', 'HELPER_UNKNOWN', 1, 'did you mean "lower"?'],
    ['x.lower() == "a"', 'HELPER_UNKNOWN', 1, 'write lower(value)'],
    ['lower(x, x) == "a"', 'EXPRESSION_SYNTAX', 1, 'usage: lower text'],
  ])('%s: %s at column %i', (text, code, column, hint) => {
    expect(first(text)).toMatchObject({ code, at: { line: 1, column } })
    if (hint !== undefined) expect(first(text)?.hint).toBe(hint)
  })
  test('is told before any value is known, where syntax tells', () => {
    expect(['x ==', 'lowr(x) == "a"', '1 + "a" == "b"', '{{x}}'].map((text) => compileExpression(text, at()).problems.length)).toEqual([
      1, 1, 1, 1,
    ])
    expect(compileExpression('missing == 1', at()).problems).toEqual([])
  })
  test('gets no hint that costs more than it is worth', () => {
    const [word, chain] = ['a'.repeat(200_000), 'a | b('.repeat(50_000)]
    const started = process.cpuUsage()
    for (const text of [`${word} is none`, `${chain} is none`])
      expect(first(text)?.hint).toBe('write it in CEL, like a == "b" && size(names) > 1')
    expect(process.cpuUsage(started).user).toBeLessThan(2_000_000)
  })
  test('on a later line says so', () => {
    expect(first('yes &&\n  missing')).toMatchObject({ at: { line: 2, column: 3 } })
  })
})

describe('secrets', () => {
  test('can be compared', () => {
    expect([evaluate('pw == "s3cret"').kind, evaluate('map.pw == "other"').kind]).toEqual(['true', 'false'])
  })
  test.each(['bool(pw)', 'pw', 'pw > 1', 'fromJson(pw) == 1', 'x.matches("(" + pw)', 'map[pw] == 1'])(
    '%s fails without saying it',
    (text) => {
      const shown = JSON.stringify(evaluate(text))
      expect(shown).toContain('failed')
      expect(shown).not.toContain('s3cret')
    },
  )
  test('a clear text is said: the test above can fail', () => {
    expect(JSON.stringify(evaluate('bool(clear)', valuesScope({ clear: 's3cret' })))).toContain('s3cret')
  })
})

describe('expressions of any value', () => {
  const value = (text: string): unknown => evaluateValue(compileExpression(text, at(), 'any value'), valuesScope(values))
  test.each<[string, Value]>([
    ['n + 1', 4],
    ['x', 'Hi'],
    ['map.a', { b: 'deep' }],
    ['list[1]', 2],
    ['list.map(i, i * 2)', [2, 4]],
    ['x + "!"', 'Hi!'],
    ['map', values['map'] as Value],
  ])('%s', (text, expected) => {
    expect(value(text)).toEqual({ kind: 'value', value: expected })
  })
  test('one that computes with a secret gives a secret', () => {
    expect(String((value('pw + "x"') as { value: unknown }).value)).toBe('(secret)')
  })
  test.each([['later'], ['later + 1'], ['map.later']])('%s is unknown', (text) => {
    expect(value(text)).toMatchObject({ kind: 'unknown' })
  })
})

test('matches takes linear time', () => {
  const patterns = ['^(a+)+$', '^([a-z]+)*$', '(a|aa)+$', '(.*a){20}$', '^(([a-z])+.)+[A-Z]([a-z])+$']
  const started = performance.now()
  for (const pattern of patterns)
    expect(evaluate(`t.matches(${JSON.stringify(pattern)})`, valuesScope({ t: `${'a'.repeat(40)}!` })).kind).toBe('false')
  expect(performance.now() - started).toBeLessThan(1200)
})

describe('errors of a variable', () => {
  const failing = (error: unknown): Scope => ({
    ...valuesScope({ yes: true }),
    lookup: (name) => {
      if (name === 'yes') return true
      throw error
    },
  })
  test('of the user become problems, even where the other side decides', () => {
    const problems = [{ code: 'VARIABLE_CYCLE', message: 'a -> a' }] as const
    if (!isNonEmpty(problems)) return
    expect(evaluate('a == 1 || yes', failing(new TlsplayError(problems)))).toEqual({ kind: 'failed', problems })
  })
  test.each([
    'a == 1',
    'a == 1 && yes',
    '[1].exists(i, i == a)',
    'lower(a) == "x"',
    'a.b.c == 1',
    'defined("a")',
    'default(a, 1) == 1',
    '!(a == 1)',
  ])('of the engine pass through untouched: %s', (text) => {
    const signal = new Error('ask the host first')
    expect(() => evaluate(text, failing(signal))).toThrow(signal)
  })
  test('and do not matter where the other side decides', () => {
    expect(evaluate('a == 1 || yes', failing(new Error('ask')))).toEqual({ kind: 'true' })
  })
})

describe('lists of conditions', () => {
  const located = (...conditions: (string | boolean)[]) =>
    evaluateConditions(
      conditions.map((value) => ({ value, at: at() })),
      valuesScope(values),
    )
  test.each<[readonly (string | boolean)[], object]>([
    [[], { kind: 'true' }],
    [[true, 'yes'], { kind: 'true' }],
    [[false, 'missing'], { kind: 'false', because: 'false' }],
    [['n == 4', 'missing'], { kind: 'false', because: 'n == 4' }],
    [['later', 'n == 4'], { kind: 'false', because: 'n == 4' }],
    [['later', 'missing'], { kind: 'unknown', why: 'made on the host' }],
    [['later', 'yes'], { kind: 'unknown', why: 'made on the host' }],
  ])('%j', (conditions, expected) => {
    expect(located(...conditions)).toEqual(expected)
  })
  test('one that fails ends the list', () => {
    expect(located('missing', 'no')).toMatchObject({ kind: 'failed' })
  })
})

test('no text makes anything but a verdict', () => {
  const piece = fc.constantFrom(
    'x',
    'n',
    'later',
    'pw',
    'missing',
    ' && ',
    ' || ',
    '!',
    '(',
    ')',
    '.',
    '"a"',
    '1',
    ' == ',
    ' + ',
    '[',
    ']',
    '{',
    '}',
    '?',
    ':',
    'lower(',
    'defined(',
    'constructor',
    '__proto__',
    'matches(',
    '.map(i, ',
    ',',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      expect(['true', 'false', 'unknown', 'failed']).toContain(evaluate(pieces.join('')).kind)
    }),
    { numRuns: 3000 },
  )
})
