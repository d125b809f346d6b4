import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { valuesScope } from '../../src/compile/scope.ts'
import { compileTemplate } from '../../src/compile/template.ts'
import { renderTemplate, type Rendered } from '../../src/compile/template-render.ts'
import { type Position, TlsplayError } from '../../src/model/problem.ts'
import { Secret, Unknown, type Value, type ValueMap } from '../../src/model/value.ts'

const values: ValueMap = {
  x: 'Hi',
  n: 3,
  yes: true,
  no: false,
  nothing: null,
  empty: '',
  list: [1, 2, { name: 'z' }],
  map: { a: { b: 'deep' }, 'k k': 1 },
  names: ['a', 'b'],
  pw: Secret.of('s3cret'),
  later: new Unknown('the key is made on the host'),
  users: [
    { name: 'ann', on: true },
    { name: 'bob', on: false },
  ],
  loaded: { inner: new Unknown('inside') },
}
const render = (text: string, more: ValueMap = {}, at: Position = { file: 'f.yml', line: 1, column: 1 }): Rendered =>
  renderTemplate(compileTemplate(text, at), valuesScope({ ...values, ...more }, { HOME: '/home/me' }))

describe('a template that can be rendered', () => {
  test.each<[string, Value]>([
    ['plain', 'plain'],
    ['', ''],
    ['{{x}}', 'Hi'],
    ['a{{x}}b', 'aHib'],
    ['{{{x}}}', 'Hi'],
    ['{{&x}}', 'Hi'],
    ['{{n}}', 3],
    ['{{ list }}', values['list'] as Value],
    ['{{nothing}}', null],
    [' {{n}}', ' 3'],
    ['{{yes}}/{{n}}', 'true/3'],
    ['{{map.a.b}} {{map["k k"]}} {{map.[k k]}}', 'deep 1 1'],
    ['{{list[0]}}', 1],
    ['{{list.1}} {{list.[-1].name}} {{list[2].name}}', '2 z z'],
    ['{{list[0]}}{{x}}', '1Hi'],
    ['{{names[last]}}', 'b'],
    ['{{x | lower}}', 'hi'],
    ['{{ x|lower|upper }}', 'HI'],
    ['{{ x | lower | replace("h", "j") }}', 'ji'],
    ['{{ missing | default("y") }}', 'y'],
    ['{{ default map.missing 7 }}', 7],
    ['{{default empty "y" true}}{{default empty "y"}}', 'y'],
    ['{{default x missing}}', 'Hi'],
    ['{{join (sort names) ", "}}', 'a, b'],
    ['{{indent "a\nb" first=true width=2}}', '  a\n  b'],
    ['{{ternary yes "on" missing}}', 'on'],
    ['{{defined "map.a.b"}}', true],
    ['{{defined map.a.c}}', false],
    ['{{defined missing.deep}}', false],
    ['{{defined pw}}', true],
    ['{{#if yes}}A{{else}}B{{/if}}', 'A'],
    ['{{#if nothing}}A{{else if n}}B{{else}}C{{/if}}', 'B'],
    ['{{#unless empty}}A{{/unless}}', 'A'],
    ['{{#each names}}{{@index}}{{this}}{{#unless @last}},{{/unless}}{{/each}}', '0a,1b'],
    ['{{#each map}}{{@key}};{{/each}}', 'a;k k;'],
    ['{{#each users as |u i|}}{{i}}{{u.name}}{{/each}}', '0ann1bob'],
    ['{{#each users}}{{name}}{{x}}{{../x}}{{/each}}', 'annHiHibobHiHi'],
    ['{{#each list}}{{@first}} {{/each}}', 'true false false '],
    ['{{#with map.a}}{{b}}{{/with}}', 'deep'],
    ['{{#each nobody}}x{{else}}none{{/each}}', 'none'],
    ['{{! c }}{{!-- {{x}} --}}z', 'z'],
    ['\\{{x}} {{x}}', '{{x}} Hi'],
    ['{{{{raw}}}}{{ $labels.x }}{{{{/raw}}}}', '{{ $labels.x }}'],
    ['a  {{~x~}}  b', 'aHib'],
    ['a\n{{#if yes}}\nb\n{{/if}}\nc\n', 'a\nb\nc\n'],
    ['curl -w "%{http_code}" {%s}', 'curl -w "%{http_code}" {%s}'],
    ['{{"literal"}} {{true}} {{-1.5}}', 'literal true -1.5'],
    ['{{equals list list}} {{not no}} {{contains names "a"}}', 'true true true'],
    ['{{env "HOME"}}', '/home/me'],
    ['{{"it\'s \\"q\\" \\d"}}', 'it\'s "q" \\d'],
  ])('%j', (text, expected) => {
    expect(render(text, { nobody: [], last: 1 })).toEqual({ value: expected, problems: [] })
  })
})

