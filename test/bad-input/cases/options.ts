import { type BadCase, inPlay, inTasks } from '../bad-case.ts'

const three = { 'inventory.yml': 'web:\n  hosts: {h1: , h2: }\ndb:\n  hosts: {h3: }\n' }

/** What stands on the command line, and the files it names. */
export const optionCases: readonly BadCase[] = [
  {
    name: 'a limit nobody matches',
    files: three,
    args: ['-l', 'wbe'],
    expect: { code: 'NO_HOSTS', at: '--limit:1:1', message: 'the limit wbe leaves no host', hint: 'did you mean "web"?' },
  },
  {
    name: 'a limit that excludes everybody',
    files: three,
    args: ['-l', 'web:!web'],
    expect: { code: 'NO_HOSTS', at: '--limit:1:1', message: 'web:!web' },
  },
  {
    name: 'an empty limit',
    files: three,
    args: ['-l', ''],
    expect: { code: 'NO_HOSTS', at: '--limit:1:1', message: 'the limit is empty' },
  },
  {
    name: 'a limit that is no pattern',
    files: three,
    args: ['-l', '~('],
    expect: { code: 'PATTERN_INVALID', at: '--limit:1:1', message: 'not a regular expression' },
  },
  {
    name: 'a limit of another play',
    files: { ...three, 'site.yml': '- hosts: web\n' },
    args: ['-l', 'db'],
    expect: { code: 'NO_HOSTS', at: 'site.yml:1:10', message: 'the limit db leaves no host of web', hint: 'h1, h2' },
  },
  {
    name: 'a limit from a file that is not there',
    files: three,
    args: ['-l', '@nope.txt'],
    expect: { code: 'FILE_MISSING', at: '--limit:1:1', message: 'nope.txt' },
  },
  {
    name: 'a limit from an empty file',
    files: { ...three, 'limit.txt': '# nobody\n' },
    args: ['-l', '@limit.txt'],
    expect: { code: 'NO_HOSTS', at: '--limit:1:1', message: '@limit.txt' },
  },
  {
    name: 'a limit with colons among commas',
    files: three,
    args: ['-l', 'web:db,'],
    expect: { code: 'NO_HOSTS', at: '--limit:1:1', message: 'web:db', hint: 'comma' },
  },
  {
    name: 'extra variables without an equals sign',
    args: ['-e', 'days'],
    expect: { code: 'EXTRA_VARS', at: '-e:1:1', message: 'expected name=value, got days', hint: 'days=VALUE' },
  },
  {
    name: 'extra variables with a blank in the value',
    args: ['-e', 'ansible_password=correct hunter2'],
    expect: { code: 'EXTRA_VARS', at: '-e:1:26', message: 'without =', hint: 'two words' },
  },
  {
    name: 'the second of the extra variables',
    args: ['-e', 'a=1', '-e', 'b-c=1'],
    expect: { code: 'EXTRA_VARS', at: '-e:2:1', message: '"b-c" is not the name' },
  },
  {
    name: 'extra variables without a name',
    args: ['-e', '=1'],
    expect: { code: 'EXTRA_VARS', at: '-e:1:1', message: 'not the name of a variable' },
  },
  {
    name: 'extra variables with an open quote',
    args: ['-e', "a='b"],
    expect: { code: 'EXTRA_VARS', at: '-e:1:1', message: 'never closed' },
  },
  {
    name: 'extra variables in JSON that is none',
    args: ['-e', '{"a": 1'],
    expect: { code: 'YAML_SYNTAX', at: '-e:1:1', message: 'the map that starts here is not closed', hint: '}' },
  },
  {
    name: 'extra variables as a list',
    args: ['-e', '[1, 2]'],
    expect: { code: 'EXTRA_VARS', at: '-e:1:1', message: 'expected a map of variables, got a list' },
  },
  {
    name: 'extra variables with a name that is none in JSON',
    args: ['-e', '{"a-b": 1}'],
    expect: { code: 'EXTRA_VARS', at: '-e:1:2', message: '"a-b" is not the name' },
  },
  {
    name: 'extra variables with a name given twice',
    args: ['-e', '{"a": 1, "a": 2}'],
    expect: { code: 'DUPLICATE_KEY', at: '-e:1:10', message: '"a" is given twice' },
  },
  {
    name: 'extra variables that nest too deeply',
    args: ['-e', `{"a": ${'['.repeat(500)}${']'.repeat(500)}}`],
    expect: { code: 'YAML_LIMIT', at: '-e:1:70', message: 'deeper than 64 levels' },
  },
  {
    name: 'extra variables from a file that is not there',
    args: ['-e', '@nope.yml'],
    expect: { code: 'FILE_MISSING', at: '-e:1:1', message: 'nope.yml' },
  },
  {
    name: 'extra variables from a file that is a list',
    files: { 'v.yml': '- a\n' },
    args: ['-e', '@v.yml'],
    expect: { code: 'EXTRA_VARS', at: 'v.yml:1:1', message: 'expected a map' },
  },
  {
    name: 'extra variables from a file with a tab',
    files: { 'v.yml': 'a:\n\tb: 1\n' },
    args: ['-e', '@v.yml'],
    expect: { code: 'YAML_SYNTAX', at: 'v.yml:2:1', message: 'a tab' },
  },
  {
    name: 'extra variables whose template cannot be read',
    files: inTasks("- debug: {msg: '{{ a }}'}\n"),
    args: ['-e', 'a={{b'],
    expect: { code: 'TEMPLATE_SYNTAX', at: '-e:1:6', message: 'expected }}' },
  },
  {
    name: 'an address from extra variables that cannot be one',
    args: ['-e', 'ansible_host=-oX'],
    expect: { code: 'HOST_NAME_INVALID', at: '-e:1:14', message: 'ansible_host' },
  },
  {
    name: 'a user to log in as that cannot be one',
    args: ['-u', 'a b'],
    expect: { code: 'OPTION_INVALID', at: undefined, message: 'a b' },
  },
  {
    name: 'a user to become that cannot be one',
    files: inPlay('  become: true\n  tasks: [{debug: {msg: x}}]\n'),
    args: ['--become-user', '-x'],
    expect: { code: 'OPTION_INVALID', at: undefined, message: '-x' },
  },
  {
    name: 'a file of variables that is not there',
    files: inPlay('  vars_files: [nope.yml]\n'),
    expect: { code: 'FILE_MISSING', at: 'site.yml:2:16', message: 'there is no file nope.yml', hint: 'folder of the playbook' },
  },
  {
    name: 'a file of variables that is a folder',
    files: { ...inPlay('  vars_files: [vars]\n'), 'vars/a.yml': 'a: 1\n' },
    expect: { code: 'FILE_MISSING', at: 'site.yml:2:16', message: 'vars' },
  },
  {
    name: 'a file of variables that is a list',
    files: { ...inPlay('  vars_files: v.yml\n'), 'v.yml': '- a\n' },
    expect: { code: 'TYPE_WRONG', at: 'v.yml:1:1', message: 'expected a map of variables' },
  },
  {
    name: 'a file of variables from a template that is not there',
    files: inPlay("  vars: {env: prod}\n  vars_files: ['{{ env }}.yml']\n"),
    expect: { code: 'FILE_MISSING', at: 'site.yml:3:16', message: 'prod.yml' },
  },
  {
    name: 'a file of variables from a template that is broken',
    files: { ...inPlay("  vars: {env: prod}\n  vars_files: ['{{ env }}.yml']\n"), 'prod.yml': 'a: 1\na: 2\n' },
    expect: { code: 'DUPLICATE_KEY', at: 'prod.yml:2:1', message: '"a" is given twice' },
  },
]
