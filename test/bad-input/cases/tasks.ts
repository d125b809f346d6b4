import { type BadCase, inPlay, inTasks } from '../bad-case.ts'

/** Tasks: which type they are of, and their keywords. */
export const taskCases: readonly BadCase[] = [
  {
    name: 'a task that is a text',
    files: inTasks('- debug\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:7', message: 'a task must be a map, got "debug"' },
  },
  {
    name: 'a task that is a list',
    files: inTasks('- [debug]\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:7', message: 'a task must be a map, got a list' },
  },
  {
    name: 'a task that is empty',
    files: inTasks('-\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:6', message: 'a task must be a map, got nothing' },
  },
  {
    name: 'a task without a type',
    files: inTasks('- name: x\n'),
    expect: { code: 'TASK_TYPE_MISSING', at: 'site.yml:3:7', message: 'names no task type', hint: 'generate' },
  },
  {
    name: 'a misspelt task type',
    files: inTasks('- tempalte: {src: a, dest: /b}\n'),
    expect: { code: 'TASK_TYPE_UNKNOWN', at: 'site.yml:3:7', message: 'no task type tempalte', hint: 'did you mean "template"?' },
  },
  {
    name: 'a task type nobody knows',
    files: inTasks('- name: x\n  community.general.ufw: {rule: allow}\n'),
    expect: { code: 'TASK_TYPE_UNKNOWN', at: 'site.yml:4:7', message: 'community.general.ufw', hint: 'task types: ' },
  },
  {
    name: 'a known name of somebody else',
    files: inTasks('- community.general.copy: {dest: /a, content: x}\n'),
    expect: { code: 'TASK_TYPE_UNKNOWN', at: 'site.yml:3:7', message: 'community.general.copy', hint: 'write copy:' },
  },
  {
    name: 'a full name of a module that has another name here',
    files: inTasks('- ansible.builtin.apt: {name: curl}\n'),
    expect: { code: 'NOT_SUPPORTED', at: 'site.yml:3:7', message: 'no task type apt', hint: 'use package' },
  },
  {
    name: 'a task type with a hyphen',
    files: inTasks('- wait-for: {port: 1}\n'),
    expect: { code: 'TASK_TYPE_UNKNOWN', at: 'site.yml:3:7', message: 'wait-for', hint: 'did you mean "wait_for"?' },
  },
  {
    name: 'two task types',
    files: inTasks('- debug: {msg: x}\n  command: uptime\n'),
    expect: { code: 'TASK_TYPE_TWICE', at: 'site.yml:4:7', message: 'debug and command', hint: 'make two tasks' },
  },
  {
    name: 'the same task type under two names',
    files: inTasks('- copy: {dest: /a, content: x}\n  ansible.builtin.copy: {dest: /b, content: x}\n'),
    expect: { code: 'TASK_TYPE_TWICE', at: 'site.yml:4:7', message: 'ansible.builtin.copy' },
  },
  {
    name: 'a task type with a good keyword misspelt',
    files: inTasks('- debug: {msg: x}\n  regsiter: r\n'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:4:7', message: '"regsiter" is no keyword of a task', hint: 'did you mean "register"?' },
  },
  {
    name: 'parameters not indented',
    files: inTasks('- copy:\n  dest: /a\n  content: x\n'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:4:7', message: '"dest" is a parameter of copy', hint: 'indent it' },
  },
  {
    name: 'a keyword indented too far',
    files: inTasks('- debug:\n    msg: x\n    when: true\n'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:5:9', message: '"when"', hint: 'keyword of the task' },
  },
  {
    name: 'a name that is a number',
    files: inTasks('- name: 5\n  debug: {msg: x}\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:13', message: 'name: expected text' },
  },
  {
    name: 'a listening task',
    files: inTasks('- debug: {msg: x}\n  listen: l\n'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:4:7', message: 'handlers only' },
  },
  {
    name: 'a handler without a name',
    files: inPlay('  handlers:\n    - debug: {msg: x}\n'),
    expect: { code: 'KEY_MISSING', at: 'site.yml:3:7', message: 'can never be notified', hint: 'name' },
  },
  {
    name: 'an unknown handler',
    files: inPlay('  tasks:\n    - command: x\n      notify: restrat\n  handlers:\n    - {name: restart, debug: {msg: x}}\n'),
    expect: { code: 'HANDLER_UNKNOWN', at: 'site.yml:4:15', message: '"restrat"', hint: 'did you mean "restart"?' },
  },
  {
    name: 'a handler where there is none',
    files: inTasks('- command: x\n  notify: [restart]\n'),
    expect: { code: 'HANDLER_UNKNOWN', at: 'site.yml:4:16', message: '"restart"', hint: 'no handlers' },
  },
  {
    name: 'one of several handlers is unknown',
    files: inPlay('  tasks:\n    - command: x\n      notify: [a, reload everything]\n  handlers:\n    - {name: a, debug: {msg: x}}\n'),
    expect: { code: 'HANDLER_UNKNOWN', at: 'site.yml:4:19', message: 'reload everything', hint: 'handlers: a' },
  },
  {
    name: 'a handler that notifies nobody',
    files: inPlay('  handlers:\n    - {name: a, debug: {msg: x}, notify: b}\n'),
    expect: { code: 'HANDLER_UNKNOWN', at: 'site.yml:3:42', message: '"b"' },
  },
  {
    name: 'a notification from a variable',
    files: inTasks("- command: x\n  notify: '{{ h }}'\n"),
    expect: { code: 'NOT_SUPPORTED', at: 'site.yml:4:15', message: 'notify cannot be a template', hint: 'listen' },
  },
  {
    name: 'a notification that is a map',
    files: inTasks('- command: x\n  notify: {a: b}\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:4:15', message: 'notify' },
  },
  {
    name: 'a register that is no name',
    files: inTasks('- command: x\n  register: my-result\n'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:4:17', message: '"my-result" is not allowed', hint: 'letters' },
  },
  {
    name: 'a register that is a list',
    files: inTasks('- command: x\n  register: [a]\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:4:17', message: 'register: expected text' },
  },
  {
    name: 'a loop that is a word',
    files: inTasks('- debug: {msg: x}\n  loop: names\n'),
    expect: { code: 'LOOP_NOT_LIST', at: 'site.yml:4:13', message: 'got "names"', hint: '{{ names }}' },
  },
  {
    name: 'a loop that is a map',
    files: inTasks('- debug: {msg: x}\n  loop: {a: 1}\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:4:13', message: 'loop: expected' },
  },
  {
    name: 'a loop that is a number',
    files: inTasks('- debug: {msg: x}\n  loop: 3\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:4:13', message: 'loop: expected' },
  },
  {
    name: 'a loop over a text',
    files: inTasks("- debug: {msg: x}\n  vars: {names: a b}\n  loop: '{{ names }}'\n"),
    expect: { code: 'LOOP_NOT_LIST', at: 'site.yml:5:13', message: 'loop needs a list, got a text', hint: 'split' },
  },
  {
    name: 'a loop over a map',
    files: inTasks("- debug: {msg: x}\n  vars: {names: {a: 1}}\n  loop: '{{ names }}'\n"),
    expect: { code: 'LOOP_NOT_LIST', at: 'site.yml:5:13', message: 'got a map', hint: 'as a list' },
  },
  {
    name: 'a loop over what is not defined',
    files: inTasks("- debug: {msg: x}\n  loop: '{{ names }}'\n"),
    expect: { code: 'VARIABLE_UNDEFINED', at: 'site.yml:4:17', message: 'names is not defined' },
  },
  {
    name: 'a loop with an item that is not defined',
    files: inTasks("- debug: {msg: '{{ item }}'}\n  loop: [a, '{{ nope }}']\n"),
    expect: { code: 'VARIABLE_UNDEFINED', at: 'site.yml:4:21', message: 'nope is not defined' },
  },
  {
    name: 'an item outside of a loop',
    files: inTasks("- debug: {msg: '{{ item }}'}\n"),
    expect: { code: 'VARIABLE_UNDEFINED', at: 'site.yml:3:24', message: 'item is not defined', hint: 'loop' },
  },
  {
    name: 'loop_control with a wrong key',
    files: inTasks('- debug: {msg: x}\n  loop: [1]\n  loop_control: {loopvar: x}\n'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:5:22', message: '"loopvar"', hint: 'did you mean "loop_var"?' },
  },
  {
    name: 'loop_control with a name that is none',
    files: inTasks('- debug: {msg: x}\n  loop: [1]\n  loop_control: {loop_var: a-b}\n'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:5:32', message: 'loop_control.loop_var' },
  },
  {
    name: 'loop_control that is a text',
    files: inTasks('- debug: {msg: x}\n  loop: [1]\n  loop_control: x\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:5:21', message: 'loop_control: expected a map' },
  },
  {
    name: 'a label that is not defined',
    files: inTasks("- debug: {msg: x}\n  loop: [1]\n  loop_control: {label: '{{ nope }}'}\n"),
    expect: { code: 'VARIABLE_UNDEFINED', at: 'site.yml:5:33', message: 'nope is not defined' },
  },
  {
    name: 'a timeout of nothing',
    files: inTasks('- debug: {msg: x}\n  timeout: 0\n'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:4:16', message: 'timeout: expected more than 0' },
  },
  {
    name: 'a timeout that is a text',
    files: inTasks("- debug: {msg: x}\n  timeout: '5s'\n"),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:4:16', message: 'timeout: expected a number' },
  },
  {
    name: 'ignore_errors as a word',
    files: inTasks('- command: x\n  ignore_errors: yes\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:4:22', message: 'ignore_errors: expected true or false' },
  },
  {
    name: 'run_once as a number',
    files: inTasks('- command: x\n  run_once: 1\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:4:17', message: 'run_once: expected true or false' },
  },
  {
    name: 'variables of a task that are a text',
    files: inTasks('- command: x\n  vars: a=1\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:4:13', message: 'vars: expected a map' },
  },
  {
    name: 'delegation to what cannot be a host',
    files: inTasks('- command: x\n  delegate_to: a host\n'),
    expect: { code: 'HOST_NAME_INVALID', at: 'site.yml:4:20', message: 'delegate_to: "a host" is not a host name', hint: 'inventory' },
  },
  {
    name: 'delegation of an item to what cannot be a host',
    files: inTasks("- command: x\n  delegate_to: '{{ item }}'\n  loop: [localhost, '-oProxyCommand=x']\n"),
    expect: { code: 'HOST_NAME_INVALID', at: 'site.yml:4:20', message: '"-oProxyCommand=x" is not a host name' },
  },
  {
    name: 'delegation to what is not defined',
    files: inTasks("- command: x\n  delegate_to: '{{ nope }}'\n"),
    expect: { code: 'VARIABLE_UNDEFINED', at: 'site.yml:4:24', message: 'nope is not defined' },
  },
  {
    name: 'a rescue without a block',
    files: inTasks('- name: lonely\n  rescue: [{debug: {msg: x}}]\n'),
    expect: { code: 'KEY_MISSING', at: 'site.yml:3:7', message: 'block' },
  },
  {
    name: 'a task type beside a block',
    files: inTasks('- block: [{debug: {msg: x}}]\n  debug: {msg: x}\n'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:4:7', message: 'debug', hint: 'task below block' },
  },
  {
    name: 'a block that loops',
    files: inTasks('- block: [{debug: {msg: x}}]\n  loop: [1]\n'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:4:7', message: 'loop' },
  },
  {
    name: 'a mistake inside a rescue',
    files: inTasks('- block: [{debug: {msg: x}}]\n  rescue: [{debgu: {msg: x}}]\n'),
    expect: { code: 'TASK_TYPE_UNKNOWN', at: 'site.yml:4:17', message: 'debgu', hint: 'debug' },
  },
  {
    name: 'a block among handlers',
    files: { 'site.yml': '- hosts: all\n  handlers:\n    - block: [{debug: {msg: x}}]\n' },
    expect: { code: 'NOT_SUPPORTED', at: 'site.yml:3:7', message: 'a handler takes no block', hint: 'listen' },
  },
  {
    name: 'an inventory that is to be read again',
    files: inTasks('- meta: refresh_inventory\n'),
    expect: { code: 'NOT_SUPPORTED', at: 'site.yml:3:13', message: 'no meta: refresh_inventory', hint: 'run again' },
  },
  {
    name: 'the end of a role outside of one',
    files: inTasks('- meta: end_role\n'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:13', message: 'end_role stands in no role', hint: 'end_host' },
  },
  {
    name: 'a meta that is misspelt',
    files: inTasks('- meta: end_hosts\n'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:13', message: 'expected one of flush_handlers, end_host', hint: 'end_host' },
  },
  {
    name: 'an end whose condition cannot be read',
    files: inTasks('- meta: end_host\n  when: "1 +"\n'),
    expect: { code: 'EXPRESSION_SYNTAX', at: 'site.yml:4:17', message: 'ends too early' },
  },
  {
    name: 'an action of meta that nobody has',
    files: inTasks('- meta: flush_handler\n'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:13', message: 'flush_handler', hint: 'flush_handlers' },
  },
  {
    name: 'a loop beside meta',
    files: inTasks('- meta: flush_handlers\n  loop: [1]\n'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:4:7', message: 'loop' },
  },
  {
    name: 'a condition of meta that nobody can read',
    files: inTasks('- meta: flush_handlers\n  when: a ==\n'),
    expect: { code: 'EXPRESSION_SYNTAX', at: 'site.yml:4:17', message: 'ends too early' },
  },
  {
    name: 'meta among handlers',
    files: { 'site.yml': '- hosts: all\n  handlers:\n    - meta: flush_handlers\n' },
    expect: { code: 'NOT_SUPPORTED', at: 'site.yml:3:7', message: 'a handler takes no meta', hint: 'order' },
  },
  {
    name: 'an import of a file that is not there',
    files: inTasks('- import_tasks: none.yml\n'),
    expect: { code: 'FILE_MISSING', at: 'site.yml:3:21', message: 'none.yml', hint: 'folder of the file' },
  },
  {
    name: 'an import with a template',
    files: inTasks('- import_tasks: "{{ x }}.yml"\n'),
    expect: { code: 'NOT_SUPPORTED', at: 'site.yml:3:21', message: 'import_tasks takes no template', hint: 'when' },
  },
  {
    name: 'an import without a name',
    files: inTasks('- import_tasks: [a.yml]\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:21', message: 'name of a file', hint: 'FILE.yml' },
  },
  {
    name: 'an import that loops',
    files: { ...inTasks('- import_tasks: t.yml\n  loop: [1]\n'), 't.yml': '[]' },
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:4:7', message: 'loop' },
  },
  {
    name: 'an import of a playbook',
    files: { ...inTasks('- import_tasks: t.yml\n'), 't.yml': 'hosts: all\n' },
    expect: { code: 'TYPE_WRONG', at: 't.yml:1:1', message: 'the file is a playbook', hint: 'list of tasks' },
  },
  {
    name: 'files that import each other',
    files: { ...inTasks('- import_tasks: t.yml\n'), 't.yml': '- import_tasks: u.yml\n', 'u.yml': '- import_tasks: t.yml\n' },
    expect: { code: 'IMPORT_CYCLE', at: 'u.yml:1:17', message: 't.yml -> u.yml -> t.yml', hint: 'remove one' },
  },
  {
    name: 'a role that imports a file outside of it',
    files: {
      'site.yml': '- hosts: all\n  roles: [r]\n',
      'roles/r/role.yml': "summary: s\nversion: '1'\n",
      'roles/r/tasks/main.yml': '- import_tasks: ../../../t.yml\n',
      't.yml': '[]',
    },
    expect: { code: 'PATH_ESCAPE', at: 'roles/r/tasks/main.yml:1:17', message: 'leads out of the role', hint: 'into the role' },
  },
  {
    name: 'with_items',
    files: inTasks('- debug: {msg: x}\n  with_items: [1]\n'),
    expect: { code: 'NOT_SUPPORTED', at: 'site.yml:4:7', message: 'with_items', hint: 'use loop' },
  },
  {
    name: 'with_fileglob',
    files: inTasks("- debug: {msg: x}\n  with_fileglob: ['*.pem']\n"),
    expect: { code: 'NOT_SUPPORTED', at: 'site.yml:4:7', message: 'with_fileglob', hint: 'use loop' },
  },
  {
    name: 'retries that are not a number',
    files: inTasks('- command: x\n  retries: often\n'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:4:16', message: 'retries' },
  },
  {
    name: 'ignore_unreachable that is a word',
    files: inTasks('- command: x\n  ignore_unreachable: perhaps\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:4:27', message: 'ignore_unreachable: expected true or false' },
  },
  {
    name: 'retries below none',
    files: inTasks('- command: x\n  retries: -1\n'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:4:16', message: 'retries' },
  },
  {
    name: 'retries from a variable that is no number',
    files: inTasks('- command: x\n  retries: "{{ n }}"\n  vars: {n: often}\n'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:4:16', message: 'retries: expected a number from 0, got "often"', hint: 'retries: 3' },
  },
  {
    name: 'delay without until',
    files: inTasks('- command: x\n  delay: 3\n'),
    expect: { code: 'KEY_MISSING', at: 'site.yml:4:7', message: 'delay', hint: 'until' },
  },
  {
    name: 'until in braces',
    files: inTasks('- command: x\n  register: r\n  until: "{{ r.rc == 0 }}"\n'),
    expect: { code: 'EXPRESSION_TEMPLATED', at: 'site.yml:5:14', message: 'until', hint: 'until: r.rc == 0' },
  },
  {
    name: 'break_when that cannot be read',
    files: inTasks('- command: x\n  loop: [1]\n  loop_control: {break_when: "1 +"}\n'),
    expect: { code: 'EXPRESSION_SYNTAX', at: 'site.yml:5:38', message: 'ends too early' },
  },
  {
    name: 'a pause that is a word',
    files: inTasks('- command: x\n  loop: [1]\n  loop_control: {pause: long}\n'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:5:29', message: 'pause' },
  },
  {
    name: 'args',
    files: inTasks('- command: x\n  args: {chdir: /}\n'),
    expect: { code: 'NOT_SUPPORTED', at: 'site.yml:4:7', message: 'takes no args' },
  },
  {
    name: 'local_action',
    files: inTasks('- local_action: command x\n'),
    expect: { code: 'NOT_SUPPORTED', at: 'site.yml:3:7', message: 'local_action', hint: 'delegate_to: localhost' },
  },
  {
    name: 'async',
    files: inTasks('- command: x\n  async: 10\n  poll: 0\n'),
    expect: { code: 'NOT_SUPPORTED', at: 'site.yml:5:7', message: 'takes no poll' },
  },
  {
    name: 'the full name of raw',
    files: inTasks('- ansible.builtin.raw: uptime\n'),
    expect: { code: 'NOT_SUPPORTED', at: 'site.yml:3:7', message: 'no task type raw', hint: 'use command' },
  },
  {
    name: 'apt',
    files: inTasks('- apt: {name: prometheus}\n'),
    expect: { code: 'NOT_SUPPORTED', at: 'site.yml:3:7', message: 'apt', hint: 'use package' },
  },
  {
    name: 'openssl_privatekey',
    files: inTasks('- community.crypto.openssl_privatekey: {path: /a}\n'),
    expect: { code: 'NOT_SUPPORTED', at: 'site.yml:3:7', message: 'openssl_privatekey', hint: 'use generate' },
  },
]
