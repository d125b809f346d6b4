import { type BadCase, inTasks, roleHead } from '../bad-case.ts'

const levels = 13
/** Each file imports the next one twice, so there are two to the power of `levels` imports of the last. */
const bomb = Object.fromEntries(Array.from({ length: levels }, (_, at) => [`t${at}.yml`, `- import_tasks: t${at + 1}.yml\n`.repeat(2)]))

/** Playbooks, tasks and roles that are brought in from other files. */
export const importCases: readonly BadCase[] = [
  {
    name: 'an imported playbook that is not there',
    files: { 'site.yml': '- import_playbook: none.yml\n' },
    expect: { code: 'FILE_MISSING', at: 'site.yml:1:20', message: 'no file none.yml', hint: 'folder of the file' },
  },
  {
    name: 'an imported playbook by a template',
    files: { 'site.yml': '- import_playbook: "{{ x }}.yml"\n' },
    expect: { code: 'NOT_SUPPORTED', at: 'site.yml:1:20', message: 'import_playbook takes no template', hint: 'when' },
  },
  {
    name: 'an imported playbook by a list',
    files: { 'site.yml': '- import_playbook: [a.yml]\n' },
    expect: { code: 'TYPE_WRONG', at: 'site.yml:1:20', message: 'import_playbook: expected text, got a list' },
  },
  {
    name: 'an import of a playbook with a keyword of plays',
    files: { 'site.yml': '- import_playbook: b.yml\n  become: true\n', 'b.yml': '- hosts: all\n' },
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:2:3', message: '"become"' },
  },
  {
    name: 'an import of a playbook with a condition in braces',
    files: { 'site.yml': '- import_playbook: b.yml\n  when: "{{ x }}"\n', 'b.yml': '- hosts: all\n' },
    expect: { code: 'EXPRESSION_TEMPLATED', at: 'site.yml:2:9', message: 'when', hint: 'when: x' },
  },
  {
    name: 'an imported playbook that is a list of tasks',
    files: { 'site.yml': '- import_playbook: b.yml\n', 'b.yml': '- debug: {msg: x}\n' },
    expect: { code: 'KEY_UNKNOWN', at: 'b.yml:1:3', message: '"debug"', hint: 'put the task under tasks' },
  },
  {
    name: 'an imported playbook that is empty',
    files: { 'site.yml': '- import_playbook: b.yml\n', 'b.yml': '' },
    expect: { code: 'TYPE_WRONG', at: 'b.yml:1:1', message: 'the playbook is empty' },
  },
  {
    name: 'playbooks that import each other',
    files: { 'site.yml': '- import_playbook: b.yml\n', 'b.yml': '- import_playbook: site.yml\n' },
    expect: { code: 'IMPORT_CYCLE', at: 'b.yml:1:20', message: 'site.yml -> b.yml -> site.yml', hint: 'remove one' },
  },
  {
    name: 'a playbook imported among tasks',
    files: inTasks('- import_playbook: b.yml\n'),
    expect: { code: 'NOT_SUPPORTED', at: 'site.yml:3:7', message: 'a task takes no import_playbook', hint: 'list of plays' },
  },
  {
    name: 'files that double with every level',
    files: { ...inTasks('- import_tasks: t0.yml\n'), ...bomb, [`t${levels}.yml`]: '[]\n' },
    expect: { code: 'IMPORT_LIMIT', at: 't11.yml:1:17', message: 'more than 5000', hint: 'import a file once' },
  },
  {
    name: 'import_role by a name alone',
    files: inTasks('- import_role: r\n'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:20', message: 'import_role: expected a map' },
  },
  {
    name: 'import_role without a name',
    files: inTasks('- import_role: {tasks_from: x}\n'),
    expect: { code: 'KEY_MISSING', at: 'site.yml:3:20', message: 'the key "name"' },
  },
  {
    name: 'an imported role that is not there',
    files: inTasks('- import_role: {name: nope}\n'),
    expect: { code: 'ROLE_UNKNOWN', at: 'site.yml:3:27', message: 'no role nope' },
  },
  {
    name: 'a file of an imported role that is not there',
    files: { ...inTasks('- import_role: {name: r, tasks_from: nope}\n'), 'roles/r/role.yml': roleHead },
    expect: { code: 'FILE_MISSING', at: 'site.yml:3:42', message: 'no file roles/r/tasks/nope.yml' },
  },
  {
    name: 'a file of an imported role outside of it',
    files: { ...inTasks('- import_role: {name: r, tasks_from: ../../../t.yml}\n'), 'roles/r/role.yml': roleHead, 't.yml': '[]\n' },
    expect: { code: 'PATH_ESCAPE', at: 'site.yml:3:42', message: 'leads out of the role' },
  },
  {
    name: 'an input that the imported role does not have',
    files: { ...inTasks('- import_role: {name: r}\n  vars: {port: 1}\n'), 'roles/r/role.yml': roleHead },
    expect: { code: 'ROLE_INPUT', at: 'site.yml:4:14', message: 'has no input "port"' },
  },
  {
    name: 'an input of an imported role with a wrong type',
    files: {
      ...inTasks('- import_role: {name: r, inputs: {port: x}}\n'),
      'roles/r/role.yml': `${roleHead}inputs: {port: {type: integer, description: port}}\n`,
    },
    expect: { code: 'ROLE_INPUT', at: 'site.yml:3:45', message: 'port: expected a whole number' },
  },
  {
    name: 'vars_from of import_role',
    files: { ...inTasks('- import_role: {name: r, vars_from: x}\n'), 'roles/r/role.yml': roleHead },
    expect: { code: 'NOT_SUPPORTED', at: 'site.yml:3:30', message: 'import_role takes no vars_from', hint: 'role.yml' },
  },
  {
    name: 'import_role in a loop',
    files: { ...inTasks('- import_role: {name: r}\n  loop: [1]\n'), 'roles/r/role.yml': roleHead },
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:4:7', message: '"loop"' },
  },
  {
    name: 'a role that imports itself',
    files: {
      ...inTasks('- import_role: {name: r}\n'),
      'roles/r/role.yml': roleHead,
      'roles/r/tasks/main.yml': '- import_role: {name: r}\n',
    },
    expect: { code: 'IMPORT_CYCLE', at: 'roles/r/tasks/main.yml:1:23', message: 'roles/r/tasks/main.yml -> roles/r/tasks/main.yml' },
  },
  {
    name: 'roles that import each other',
    files: {
      ...inTasks('- import_role: {name: r}\n'),
      'roles/r/role.yml': roleHead,
      'roles/r/tasks/main.yml': '- import_role: {name: s}\n',
      'roles/s/role.yml': roleHead,
      'roles/s/tasks/main.yml': '- import_role: {name: r}\n',
    },
    expect: {
      code: 'IMPORT_CYCLE',
      at: 'roles/s/tasks/main.yml:1:23',
      message: 'roles/r/tasks/main.yml -> roles/s/tasks/main.yml -> roles/r/tasks/main.yml',
    },
  },
  {
    name: 'a role imported among handlers',
    files: { 'site.yml': '- hosts: all\n  handlers:\n    - import_role: {name: r}\n' },
    expect: {
      code: 'NOT_SUPPORTED',
      at: 'site.yml:3:7',
      message: 'a handler takes no import_role',
      hint: 'put the handlers into the role',
    },
  },
  {
    name: 'a handler of an imported file that cannot be notified',
    files: { 'site.yml': '- hosts: all\n  handlers:\n    - import_tasks: h.yml\n', 'h.yml': '- debug: {msg: x}\n' },
    expect: { code: 'KEY_MISSING', at: 'h.yml:1:3', message: 'can never be notified' },
  },
  {
    name: 'an included file that is not there',
    files: inTasks('- include_tasks: none.yml\n'),
    expect: { code: 'FILE_MISSING', at: 'site.yml:3:22', message: 'include_tasks: there is no file none.yml', hint: 'looked in' },
  },
  {
    name: 'a template that no file fits',
    files: inTasks('- include_tasks: "none-{{ x }}.yml"\n  vars: {x: 1}\n'),
    expect: { code: 'FILE_MISSING', at: 'site.yml:3:22', message: 'no file can be meant by none-{{ x }}.yml' },
  },
  {
    name: 'a template that fits no file of tasks',
    files: { ...inTasks('- include_tasks: "{{ x }}"\n  vars: {x: vars.yml}\n'), 'vars.yml': 'port: 9100\n' },
    expect: { code: 'FILE_MISSING', at: 'site.yml:3:22', message: 'no file can be meant by {{ x }}' },
  },
  {
    name: 'a template for the folder of an include',
    files: { ...inTasks('- include_tasks: "{{ x }}/t.yml"\n'), 'a/t.yml': '[]\n' },
    expect: { code: 'NOT_SUPPORTED', at: 'site.yml:3:22', message: 'in the name of a file, not in that of its folder' },
  },
  {
    name: 'a mistake in an included file',
    files: { ...inTasks('- include_tasks: t.yml\n  when: false\n'), 't.yml': '- debg: {msg: x}\n' },
    expect: { code: 'TASK_TYPE_UNKNOWN', at: 't.yml:1:3', message: 'debg', hint: 'debug' },
  },
  {
    name: 'a file that includes itself',
    files: { ...inTasks('- include_tasks: t.yml\n'), 't.yml': '- include_tasks: t.yml\n  when: false\n' },
    expect: { code: 'IMPORT_CYCLE', at: 't.yml:1:18', message: 't.yml -> t.yml' },
  },
  {
    name: 'become beside an include',
    files: { ...inTasks('- include_tasks: t.yml\n  become: true\n'), 't.yml': '[]\n' },
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:4:7', message: 'include_tasks takes no become for itself', hint: 'apply: {become: ...}' },
  },
  {
    name: 'a word under apply that no task has',
    files: { ...inTasks('- include_tasks: {file: t.yml, apply: {becme: true}}\n'), 't.yml': '[]\n' },
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:3:44', message: '"becme"', hint: 'become' },
  },
  {
    name: 'a list of an include that nobody gives',
    files: { ...inTasks('- include_tasks: t.yml\n  loop: "{{ nowhere }}"\n'), 't.yml': '[]\n' },
    expect: { code: 'VARIABLE_UNDEFINED', at: 'site.yml:4:17', message: 'nowhere' },
  },
  {
    name: 'a mistake in what an include of an open list brings in',
    files: {
      ...inTasks('- command: x\n  register: r\n- include_tasks: t.yml\n  loop: "{{ r.stdout_lines }}"\n'),
      't.yml': '- debug: {mgs: "{{ item }}"}\n',
    },
    expect: { code: 'KEY_UNKNOWN', at: 't.yml:1:11', message: 'mgs' },
  },
  {
    name: 'an included role by a template',
    files: inTasks('- include_role: {name: "{{ x }}"}\n'),
    expect: { code: 'NOT_SUPPORTED', at: 'site.yml:3:28', message: 'include_role takes no template', hint: 'choose with when' },
  },
  {
    name: 'an included role that is not there',
    files: inTasks('- include_role: {name: nope}\n'),
    expect: { code: 'ROLE_UNKNOWN', at: 'site.yml:3:28', message: 'no role nope' },
  },
  {
    name: 'an input that the included role does not have',
    files: { ...inTasks('- include_role: {name: r}\n  vars: {port: 1}\n'), 'roles/r/role.yml': roleHead },
    expect: { code: 'ROLE_INPUT', at: 'site.yml:4:14', message: 'has no input "port"' },
  },
  {
    name: 'public of import_role',
    files: { ...inTasks('- import_role: {name: r, public: true}\n'), 'roles/r/role.yml': roleHead },
    expect: { code: 'NOT_SUPPORTED', at: 'site.yml:3:30', message: 'import_role takes no public', hint: 'include_role' },
  },
  {
    name: 'an imported role of another version',
    files: { ...inTasks('- import_role: {name: r, version: ">=2"}\n'), 'roles/r/role.yml': roleHead },
    expect: { code: 'ROLE_VERSION', at: 'site.yml:3:39', message: 'has version 1, expected >=2' },
  },
  {
    name: 'an included role of another version',
    files: { ...inTasks('- include_role: {name: r, version: "^2"}\n'), 'roles/r/role.yml': roleHead },
    expect: { code: 'ROLE_VERSION', at: 'site.yml:3:40', message: 'has version 1, expected ^2' },
  },
  {
    name: 'an include among handlers without a name',
    files: { 'site.yml': '- hosts: all\n  handlers:\n    - include_tasks: h.yml\n', 'h.yml': '[]\n' },
    expect: { code: 'KEY_MISSING', at: 'site.yml:3:7', message: 'a handler without name or listen' },
  },
  {
    name: 'a block in what an include among handlers brings in',
    files: {
      'site.yml': '- hosts: all\n  handlers:\n    - {name: h, include_tasks: h.yml}\n',
      'h.yml': '- block: [{debug: {msg: x}}]\n',
    },
    expect: { code: 'NOT_SUPPORTED', at: 'h.yml:1:3', message: 'a handler takes no block', hint: 'listen' },
  },
  {
    name: 'a role among handlers',
    files: { 'site.yml': '- hosts: all\n  handlers:\n    - include_role: {name: r}\n', 'roles/r/role.yml': roleHead },
    expect: {
      code: 'NOT_SUPPORTED',
      at: 'site.yml:3:7',
      message: 'a handler takes no include_role',
      hint: 'put the handlers into the role',
    },
  },
  {
    name: 'included variables that are not there',
    files: inTasks('- include_vars: none.yml\n'),
    expect: { code: 'FILE_MISSING', at: 'site.yml:3:21', message: 'include_vars: there is no file', hint: 'looked in' },
  },
  {
    name: 'include_vars of nothing',
    files: inTasks('- include_vars: {name: x}\n'),
    expect: { code: 'KEY_MISSING', at: 'site.yml:3:21', message: 'expected file or dir, got neither' },
  },
  {
    name: 'include_vars of a file and a folder',
    files: { ...inTasks('- include_vars: {file: a.yml, dir: b}\n'), 'a.yml': 'x: 1\n' },
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:21', message: 'expected file or dir, got both' },
  },
  {
    name: 'included variables that are a list',
    files: { ...inTasks('- include_vars: a.yml\n'), 'a.yml': '- x\n' },
    expect: { code: 'TYPE_WRONG', at: 'a.yml:1:1', message: 'expected a map of variables' },
  },
  {
    name: 'a variable that an include does not give',
    files: { ...inTasks('- include_tasks: t.yml\n  vars: {name_of: x}\n'), 't.yml': '- debug: {msg: "{{ nameof }}"}\n' },
    expect: { code: 'VARIABLE_UNDEFINED', at: 't.yml:1:20', message: 'nameof', hint: 'name_of' },
  },
  {
    name: 'alternatives of vars_files none of which is there',
    files: { 'site.yml': '- hosts: all\n  vars_files:\n    - [a.yml, b.yml]\n' },
    expect: { code: 'FILE_MISSING', at: 'site.yml:3:8', message: 'no file a.yml, and no b.yml', hint: 'folder of the playbook' },
  },
  {
    name: 'alternatives of vars_files by a template none of which is there',
    files: { 'site.yml': '- hosts: all\n  vars: {os: debian}\n  vars_files:\n    - ["{{ os }}.yml", b.yml]\n' },
    expect: { code: 'FILE_MISSING', at: 'site.yml:4:8', message: 'cannot read debian.yml, nor b.yml' },
  },
]