describe('a template that cannot', () => {
  test.each<[string, string, number, string?]>([
    ['{{missing}}', 'VARIABLE_UNDEFINED', 3],
    ['a {{nams}}', 'VARIABLE_UNDEFINED', 5, 'did you mean "names"?'],
    ['{{lower missing}}', 'VARIABLE_UNDEFINED', 9],
    ['{{#if missing}}{{/if}}', 'VARIABLE_UNDEFINED', 7],
    ['{{map.a.c}}', 'VARIABLE_UNDEFINED', 9],
    ['{{list[3]}}', 'VARIABLE_UNDEFINED', 7, 'it has 3 items'],
    ['{{list.length}}', 'VARIABLE_UNDEFINED', 8],
    ['{{@inde}}', 'VARIABLE_UNDEFINED', 4, 'did you mean "index"?'],
    ['{{this}}', 'VARIABLE_UNDEFINED', 3],
    ['{{constructor}}', 'VARIABLE_UNDEFINED', 3],
    ['{{map.constructor}}', 'VARIABLE_UNDEFINED', 7],
    ['{{map.__proto__}}', 'VARIABLE_UNDEFINED', 7],
    ['{{x.length}}', 'VARIABLE_UNDEFINED', 5],
    ['{{lookup map "__proto__"}}', 'TEMPLATE_VALUE', 3],
    ['{{lowr x}}', 'HELPER_UNKNOWN', 3, 'did you mean "lower"?'],
    ['{{ x | to_json }}', 'HELPER_UNKNOWN', 8, 'write toJson'],
    ['{{ x | int }}', 'HELPER_UNKNOWN', 8, 'leave it out: a text that is one {{ ... }} keeps the type of its value'],
    ['{{ x | union(y) }}', 'HELPER_UNKNOWN', 8, 'write {{unique (concat a b)}}'],
    [
      '{{ ansible_facts.distribution }}',
      'VARIABLE_UNDEFINED',
      4,
      'facts have names of their own: facts.os.family, facts.hostname, facts.addresses',
    ],
    ['{{#loop x}}{{/loop}}', 'HELPER_UNKNOWN', 1],
    ['{{#names}}{{/names}}', 'HELPER_UNKNOWN', 1],
    ['{{lower x x}}', 'TEMPLATE_SYNTAX', 3, 'usage: lower text'],
    ['{{indent x wide=2}}', 'TEMPLATE_SYNTAX', 12],
    ['{{> part}}', 'TEMPLATE_SYNTAX', 1],
    ['{{#> part}}{{/part}}', 'TEMPLATE_SYNTAX', 1],
    ['{{* deco}}', 'TEMPLATE_SYNTAX', 1],
    ['{{#*inline "a"}}{{/inline}}', 'TEMPLATE_SYNTAX', 1],
    ['{{x', 'TEMPLATE_SYNTAX', 4],
    ['{{ }}', 'TEMPLATE_SYNTAX', 4],
    ['{{#if x}}', 'TEMPLATE_SYNTAX', 1, 'end it with {{/if}}'],
    ['{{#if x}}{{/each}}', 'TEMPLATE_SYNTAX', 10],
    ['{{/if}}', 'TEMPLATE_SYNTAX', 1],
    ['{{else}}', 'TEMPLATE_SYNTAX', 1],
    ['{{#if}}{{/if}}', 'TEMPLATE_SYNTAX', 1],
    ['{{"a}}', 'TEMPLATE_SYNTAX', 3],
    ['{{{{other}}}}x{{{{/other}}}}', 'TEMPLATE_SYNTAX', 1],
    ['{% if x %}', 'TEMPLATE_JINJA', 1],
    ['{{ x if yes else n }}', 'TEMPLATE_JINJA', 6],
    ['{{ x is defined }}', 'TEMPLATE_JINJA', 6],
    ['{{ x and yes }}', 'TEMPLATE_JINJA', 6],
    ['{{#if not x}}{{/if}}', 'TEMPLATE_JINJA', 7],
    ['{{ n + 1 }}', 'TEMPLATE_JINJA', 6],
    ['{{ n - 1 }}', 'TEMPLATE_JINJA', 6],
    ['{{ x ~ "a" }}', 'TEMPLATE_JINJA', 6],
    ['{{ x == "a" }}', 'TEMPLATE_JINJA', 6],
    ['{{ lookup("env", "X") }}', 'TEMPLATE_JINJA', 4, 'write {{env "NAME"}} for a variable of the environment'],
    ['{{ lower(x) }}', 'TEMPLATE_JINJA', 4, 'write {{lower argument}}'],
    ['{{ x.split(",") }}', 'TEMPLATE_JINJA', 4, 'write {{split x}}'],
    ['{{ list[1:2] }}', 'TEMPLATE_JINJA', 9],
    ['{{ [1, 2] }}', 'TEMPLATE_JINJA', 4],
    ['list: {{list}}', 'TEMPLATE_VALUE', 9, 'write {{join list ", "}} or {{toJson list}}'],
    ['map: {{map}}', 'TEMPLATE_VALUE', 8, 'write {{toJson map}}'],
    ['null: {{nothing}}', 'TEMPLATE_VALUE', 9],
    ['{{lower n}}', 'TEMPLATE_VALUE', 3],
    ['{{regexReplace x "(?=a)" ""}}', 'TEMPLATE_VALUE', 3],
    ['{{#each x}}{{/each}}', 'TEMPLATE_VALUE', 9],
    ['{{env "NOPE"}}', 'TEMPLATE_VALUE', 3],
    ['{{toToml names}}', 'TEMPLATE_VALUE', 3],
    ['{{ternary x 1 2}}', 'TEMPLATE_VALUE', 3],
  ])('%j is %s at column %i', (text, code, column, hint) => {
    const [problem, ...more] = render(text).problems
    expect(more).toEqual([])
    expect(problem).toMatchObject({ code, at: { line: 1, column } })
    if (hint !== undefined) expect(problem?.hint).toBe(hint)
  })

  test('every expression that fails is told, each once', () => {
    const { problems } = render('{{a1}} {{x}} {{b1}} {{#each list}}{{c1}}{{/each}}')
    expect(problems.map(({ at }) => at?.column)).toEqual([3, 16, 37])
  })
})

