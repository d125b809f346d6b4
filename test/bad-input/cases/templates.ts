import { type BadCase, inPlay, inTasks } from '../bad-case.ts'

/** A message of one text in single quotes: its first character stands in column 21 of line 3. */
const msg = (text: string) => inTasks(`- debug: {msg: '${text}'}\n`)
const at = 'site.yml:3:'

/** Templates: their syntax, what people bring from Jinja, and names that nothing defines. */
export const templateCases: readonly BadCase[] = [
  {
    name: 'braces that are never closed',
    files: msg('{{ a'),
    expect: { code: 'TEMPLATE_SYNTAX', at: `${at}25`, message: 'expected }}', hint: '\\{{' },
  },
  { name: 'one brace too few', files: msg('{{ inventory_hostname }'), expect: { code: 'TEMPLATE_SYNTAX', at: `${at}43`, message: '"}"' } },
  { name: 'braces around nothing', files: msg('{{ }}'), expect: { code: 'TEMPLATE_SYNTAX', at: `${at}24`, message: 'expected a value' } },
  {
    name: 'a quote that is never closed',
    files: msg('{{ lower "a }}'),
    expect: { code: 'TEMPLATE_SYNTAX', at: `${at}30`, message: 'expected "' },
  },
  {
    name: 'a parenthesis that is never closed',
    files: msg('{{ lower (upper "a" }}'),
    expect: { code: 'TEMPLATE_SYNTAX', at: `${at}41`, message: 'expected ")"' },
  },
  { name: 'a parenthesis too many', files: msg('{{ lower "a") }}'), expect: { code: 'TEMPLATE_SYNTAX', at: `${at}33`, message: '")"' } },
  {
    name: 'a block that is never closed',
    files: msg('{{#if true}}a'),
    expect: { code: 'TEMPLATE_SYNTAX', at: `${at}21`, message: 'the block if is never closed', hint: '{{/if}}' },
  },
  {
    name: 'a block closed by another',
    files: msg('{{#if true}}a{{/each}}'),
    expect: { code: 'TEMPLATE_SYNTAX', at: `${at}34`, message: 'expected {{/if}}, found {{/each}}' },
  },
  {
    name: 'a block closed that was never opened',
    files: msg('a{{/if}}'),
    expect: { code: 'TEMPLATE_SYNTAX', at: `${at}22`, message: 'never opened' },
  },
  {
    name: 'an else without a block',
    files: msg('a{{else}}b'),
    expect: { code: 'TEMPLATE_SYNTAX', at: `${at}22`, message: 'else stands outside' },
  },
  {
    name: 'a block nobody knows',
    files: msg('{{#for x}}a{{/for}}'),
    expect: { code: 'HELPER_UNKNOWN', at: `${at}21`, message: 'expected a block', hint: '{{#each list}}' },
  },
  {
    name: 'a block without a value',
    files: msg('{{#if}}a{{/if}}'),
    expect: { code: 'TEMPLATE_SYNTAX', at: `${at}21`, message: 'needs a value' },
  },
  {
    name: 'a comment that is never closed',
    files: msg('{{!-- a'),
    expect: { code: 'TEMPLATE_SYNTAX', at: `${at}21`, message: 'the comment is never closed' },
  },
  {
    name: 'another template inside',
    files: msg('{{> other}}'),
    expect: { code: 'TEMPLATE_SYNTAX', at: `${at}21`, message: 'cannot include another' },
  },
  {
    name: 'a function nobody knows',
    files: msg('{{ lowr "a" }}'),
    expect: { code: 'HELPER_UNKNOWN', at: `${at}24`, message: 'no function lowr', hint: 'did you mean "lower"?' },
  },
  {
    name: 'a function with too many arguments',
    files: msg('{{ lower "a" "b" }}'),
    expect: { code: 'TEMPLATE_SYNTAX', at: `${at}24`, message: 'lower takes 1 argument, got 2', hint: 'usage: ' },
  },
  {
    name: 'a function with too few arguments',
    files: msg('{{ replace "a" "b" }}'),
    expect: { code: 'TEMPLATE_SYNTAX', at: `${at}24`, message: 'replace takes 3 arguments, got 2', hint: 'usage: ' },
  },
  {
    name: 'an argument nobody knows',
    files: msg('{{ indent "a" widht=2 }}'),
    expect: { code: 'TEMPLATE_SYNTAX', at: `${at}35`, message: 'has no argument widht', hint: 'did you mean "width"?' },
  },
  {
    name: 'a filter of Ansible',
    files: msg('{{ inventory_hostname | regex_search("a") }}'),
    expect: { code: 'HELPER_UNKNOWN', at: `${at}45`, message: 'no function regex_search' },
  },
  {
    name: 'a filter of Ansible with another name here',
    files: msg('{{ inventory_hostname | to_json }}'),
    expect: { code: 'HELPER_UNKNOWN', at: `${at}45`, message: 'to_json', hint: 'write toJson' },
  },
  {
    name: 'a lookup',
    files: msg('{{ lookup("env", "HOME") }}'),
    expect: { code: 'TEMPLATE_JINJA', at: `${at}24`, message: 'lookup(...) is Jinja', hint: '{{env "NAME"}}' },
  },
  {
    name: 'a method',
    files: msg('{{ inventory_hostname.upper() }}'),
    expect: { code: 'TEMPLATE_JINJA', at: `${at}24`, message: 'is Jinja', hint: '{{upper inventory_hostname}}' },
  },
  {
    name: 'a plus',
    files: msg('{{ 1 + 2 }}'),
    expect: { code: 'TEMPLATE_JINJA', at: `${at}26`, message: 'operator of Jinja', hint: 'concat' },
  },
  { name: 'a tilde', files: msg('{{ a ~ b }}'), expect: { code: 'TEMPLATE_JINJA', at: `${at}26`, message: 'operator of Jinja' } },
  {
    name: 'a comparison',
    files: msg('{{ a == b }}'),
    expect: { code: 'TEMPLATE_JINJA', at: `${at}26`, message: 'operator of Jinja', hint: 'equals' },
  },
  {
    name: 'an if behind the value',
    files: msg('{{ "a" if b else "c" }}'),
    expect: { code: 'TEMPLATE_JINJA', at: `${at}28`, message: '"if" between values is Jinja', hint: 'ternary' },
  },
  {
    name: 'a test',
    files: msg('{{ a is defined }}'),
    expect: { code: 'TEMPLATE_JINJA', at: `${at}26`, message: '"is" between values', hint: 'defined' },
  },
  { name: 'and', files: msg('{{ a and b }}'), expect: { code: 'TEMPLATE_JINJA', at: `${at}26`, message: '"and" between values' } },
  {
    name: 'a list inside of braces',
    files: msg('{{ [1, 2] | first }}'),
    expect: { code: 'TEMPLATE_JINJA', at: `${at}24`, message: 'a list written inside braces', hint: 'in YAML' },
  },
  {
    name: 'a map inside of braces',
    files: msg('{{ {"a": 1} }}'),
    expect: { code: 'TEMPLATE_JINJA', at: `${at}24`, message: 'a map written inside braces' },
  },
  {
    name: 'a slice',
    files: msg('{{ group_names[0:2] }}'),
    expect: { code: 'TEMPLATE_JINJA', at: `${at}36`, message: 'slice', hint: 'list[0]' },
  },
  {
    name: 'a statement of Jinja',
    files: msg('{% if a %}b{% endif %}'),
    expect: { code: 'TEMPLATE_JINJA', at: `${at}21`, message: 'statements in {% %}', hint: '{{#if x}}' },
  },
  {
    name: 'a block of Jinja over lines',
    files: inTasks('- debug:\n    msg: |\n      a\n      {% for x in y %}\n'),
    expect: { code: 'TEMPLATE_JINJA', at: 'site.yml:6:1', message: 'statements in {% %}', hint: '{{#each xs}}' },
  },
  {
    name: 'a name nothing defines',
    files: msg('{{ nope }}'),
    expect: { code: 'VARIABLE_UNDEFINED', at: `${at}24`, message: 'nope is not defined', hint: 'default nope' },
  },
  {
    name: 'a misspelt name',
    files: { ...inPlay("  vars: {certificate: /a}\n  tasks:\n    - debug: {msg: '{{ certficate }}'}\n") },
    expect: { code: 'VARIABLE_UNDEFINED', at: 'site.yml:4:24', message: 'certficate is not defined', hint: 'did you mean "certificate"?' },
  },
  {
    name: 'a misspelt magic name',
    files: msg('{{ inventory_hostnam }}'),
    expect: { code: 'VARIABLE_UNDEFINED', at: `${at}24`, message: 'inventory_hostnam', hint: 'did you mean "inventory_hostname"?' },
  },
  {
    name: 'a name nothing defines as an argument',
    files: msg('{{ lower nope }}'),
    expect: { code: 'VARIABLE_UNDEFINED', at: `${at}30`, message: 'nope is not defined' },
  },
  {
    name: 'a name nothing defines in a block',
    files: msg('{{#if nope}}a{{/if}}'),
    expect: { code: 'VARIABLE_UNDEFINED', at: `${at}27`, message: 'nope is not defined' },
  },
  {
    name: 'a part that is not there',
    files: inTasks("- debug: {msg: '{{ a.c }}'}\n  vars: {a: {b: 1}}\n"),
    expect: { code: 'VARIABLE_UNDEFINED', at: `${at}26`, message: 'a has no c' },
  },
  {
    name: 'an index that is not there',
    files: inTasks("- debug: {msg: '{{ a[2] }}'}\n  vars: {a: [1]}\n"),
    expect: { code: 'VARIABLE_UNDEFINED', at: `${at}25`, message: 'a has no 2' },
  },
  {
    name: 'a part of a text',
    files: msg('{{ inventory_hostname.length }}'),
    expect: { code: 'VARIABLE_UNDEFINED', at: `${at}43`, message: 'inventory_hostname' },
  },
  {
    name: 'a fact that does not exist',
    files: msg('{{ facts.hostnme }}'),
    expect: { code: 'VARIABLE_UNDEFINED', at: `${at}30`, message: 'hostnme', hint: 'did you mean "hostname"?' },
  },
  {
    name: 'a fact of Ansible nobody has',
    files: msg('{{ ansible_kernel }}'),
    expect: { code: 'VARIABLE_UNDEFINED', at: `${at}24`, message: 'ansible_kernel is not defined' },
  },
  {
    name: 'a variable of another host that is not there',
    files: msg('{{ hostvars.h2.a }}'),
    expect: { code: 'VARIABLE_UNDEFINED', at: `${at}33`, message: 'h2' },
  },
  {
    name: 'an environment variable that is not set',
    files: msg('{{ env "TLS_NOPE" }}'),
    expect: { code: 'TEMPLATE_VALUE', at: `${at}24`, message: 'the environment has no variable TLS_NOPE', hint: 'second argument' },
  },
  {
    name: 'a list inside of a text',
    files: msg('x {{ group_names }}'),
    expect: { code: 'TEMPLATE_VALUE', at: `${at}26`, message: 'a list cannot be part of a text', hint: 'join' },
  },
  {
    name: 'a function on the wrong kind',
    files: msg('{{ lower group_names }}'),
    expect: { code: 'TEMPLATE_VALUE', at: `${at}24`, message: 'lower: the value must be a text, got a list' },
  },
  {
    name: 'the first of nothing',
    files: inTasks("- debug: {msg: '{{ first a }}'}\n  vars: {a: []}\n"),
    expect: { code: 'TEMPLATE_VALUE', at: `${at}24`, message: 'first' },
  },
  { name: 'JSON that is none', files: msg('{{ fromJson "{" }}'), expect: { code: 'TEMPLATE_VALUE', at: `${at}24`, message: 'not JSON' } },
  {
    name: 'a pattern that is none',
    files: msg('{{ regexReplace "a" "(" "b" }}'),
    expect: { code: 'TEMPLATE_VALUE', at: `${at}24`, message: 'not a regular expression', hint: 'RE2' },
  },
  {
    name: 'each over a text',
    files: msg('{{#each inventory_hostname}}a{{/each}}'),
    expect: { code: 'TEMPLATE_VALUE', at: `${at}29`, message: 'each needs a list' },
  },
  {
    name: 'data of a block that there is not',
    files: inTasks("- debug: {msg: '{{#each a}}{{#each @root.a}}{{/each}}{{/each}}'}\n  vars: {a: [1]}\n"),
    expect: { code: 'VARIABLE_UNDEFINED', at: `${at}41`, message: '@root' },
  },
  {
    name: 'a name nothing defines in a play',
    files: inPlay("  vars: {a: '{{ nope }}'}\n  tasks:\n    - debug: {msg: '{{ a }}'}\n"),
    expect: { code: 'VARIABLE_UNDEFINED', at: 'site.yml:2:17', message: 'nope is not defined' },
  },
  {
    name: 'a name nothing defines in a file of variables',
    files: { ...inPlay("  vars_files: [v.yml]\n  tasks:\n    - debug: {msg: '{{ a }}'}\n"), 'v.yml': "a: '{{ nope }}'\n" },
    expect: { code: 'VARIABLE_UNDEFINED', at: 'v.yml:1:8', message: 'nope is not defined' },
  },
  {
    name: 'a template nobody uses that cannot be read',
    files: inPlay("  vars: {a: '{{ b'}\n"),
    expect: { code: 'TEMPLATE_SYNTAX', at: 'site.yml:2:18', message: 'expected }}' },
  },
  {
    name: 'a template in an inventory that cannot be read',
    files: { ...msg('{{ a }}'), 'inventory.yml': "all:\n  hosts: {h1: }\n  vars: {a: '{{ b +'}\n" },
    expect: { code: 'TEMPLATE_JINJA', at: 'inventory.yml:3:19', message: 'operator of Jinja' },
  },
  {
    name: 'a variable made of itself',
    files: inPlay("  vars: {a: '{{ a }}'}\n  tasks:\n    - debug: {msg: '{{ a }}'}\n"),
    expect: { code: 'VARIABLE_CYCLE', at: 'site.yml:2:13', message: 'a -> a', hint: 'another name' },
  },
  {
    name: 'variables in a circle',
    files: inPlay("  vars: {a: '{{ b }}', b: '{{ c }}', c: '{{ a }}'}\n  tasks:\n    - debug: {msg: '{{ a }}'}\n"),
    expect: { code: 'VARIABLE_CYCLE', at: 'site.yml:2:13', message: 'a -> b -> c -> a' },
  },
  {
    name: 'a circle through another host',
    files: { ...msg('{{ a }}'), 'inventory.yml': "all:\n  hosts: {h1: , h2: }\n  vars: {a: '{{ hostvars.h2.a }}'}\n" },
    expect: { code: 'VARIABLE_CYCLE', at: 'inventory.yml:3:13', message: 'circle' },
  },
  {
    name: 'a circle of two hundred',
    files: inPlay(
      `  vars:\n${Array.from({ length: 200 }, (_, one) => `    v${one}: '{{ v${one + 1} }}'\n`).join('')}    v200: x\n  tasks:\n    - debug: {msg: '{{ v0 }}'}\n`,
    ),
    expect: { code: 'VARIABLE_CYCLE', at: 'site.yml:103:11', message: 'more than 100 times' },
  },
  {
    name: 'an undefined name in the environment',
    files: inTasks("- command: x\n  environment: {A: '{{ nope }}'}\n"),
    expect: { code: 'VARIABLE_UNDEFINED', at: 'site.yml:4:28', message: 'nope is not defined' },
  },
  {
    name: 'an undefined user to become',
    files: inTasks("- command: x\n  become: true\n  become_user: '{{ nope }}'\n"),
    expect: { code: 'VARIABLE_UNDEFINED', at: 'site.yml:5:24', message: 'nope is not defined' },
  },
]
