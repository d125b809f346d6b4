import { type BadCase, inTasks } from '../bad-case.ts'

/** A condition in double quotes: its first character stands in column 14 of line 4. */
const when = (text: string, vars = '{a: 1, t: x, l: [1], m: {k: 1}}') => inTasks(`- debug: {msg: x}\n  when: "${text}"\n  vars: ${vars}\n`)
const at = 'site.yml:4:'

/** Conditions: their syntax, their types, their names. */
export const conditionCases: readonly BadCase[] = [
  {
    name: 'a condition in braces',
    files: inTasks("- debug: {msg: x}\n  when: '{{ a }} == 1'\n"),
    expect: { code: 'EXPRESSION_TEMPLATED', at: `${at}13`, message: 'without braces', hint: 'when: a == 1' },
  },
  {
    name: 'a condition wholly in braces',
    files: inTasks('- debug: {msg: x}\n  when: "{{ a and b }}"\n'),
    expect: { code: 'EXPRESSION_TEMPLATED', at: `${at}13`, message: 'without braces', hint: 'when: a && b' },
  },
  {
    name: 'one of several conditions in braces',
    files: inTasks("- debug: {msg: x}\n  when: [true, '{{ a }}']\n"),
    expect: { code: 'EXPRESSION_TEMPLATED', at: `${at}20`, message: 'without braces', hint: '- a' },
  },
  {
    name: 'a condition in statements of Jinja',
    files: inTasks("- debug: {msg: x}\n  when: '{% if a %}'\n"),
    expect: { code: 'EXPRESSION_TEMPLATED', at: `${at}13`, message: 'without braces' },
  },
  {
    name: 'failed_when in braces',
    files: inTasks("- command: x\n  register: r\n  failed_when: '{{ r.rc }} != 0'\n"),
    expect: { code: 'EXPRESSION_TEMPLATED', at: 'site.yml:5:20', message: 'failed_when', hint: 'failed_when: r.rc != 0' },
  },
  {
    name: 'changed_when in braces',
    files: inTasks("- command: x\n  changed_when: '{{ false }}'\n"),
    expect: { code: 'EXPRESSION_TEMPLATED', at: 'site.yml:4:21', message: 'changed_when', hint: 'changed_when: false' },
  },
  {
    name: 'assert in braces',
    files: inTasks("- assert: {that: '{{ a }} == 1'}\n"),
    expect: { code: 'EXPRESSION_TEMPLATED', at: 'site.yml:3:22', message: 'without braces', hint: 'that: a == 1' },
  },
  {
    name: 'var of debug in braces',
    files: inTasks("- debug: {var: '{{ a }}'}\n"),
    expect: { code: 'EXPRESSION_TEMPLATED', at: 'site.yml:3:20', message: 'without braces', hint: 'var: a' },
  },
  { name: 'an empty condition', files: when(''), expect: { code: 'EXPRESSION_SYNTAX', at: `${at}14`, message: 'the expression is empty' } },
  {
    name: 'a condition that is a number',
    files: inTasks('- debug: {msg: x}\n  when: 5\n'),
    expect: { code: 'TYPE_WRONG', at: `${at}13`, message: 'when: expected text, true or false or a list' },
  },
  {
    name: 'a condition that is a map',
    files: inTasks('- debug: {msg: x}\n  when: {a: 1}\n'),
    expect: { code: 'TYPE_WRONG', at: `${at}13`, message: 'got a map' },
  },
  {
    name: 'and',
    files: when('a == 1 and t == 2'),
    expect: { code: 'EXPRESSION_SYNTAX', at: `${at}21`, message: 'did not expect and here', hint: 'a == 1 && t == 2' },
  },
  {
    name: 'or',
    files: when('a == 1 or a == 2'),
    expect: { code: 'EXPRESSION_SYNTAX', at: `${at}21`, message: 'did not expect or here', hint: '||' },
  },
  {
    name: 'not',
    files: when('not a == 1'),
    expect: { code: 'EXPRESSION_SYNTAX', at: `${at}18`, message: 'did not expect', hint: '!(a == 1)' },
  },
  {
    name: 'is defined',
    files: when('a is defined'),
    expect: { code: 'EXPRESSION_SYNTAX', at: `${at}16`, message: 'did not expect is here', hint: 'defined("a")' },
  },
  {
    name: 'a filter',
    files: when('l | length > 0'),
    expect: { code: 'EXPRESSION_SYNTAX', at: `${at}16`, message: 'did not expect | here', hint: 'size(l) > 0' },
  },
  {
    name: 'one equals sign',
    files: when('a = 1'),
    expect: { code: 'EXPRESSION_SYNTAX', at: `${at}16`, message: 'did not expect = here', hint: 'a == 1' },
  },
  {
    name: 'an operator without its second side',
    files: when('a =='),
    expect: { code: 'EXPRESSION_SYNTAX', at: `${at}18`, message: 'ends too early' },
  },
  {
    name: 'a parenthesis that is never closed',
    files: when('(a == 1'),
    expect: { code: 'EXPRESSION_SYNTAX', at: `${at}21`, message: 'expected )' },
  },
  {
    name: 'a quote that is never closed',
    files: when("t == 'x"),
    expect: { code: 'EXPRESSION_SYNTAX', at: `${at}19`, message: 'a quote is never closed' },
  },
  {
    name: 'a sign CEL does not have',
    files: when('a # 1'),
    expect: { code: 'EXPRESSION_SYNTAX', at: `${at}16`, message: 'did not expect # here' },
  },
  {
    name: 'a name nothing defines',
    files: when('nope'),
    expect: { code: 'VARIABLE_UNDEFINED', at: `${at}14`, message: 'nope is not defined', hint: 'defined("nope")' },
  },
  {
    name: 'a misspelt name',
    files: inTasks('- debug: {msg: x}\n  when: certficate == ""\n  vars: {certificate: x}\n'),
    expect: { code: 'VARIABLE_UNDEFINED', at: `${at}13`, message: 'certficate is not defined', hint: 'did you mean "certificate"?' },
  },
  {
    name: 'a name nothing defines behind another',
    files: when('a == 1 && nope == 2'),
    expect: { code: 'VARIABLE_UNDEFINED', at: `${at}24`, message: 'nope is not defined' },
  },
  { name: 'True', files: when('a == True'), expect: { code: 'VARIABLE_UNDEFINED', at: `${at}19`, message: 'True', hint: 'write true' } },
  {
    name: 'a key that is not there',
    files: when('m.z == 1'),
    expect: { code: 'VARIABLE_UNDEFINED', at: `${at}16`, message: 'there is no key z', hint: 'defined' },
  },
  {
    name: 'a function nobody knows',
    files: when('lowr(t) == t'),
    expect: { code: 'HELPER_UNKNOWN', at: `${at}14`, message: 'no function lowr', hint: 'did you mean "lower"?' },
  },
  {
    name: 'a method nobody knows',
    files: when("t.startswith('x')"),
    expect: { code: 'HELPER_UNKNOWN', at: `${at}14`, message: 'startswith', hint: 'did you mean "startsWith"?' },
  },
  {
    name: 'a function with too many arguments',
    files: when('lower(t, t) == t'),
    expect: { code: 'EXPRESSION_SYNTAX', at: `${at}14`, message: 'lower takes 1 argument, got 2' },
  },
  {
    name: 'a whole number for a condition',
    files: when('a + 1'),
    expect: { code: 'EXPRESSION_TYPE', at: `${at}14`, message: 'must be true or false' },
  },
  {
    name: 'a text for a condition',
    files: when('t'),
    expect: { code: 'EXPRESSION_TYPE', at: `${at}14`, message: 'got a text', hint: 't != ""' },
  },
  {
    name: 'a list for a condition',
    files: when('l'),
    expect: { code: 'EXPRESSION_TYPE', at: `${at}14`, message: 'got a list', hint: 'size(l) > 0' },
  },
  {
    name: 'a constant that is no condition',
    files: when("'yes'"),
    expect: { code: 'EXPRESSION_TYPE', at: `${at}14`, message: 'must be true or false' },
  },
  {
    name: 'a text and a number compared',
    files: when('t > 1'),
    expect: { code: 'EXPRESSION_TYPE', at: `${at}14`, message: 'string > int', hint: 'convert one side' },
  },
  {
    name: 'a number and a text added',
    files: when('a + t == 1'),
    expect: { code: 'EXPRESSION_TYPE', at: `${at}14`, message: 'int + string', hint: 'convert one side' },
  },
  { name: 'division by zero', files: when('a / 0 == 1'), expect: { code: 'EXPRESSION_VALUE', at: `${at}14`, message: 'zero' } },
  {
    name: 'a pattern that is none',
    files: when("t.matches('(')"),
    expect: { code: 'EXPRESSION_VALUE', at: `${at}14`, message: 'not a regular expression', hint: 'RE2' },
  },
  {
    name: 'a condition on a result nobody registers',
    files: when('result.rc == 0'),
    expect: { code: 'VARIABLE_UNDEFINED', at: `${at}14`, message: 'result is not defined' },
  },
  {
    name: 'failed_when that cannot be read',
    files: inTasks('- command: x\n  failed_when: rc ! 0\n'),
    expect: { code: 'EXPRESSION_SYNTAX', at: 'site.yml:4:23', message: 'did not expect ! here' },
  },
  {
    name: 'failed_when with a name nothing defines',
    files: inTasks('- debug: {msg: x}\n  register: r\n  failed_when: nope.rc != 0\n'),
    expect: { code: 'VARIABLE_UNDEFINED', at: 'site.yml:5:20', message: 'nope is not defined' },
  },
  {
    name: 'assert with a name nothing defines',
    files: inTasks('- assert: {that: [true, nope]}\n'),
    expect: { code: 'VARIABLE_UNDEFINED', at: 'site.yml:3:29', message: 'nope is not defined' },
  },
  {
    name: 'var of debug that nothing defines',
    files: inTasks('- debug: {var: nope.a}\n'),
    expect: { code: 'VARIABLE_UNDEFINED', at: 'site.yml:3:20', message: 'nope is not defined' },
  },
  {
    name: 'a condition over lines',
    files: inTasks('- debug: {msg: x}\n  when: |\n    true &&\n    nope\n'),
    expect: { code: 'VARIABLE_UNDEFINED', at: 'site.yml:6:1', message: 'nope is not defined' },
  },
  {
    name: 'a condition on a handler',
    files: { 'site.yml': '- hosts: all\n  handlers:\n    - name: h\n      debug: {msg: x}\n      when: nope\n' },
    expect: { code: 'VARIABLE_UNDEFINED', at: 'site.yml:5:13', message: 'nope is not defined' },
  },
]