describe('places', () => {
  const text = 'a {{missing}}'
  test.each<[string, Position, string, Position]>([
    [
      'plain scalar',
      { file: 'f', line: 4, column: 9, endLine: 4, endColumn: 22 },
      text,
      { file: 'f', line: 4, column: 13, endLine: 4, endColumn: 20 },
    ],
    [
      'quoted scalar',
      { file: 'f', line: 4, column: 9, endLine: 4, endColumn: 24 },
      text,
      { file: 'f', line: 4, column: 14, endLine: 4, endColumn: 21 },
    ],
    ['file', { file: 'f', line: 1, column: 1 }, `x\n${text}`, { file: 'f', line: 2, column: 5, endLine: 2, endColumn: 12 }],
    ['block scalar', { file: 'f', line: 4, column: 9, endLine: 6, endColumn: 20 }, `x\n${text}\n`, { file: 'f', line: 6, column: 1 }],
    [
      'folded scalar',
      { file: 'f', line: 4, column: 9, endLine: 9, endColumn: 20 },
      text,
      { file: 'f', line: 4, column: 9, endLine: 9, endColumn: 20 },
    ],
  ])('of a %s', (_, at, written, expected) => {
    expect(render(written, {}, at).problems[0]?.at).toEqual(expected)
  })
})

describe('what is not known yet', () => {
  test.each([
    ['{{later}}'],
    ['a {{later}} b'],
    ['{{later.part}}'],
    ['{{lower later}}'],
    ['{{default later "x"}}'],
    ['{{#if later}}a{{/if}}b'],
    ['{{ternary later 1 2}}'],
    ['{{list[later]}}'],
    ['{{toJson later}}'],
  ])('%s is that Unknown', (text) => {
    expect(render(text)).toEqual({ value: values['later'], problems: [] })
  })
  test.each<[string, Value]>([
    ['{{ternary yes 1 later}}', 1],
    ['{{default x later}}', 'Hi'],
    ['{{#if no}}{{later}}{{/if}}', ''],
    ['{{defined "later"}}', true],
    ['{{length (split x "i")}}', 2],
  ])('%s does not read it', (text, expected) => {
    expect(render(text)).toEqual({ value: expected, problems: [] })
  })
  test('it stays inside a value that is passed on whole', () => {
    expect(render('{{loaded}}').value).toEqual(values['loaded'])
    expect(render('{{toJson loaded}}').value).toEqual(new Unknown('inside'))
  })
})

describe('secrets', () => {
  test.each<[string, string, string]>([
    ['{{pw}}', '(secret)', 's3cret'],
    ['a{{pw}}b', 'a(secret)b', 'as3cretb'],
    ['{{upper pw}}', '(secret)', 'S3CRET'],
    ['{{concat "x" pw}}', '(secret)', 'xs3cret'],
    ['{{default missing pw}}', '(secret)', 's3cret'],
    ['{{#each (split pw "c")}}{{this}}-{{/each}}', '(secret)-(secret)-', 's3-ret-'],
  ])('%s', (text, shown, real) => {
    const { value } = render(text)
    expect(value).toBeInstanceOf(Secret)
    expect(String(value)).toBe(shown)
    expect((value as Secret).reveal()).toBe(real)
  })
  test('numbers and booleans computed from one are not', () => {
    expect([render('{{length pw}}').value, render('{{contains pw "3"}}').value]).toEqual([6, true])
  })
  test('a failing function does not say it; with a clear text it does', () => {
    const found = (name: string): string => JSON.stringify(render(`{{env ${name}}}`, { clear: 's3cret' }).problems)
    expect(found('clear')).toContain('s3cret')
    expect(found('pw')).not.toContain('s3cret')
  })
})

