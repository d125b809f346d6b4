import { type BadCase, inPlay, inTasks } from '../bad-case.ts'

const site = (text: string) => ({ 'site.yml': text })

/** Plays: their form, their keys, their hosts. */
export const playCases: readonly BadCase[] = [
  {
    name: 'an empty playbook',
    files: site(''),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:1:1', message: 'the playbook is empty', hint: '- hosts: PATTERN' },
  },
  {
    name: 'a playbook of comments',
    files: site('# later\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:1:1', message: 'the playbook is empty' },
  },
  {
    name: 'a playbook of an empty list',
    files: site('[]\n'),
    expect: { code: 'NO_HOSTS', at: 'site.yml:1:1', message: 'the playbook has no play', hint: '- hosts: PATTERN' },
  },
  {
    name: 'a playbook that is a map',
    files: site('hosts: all\ntasks: []\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:1:1', message: 'a list of plays, got a map', hint: '- hosts: PATTERN' },
  },
  { name: 'a playbook that is a text', files: site('hello\n'), expect: { code: 'TYPE_WRONG', at: 'site.yml:1:1', message: 'got "hello"' } },
  {
    name: 'a playbook that is JSON of the wrong kind',
    files: site('{"hosts": "all"}\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:1:1', message: 'got a map' },
  },
  {
    name: 'a play that is a text',
    files: site('- all\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:1:3', message: 'a play must be a map' },
  },
  {
    name: 'a play that is empty',
    files: site('-\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:1:2', message: 'a play must be a map, got nothing' },
  },
  {
    name: 'a list of tasks in place of plays',
    files: site('- name: x\n  debug: {msg: hello}\n'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:2:3', message: '"debug"', hint: 'put the task under tasks' },
  },
  {
    name: 'a play without hosts',
    files: site('- name: x\n  tasks: []\n'),
    expect: { code: 'KEY_MISSING', at: 'site.yml:1:3', message: 'needs the key "hosts"', hint: 'pattern of hosts' },
  },
  {
    name: 'hosts misspelt',
    files: site('- host: all\n'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:1:3', message: '"host"', hint: 'did you mean "hosts"?' },
  },
  {
    name: 'hosts that are empty',
    files: site("- hosts: ''\n"),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:1:10', message: 'hosts: the text is empty' },
  },
  {
    name: 'hosts that are nothing',
    files: site('- hosts:\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:1:9', message: 'hosts: expected text or a list, got nothing' },
  },
  {
    name: 'hosts that are a number',
    files: site('- hosts: 5\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:1:10', message: 'got the number 5' },
  },
  {
    name: 'hosts that are a map',
    files: site('- hosts: {all: }\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:1:10', message: 'got a map' },
  },
  {
    name: 'hosts with a list inside of a list',
    files: site('- hosts: [[a]]\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:1:11', message: 'got a list' },
  },
  {
    name: 'hosts that nobody has',
    files: { ...site('- hosts: webb\n'), 'inventory.yml': 'web:\n  hosts: {h1: }\n' },
    expect: { code: 'HOST_UNKNOWN', at: 'site.yml:1:10', message: 'no host or group matches webb', hint: 'did you mean "web"?' },
  },
  {
    name: 'a group without hosts',
    files: { ...site('- hosts: db\n'), 'inventory.yml': 'web:\n  hosts: {h1: }\ndb:\n' },
    expect: { code: 'NO_HOSTS', at: 'site.yml:1:10', message: 'the group db has no host', hint: 'web' },
  },
  {
    name: 'hosts that exclude each other',
    files: site("- hosts: 'all:!h1'\n"),
    expect: { code: 'NO_HOSTS', at: 'site.yml:1:10', message: 'all:!h1' },
  },
  {
    name: 'hosts that are no pattern',
    files: site("- hosts: '~(h1'\n"),
    expect: { code: 'PATTERN_INVALID', at: 'site.yml:1:10', message: 'not a regular expression', hint: 'RE2' },
  },
  {
    name: 'hosts with look-ahead',
    files: site("- hosts: '~h(?=1)'\n"),
    expect: { code: 'PATTERN_INVALID', at: 'site.yml:1:10', message: 'not a regular expression' },
  },
  {
    name: 'hosts from a variable of the inventory',
    files: site("- hosts: '{{ target }}'\n"),
    expect: { code: 'VARIABLE_UNDEFINED', at: 'site.yml:1:14', message: 'target is not defined' },
  },
  {
    name: 'a misspelt keyword',
    files: inPlay('  becom: true\n'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:2:3', message: '"becom" is no key of a play', hint: 'did you mean "become"?' },
  },
  {
    name: 'a keyword nobody knows',
    files: inPlay('  wibble: 1\n'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:2:3', message: '"wibble"', hint: 'keys: ' },
  },
  {
    name: 'a keyword in capitals',
    files: inPlay('  Tasks: []\n'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:2:3', message: '"Tasks"', hint: 'did you mean "tasks"?' },
  },
  { name: 'a key that is empty', files: inPlay('  "": 1\n'), expect: { code: 'KEY_UNKNOWN', at: 'site.yml:2:3', message: '""' } },
  {
    name: 'a key of the prototype',
    files: inPlay('  __proto__: 1\n  constructor: 2\n'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:3:3', message: '"constructor"' },
  },
  {
    name: 'a key called __proto__',
    files: inPlay('  __proto__: {polluted: true}\n'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:2:3', message: '"__proto__"' },
  },
  {
    name: 'a word for true',
    files: inPlay('  become: yes\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:2:11', message: 'expected true or false, got "yes"', hint: 'write true' },
  },
  {
    name: 'a template for true',
    files: inPlay("  become: '{{ b }}'\n"),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:2:11', message: 'expected true or false' },
  },
  {
    name: 'a user that is a number',
    files: inPlay('  become: true\n  become_user: 0\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:16', message: 'become_user: expected text' },
  },
  {
    name: 'a user that cannot be one',
    files: { ...inPlay("  become: true\n  become_user: 'root; id'\n  tasks:\n    - debug:\n") },
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:16', message: 'become_user' },
  },
  {
    name: 'an order that does not exist',
    files: inPlay('  order: sortd\n'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:2:10', message: 'expected one of inventory', hint: 'did you mean "sorted"?' },
  },
  { name: 'batches of zero', files: inPlay('  serial: 0\n'), expect: { code: 'VALUE_INVALID', at: 'site.yml:2:11', message: 'serial' } },
  {
    name: 'batches below zero',
    files: inPlay('  serial: -1\n'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:2:11', message: 'at least 1' },
  },
  { name: 'batches of a half', files: inPlay('  serial: 1.5\n'), expect: { code: 'TYPE_WRONG', at: 'site.yml:2:11', message: 'serial' } },
  {
    name: 'batches of a word',
    files: inPlay('  serial: [1, half]\n'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:2:15', message: 'serial[1]', hint: 'a count or a percentage' },
  },
  {
    name: 'batches of a variable that is a word',
    files: inPlay("  vars: {n: half}\n  serial: '{{ n }}'\n"),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:11', message: 'serial must be a count', hint: '30%' },
  },
  { name: 'no batches', files: inPlay('  serial: []\n'), expect: { code: 'VALUE_INVALID', at: 'site.yml:2:11', message: 'serial' } },
  {
    name: 'variables as a list',
    files: inPlay('  vars: [a]\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:2:9', message: 'vars: expected a map, got a list' },
  },
  {
    name: 'a variable with a hyphen',
    files: inPlay('  vars: {a-b: 1}\n'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:2:10', message: '"a-b" cannot be a name' },
  },
  {
    name: 'a variable that starts with a digit',
    files: inPlay('  vars: {1a: 1}\n'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:2:10', message: '"1a" cannot be a name' },
  },
  {
    name: 'tasks as a map',
    files: inPlay('  tasks: {debug: }\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:2:10', message: 'tasks: expected a list' },
  },
  {
    name: 'tasks as a text',
    files: inPlay('  tasks: main.yml\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:2:10', message: 'tasks: expected a list' },
  },
  {
    name: 'roles as a text',
    files: inPlay('  roles: certificate\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:2:10', message: 'roles: expected a list' },
  },
  {
    name: 'handlers as a map',
    files: inPlay('  handlers: {restart: }\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:2:13', message: 'handlers: expected a list' },
  },
  {
    name: 'environment with a list',
    files: inPlay('  environment: {PATH: [a]}\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:2:23', message: 'environment.PATH' },
  },
  { name: 'tags that are a number', files: inPlay('  tags: 5\n'), expect: { code: 'TYPE_WRONG', at: 'site.yml:2:9', message: 'tags' } },
  {
    name: 'a list of tags with a map',
    files: inPlay('  tags: [a, {b: c}]\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:2:13', message: 'tags[1]: expected text, got a map' },
  },
  {
    name: 'gather_facts as a word',
    files: inPlay('  gather_facts: no\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:2:17', message: 'gather_facts: expected true or false', hint: 'write false' },
  },
  {
    name: 'a strategy',
    files: inPlay('  strategy: free\n'),
    expect: { code: 'NOT_SUPPORTED', at: 'site.yml:2:3', message: 'a play takes no strategy', hint: 'serial' },
  },
  {
    name: 'questions for variables',
    files: inPlay('  vars_prompt: [{name: x, encrypt: sha512_crypt}]\n'),
    expect: { code: 'NOT_SUPPORTED', at: 'site.yml:2:27', message: 'vars_prompt takes no encrypt', hint: 'bcrypt' },
  },
  {
    name: 'a question that is no map',
    files: inPlay('  vars_prompt: [x]\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:2:17', message: 'an entry of vars_prompt must be a map', hint: 'name: VARIABLE' },
  },
  {
    name: 'a question without a name',
    files: inPlay('  vars_prompt: [{prompt: Which one}]\n'),
    expect: { code: 'KEY_MISSING', at: 'site.yml:2:17', message: 'name' },
  },
  {
    name: 'a question that nobody can answer',
    files: inPlay('  vars_prompt: [{name: x}]\n'),
    expect: { code: 'OPTION_INVALID', at: 'site.yml:2:24', message: 'cannot ask for x', hint: '-e x=VALUE' },
  },
  {
    name: 'a login user in the play',
    files: inPlay('  remote_user: root\n'),
    expect: { code: 'NOT_SUPPORTED', at: 'site.yml:2:3', message: 'a play takes no remote_user', hint: '-u' },
  },
  {
    name: 'ignore_unreachable of a play',
    files: inPlay('  ignore_unreachable: perhaps\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:2:23', message: 'ignore_unreachable: expected true or false' },
  },
  {
    name: 'throttle of a play',
    files: inPlay('  throttle: 0\n'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:2:13', message: 'throttle: expected at least 1' },
  },
  {
    name: 'run_once of a play',
    files: inPlay('  run_once: true\n'),
    expect: { code: 'NOT_SUPPORTED', at: 'site.yml:2:3', message: 'a play takes no run_once', hint: 'on the tasks' },
  },
  {
    name: 'a way to become another user that there is not',
    files: site('- hosts: all\n  become_method: pbrun\n'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:2:18', message: 'expected one of sudo, doas, su' },
  },
  {
    name: 'any_errors_fatal',
    files: inPlay('  any_errors_fatal: sometimes\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:2:21', message: 'any_errors_fatal: expected true or false' },
  },
  {
    name: 'max_fail_percentage',
    files: inPlay('  max_fail_percentage: 130\n'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:2:24', message: 'max_fail_percentage' },
  },
  {
    name: 'a condition on a play',
    files: inPlay('  when: true\n'),
    expect: { code: 'NOT_SUPPORTED', at: 'site.yml:2:3', message: 'when', hint: 'tasks' },
  },
  {
    name: 'a second play with a mistake, the first being good',
    files: site('- hosts: all\n- hosts: all\n  tasks: [{debgu: {msg: x}}]\n'),
    expect: { code: 'TASK_TYPE_UNKNOWN', at: 'site.yml:3:12', message: 'debgu', hint: 'did you mean "debug"?' },
  },
  {
    name: 'a third mistake told with the first two',
    files: inTasks('- debug: {mgs: x}\n  whn: x\n- coppy: {}\n'),
    expect: { code: 'TASK_TYPE_UNKNOWN', at: 'site.yml:5:7', message: 'coppy', hint: 'did you mean "copy"?' },
  },
]