describe('data stays data', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '{{x}}',
      '{{#with map}}{{/with}}',
      '{{> p}}',
      '\\{{x}}',
      '{{{{raw}}}}',
      '{% if %}',
      '&<>"\'',
      '${x}',
      '__proto__',
      '\u0000',
      '{{lookup . "constructor"}}',
    ),
  )
  test('a value comes out as it went in', () => {
    fc.assert(
      fc.property(hostile, (s) => {
        expect(render('{{v}}', { v: s })).toEqual({ value: s, problems: [] })
      }),
    )
  })
  test('also inside a text and through a block', () => {
    fc.assert(
      fc.property(hostile, (s) => {
        expect(render('a{{v}}b{{#each l}}{{this}}{{/each}}', { v: s, l: [s] }).value).toBe(`a${s}b${s}`)
      }),
    )
  })
  test('no text makes anything but a value or problems', () => {
    const pieces = fc.array(
      fc.constantFrom(
        '{{',
        '}}',
        '{{{',
        '}}}',
        '#if ',
        '/if',
        'else',
        'x',
        ' ',
        '.',
        '[',
        ']',
        '(',
        ')',
        '|',
        '"',
        '@',
        '~',
        '\\',
        '!--',
        '--',
        '>',
        '*',
        'as |v|',
        '../',
        'this',
        '{{{{raw}}}}',
        '\n',
        'constructor',
        '__proto__',
        'lookup ',
      ),
      { maxLength: 14 },
    )
    fc.assert(
      fc.property(pieces, (parts) => {
        const { value, problems } = render(parts.join(''))
        const found: unknown = value
        expect(typeof found === 'function' || found === Object.prototype).toBe(false)
        for (const problem of problems) expect(problem.code).toMatch(/^(TEMPLATE|VARIABLE|HELPER)_/)
      }),
      { numRuns: 3000 },
    )
  })
  test.each([
    '{{#with this as |obj|}}{{#with (lookup (lookup obj "constructor") "name")}}{{/with}}{{/with}}',
    '{{#with "constructor" as |c|}}{{#with split as |a|}}{{a.pop (a.push "alert(1)")}}{{/with}}{{/with}}',
    '{{lookup map "constructor"}}',
    '{{map.constructor.constructor}}',
    '{{__defineGetter__ "undefined" valueOf}}',
    '{{#with (lookup map "__proto__")}}{{this}}{{/with}}',
    '{{blockHelperMissing x}}',
    '{{helperMissing x}}',
    '{{log x}}',
  ])('the trick %j is refused', (text) => {
    expect(render(text).problems).not.toEqual([])
  })
})

describe('bounds', () => {
  const wide = { big: 'x'.repeat(1024 * 1024), many: Array.from({ length: 400 }, () => 1) }
  test.each([
    ['output', '{{big}}{{big}}{{big}}{{big}}!'],
    ['rounds', '{{#each many}}{{#each ../many}}{{/each}}{{/each}}'],
    ['blocks', `${'{{#if yes}}'.repeat(65)}${'{{/if}}'.repeat(65)}`],
    ['parentheses', `{{lower ${'(lower '.repeat(40)}x${')'.repeat(40)}}}`],
  ])('%s are bounded', (_, text) => {
    expect(render(text, wide).problems).toHaveLength(1)
  })
  test('what stays below is rendered', () => {
    expect(render('{{big}}{{big}}{{big}}', wide).problems).toEqual([])
    expect(render(`${'{{#if yes}}'.repeat(64)}a${'{{/if}}'.repeat(64)}`).value).toBe('a')
  })
})

test('problems of a variable come through, other errors are not caught', () => {
  const at = { file: 'f', line: 1, column: 1 }
  const failing = (error: Error) => ({
    ...valuesScope({}),
    lookup: (): never => {
      throw error
    },
  })
  const problem = { code: 'VARIABLE_CYCLE', message: 'a -> a' } as const
  expect(renderTemplate(compileTemplate('{{a}}', at), failing(new TlsplayError([problem]))).problems).toEqual([problem])
  expect(() => renderTemplate(compileTemplate('{{a}}', at), failing(new RangeError('ask first')))).toThrow(RangeError)
})
