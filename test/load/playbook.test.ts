import { expect, test } from 'vitest'
import { loadAll } from '../../src/load/index.ts'
import { memoryFiles } from './memory-files.ts'
import { stubTypes, stubValidators } from './stub-types.ts'

const role = `summary: a role
version: '1'
inputs:
  names: {type: array, items: {type: string}, minItems: 1, required: true, description: names}
  days: {type: integer, default: 90, description: days}
  port: {type: [integer, string], pattern: '^[0-9]+$', description: port}
`

async function load(playbook: string, more: Readonly<Record<string, string>> = {}) {
  return loadAll({
    playbook: 'site.yml',
    inventories: ['h1,'],
    rolesPaths: ['more'],
    shippedRoles: '/shipped',
    taskTypes: stubTypes,
    validators: stubValidators,
    files: memoryFiles({
      '/w/site.yml': playbook,
      '/w/vars.yml': 'a: yes\n',
      '/w/roles/near/role.yml': role,
      '/w/roles/near/tasks/main.yml': '- debug: {msg: near}\n',
      '/w/more/far/role.yml': role,
      '/shipped/near/role.yml': `summary: hidden\nversion: '2'\n`,
      '/shipped/ours/role.yml': `summary: ours\nversion: '3'\ndependencies: [near]\n`,
      '/shipped/ours/handlers/main.yml': '- name: restart\n  command: restart\n',
      ...more,
    }),
    cwd: '/w',
  })
}

const found = (problems: Awaited<ReturnType<typeof load>>['problems']) =>
  problems.map(({ code, at }) => `${code} ${at === undefined ? '-' : `${at.file}:${at.line}:${at.column}`}`)

const inPlay = (lines: string) => `- hosts: all\n${lines}`
const inTasks = (lines: string) => `- hosts: all\n  tasks:\n${lines}`

test('a playbook becomes plays, roles and tasks', async () => {
  const { playbook, problems } = await load(`- name: first
  hosts: [web, 'db:!old']
  become: true
  become_user: prometheus
  serial: [1, '50%']
  order: sorted
  gather_facts: false
  vars: {a: 1}
  vars_files: vars.yml
  tags: x, y
  roles:
    - near
    - role: far
      inputs: {names: ['{{ n }}'], port: '9090'}
      vars: {days: 3}
      when: a == 1
  pre_tasks: [{debug: }]
  tasks:
    - name: copy it
      ansible.builtin.copy: {dest: /b, content: '{{ raw', mode: '0644'}
      when: [a == 1, true]
      loop: '{{ list }}'
      loop_control: {loop_var: one, index_var: i, label: l}
      register: done
      notify: [h, k]
      delegate_to: localhost
      run_once: true
      changed_when: false
      no_log: true
      check_mode: false
      timeout: 1.5
    - command: uptime -p
  handlers:
    - {name: h, listen: k, debug: {msg: x}}
  post_tasks:
`)
  expect(problems).toEqual([])
  const [play] = playbook.plays
  expect(playbook.file).toBe('site.yml')
  expect(play).toMatchObject({
    name: 'first',
    hosts: { value: 'web,db,!old' },
    keywords: { become: { value: true }, becomeUser: { value: 'prometheus' }, tags: ['x', 'y'] },
    serial: [{ value: 1 }, { value: '50%' }],
    order: 'sorted',
    varsFiles: [[{ value: 'vars.yml', at: { line: 9, column: 15 } }]],
    roles: [
      { role: { name: 'near', folder: '/w/roles/near', summary: 'a role' } },
      { role: { name: 'far', folder: '/w/more/far' }, keywords: { when: [{ value: 'a == 1' }] } },
    ],
    preTasks: [{ type: 'debug', params: { kind: 'map', entries: [] } }],
    postTasks: [],
    handlers: [{ name: 'h', listen: ['k'] }],
  })
  expect(play?.roles[1]?.inputs?.entries.map(({ key }) => key)).toEqual(['names', 'port', 'days'])
  expect(play?.tasks[0]).toMatchObject({
    name: 'copy it',
    type: 'copy',
    typeAt: { line: 20, column: 7 },
    keywords: { when: [{ value: 'a == 1' }, { value: true }] },
    loopControl: { loopVar: 'one', indexVar: 'i', label: { value: 'l' } },
    register: { value: 'done' },
    notify: [{ value: 'h' }, { value: 'k' }],
    delegateTo: { value: 'localhost' },
    runOnce: true,
    ignoreErrors: false,
    changedWhen: [{ value: false }],
    failedWhen: undefined,
    noLog: true,
    checkMode: false,
    diff: undefined,
    timeout: 1.5,
  })
  expect(play?.tasks[1]).toMatchObject({
    type: 'command',
    params: { entries: [{ key: 'cmd', value: { value: 'uptime -p' } }] },
    loopControl: { loopVar: 'item' },
  })
})

test('a role beside the playbook hides one of the same name that is shipped, and dependencies are read', async () => {
  const { playbook, problems } = await load(inPlay('  roles: [{role: ours}, {role: near, inputs: {names: [a]}}]\n'))
  expect(problems).toEqual([])
  const [ours, near] = playbook.plays[0]?.roles ?? []
  expect(ours?.role).toMatchObject({ version: '3', dependencies: [{ role: { folder: '/w/roles/near' } }], handlers: [{ name: 'restart' }] })
  expect(ours?.role.dependencies[0]?.role).toBe(near?.role)
  expect(near?.role.inputs.map(({ name, required, schema }) => ({ name, required, schema }))).toEqual([
    { name: 'names', required: true, schema: { type: 'array', items: { type: 'string' }, minItems: 1 } },
    { name: 'days', required: false, schema: { type: 'integer' } },
    { name: 'port', required: false, schema: { type: ['integer', 'string'], pattern: '^[0-9]+$' } },
  ])
})

test.each([
  // documents
  { case: 'empty', text: '', problems: ['TYPE_WRONG site.yml:1:1'] },
  { case: 'a map', text: 'hosts: all\n', problems: ['TYPE_WRONG site.yml:1:1'] },
  { case: 'a play that is a text', text: '- all\n', problems: ['TYPE_WRONG site.yml:1:3'] },
  { case: 'a tab', text: '- hosts: all\n\ttasks: []\n', problems: ['YAML_SYNTAX site.yml:2:1'] },
  // plays
  { case: 'no hosts', text: '- name: x\n  tasks: []\n', problems: ['KEY_MISSING site.yml:1:3'] },
  { case: 'empty hosts', text: "- hosts: ''\n", problems: ['VALUE_INVALID site.yml:1:10'] },
  { case: 'hosts as a number', text: '- hosts: 5\n', problems: ['TYPE_WRONG site.yml:1:10'] },
  { case: 'a misspelt key', text: inPlay('  becom: true\n'), problems: ['KEY_UNKNOWN site.yml:2:3'] },
  { case: 'a misspelt key that is needed', text: '- host: all\n', problems: ['KEY_UNKNOWN site.yml:1:3'] },
  {
    case: 'two keys that do not exist',
    text: inPlay('  foo: 1\n  bar: 2\n'),
    problems: ['KEY_UNKNOWN site.yml:2:3', 'KEY_UNKNOWN site.yml:3:3'],
  },
  {
    case: 'a word of Ansible',
    text: inPlay('  strategy: free\n  port: 22\n'),
    problems: ['NOT_SUPPORTED site.yml:2:3', 'NOT_SUPPORTED site.yml:3:3'],
  },
  { case: 'import_playbook', text: '- import_playbook: x.yml\n', problems: ['FILE_MISSING site.yml:1:20'] },
  { case: 'when on a play', text: inPlay('  when: x\n'), problems: ['NOT_SUPPORTED site.yml:2:3'] },
  { case: 'a word for a boolean', text: inPlay('  become: yes\n'), problems: ['TYPE_WRONG site.yml:2:11'] },
  { case: 'a template for a boolean', text: inPlay("  become: '{{ b }}'\n"), problems: ['TYPE_WRONG site.yml:2:11'] },
  { case: 'an order that does not exist', text: inPlay('  order: sortd\n'), problems: ['VALUE_INVALID site.yml:2:10'] },
  { case: 'a serial of zero', text: inPlay('  serial: 0\n'), problems: ['VALUE_INVALID site.yml:2:11'] },
  { case: 'a serial that is no count', text: inPlay('  serial: [1, half]\n'), problems: ['VALUE_INVALID site.yml:2:15'] },
  { case: 'vars as a list', text: inPlay('  vars: [a]\n'), problems: ['TYPE_WRONG site.yml:2:9'] },
  { case: 'a variable with a hyphen', text: inPlay('  vars: {a-b: 1}\n'), problems: ['VALUE_INVALID site.yml:2:10'] },
  {
    case: 'a file of variables that is not there',
    text: inPlay('  vars_files: [vars.yml, nope.yml]\n'),
    problems: ['FILE_MISSING site.yml:2:26'],
  },
  { case: 'tasks as a map', text: inPlay('  tasks: {debug: }\n'), problems: ['TYPE_WRONG site.yml:2:10'] },
  { case: 'a duplicate key', text: inPlay('  tasks: []\n  tasks: []\n'), problems: ['DUPLICATE_KEY site.yml:3:3'] },
  // tasks
  { case: 'a task that is a text', text: inTasks('    - debug\n'), problems: ['TYPE_WRONG site.yml:3:7'] },
  { case: 'no task type', text: inTasks('    - name: x\n'), problems: ['TASK_TYPE_MISSING site.yml:3:7'] },
  { case: 'two task types', text: inTasks('    - debug: {}\n      command: x\n'), problems: ['TASK_TYPE_TWICE site.yml:4:7'] },
  { case: 'a task type that does not exist', text: inTasks('    - coppy: {dest: /b}\n'), problems: ['TASK_TYPE_UNKNOWN site.yml:3:7'] },
  { case: 'a module of a collection', text: inTasks('    - community.general.foo: {}\n'), problems: ['TASK_TYPE_UNKNOWN site.yml:3:7'] },
  {
    case: 'a module of Ansible that has another name',
    text: inTasks('    - ansible.builtin.systemd: {name: x}\n'),
    problems: ['NOT_SUPPORTED site.yml:3:7'],
  },
  { case: 'a misspelt keyword beside a type', text: inTasks('    - debug: {}\n      whn: x\n'), problems: ['KEY_UNKNOWN site.yml:4:7'] },
  {
    case: 'a block, with what is inside checked',
    text: inTasks('    - block: [{nonsense: 1}]\n      when: x\n'),
    problems: ['TASK_TYPE_UNKNOWN site.yml:3:16'],
  },
  { case: 'with_items', text: inTasks('    - debug: {}\n      with_items: [1]\n'), problems: ['NOT_SUPPORTED site.yml:4:7'] },
  { case: 'until and retries', text: inTasks('    - command: x\n      until: r.rc == 0\n      retries: 3\n'), problems: [] },
  { case: 'delay alone', text: inTasks('    - command: x\n      delay: 3\n'), problems: ['KEY_MISSING site.yml:4:7'] },
  { case: 'args', text: inTasks('    - command: x\n      args: {chdir: /}\n'), problems: ['NOT_SUPPORTED site.yml:4:7'] },
  {
    case: 'a condition in braces',
    text: inTasks("    - debug: {}\n      when: '{{ a }} == 1'\n"),
    problems: ['EXPRESSION_TEMPLATED site.yml:4:13'],
  },
  {
    case: 'a condition in braces among others',
    text: inTasks("    - debug: {}\n      failed_when: [a, '{{ b }}']\n"),
    problems: ['EXPRESSION_TEMPLATED site.yml:4:24'],
  },
  {
    case: 'a parameter that is a condition in braces',
    text: inTasks("    - assert: {that: ['{{ a }}']}\n"),
    problems: ['EXPRESSION_TEMPLATED site.yml:3:23'],
  },
  { case: 'a condition that is a number', text: inTasks('    - debug: {}\n      when: 5\n'), problems: ['TYPE_WRONG site.yml:4:13'] },
  { case: 'a loop that is a word', text: inTasks('    - debug: {}\n      loop: names\n'), problems: ['LOOP_NOT_LIST site.yml:4:13'] },
  { case: 'a loop that is a map', text: inTasks('    - debug: {}\n      loop: {a: 1}\n'), problems: ['TYPE_WRONG site.yml:4:13'] },
  {
    case: 'loop_control with a wrong key',
    text: inTasks('    - debug: {}\n      loop_control: {loopvar: x}\n'),
    problems: ['KEY_UNKNOWN site.yml:4:22'],
  },
  {
    case: 'a register that is no name',
    text: inTasks('    - debug: {}\n      register: a-b\n'),
    problems: ['VALUE_INVALID site.yml:4:17'],
  },
  { case: 'a timeout of zero', text: inTasks('    - debug: {}\n      timeout: 0\n'), problems: ['VALUE_INVALID site.yml:4:16'] },
  { case: 'a list of tags with a number', text: inTasks('    - debug: {}\n      tags: [a, 5]\n'), problems: ['TYPE_WRONG site.yml:4:17'] },
  { case: 'listen on a task', text: inTasks('    - debug: {}\n      listen: x\n'), problems: ['KEY_UNKNOWN site.yml:4:7'] },
  { case: 'a handler without a name', text: inPlay('  handlers: [{debug: }]\n'), problems: ['KEY_MISSING site.yml:2:14'] },
  // parameters
  { case: 'parameters as key=value', text: inTasks('    - copy: src=a dest=/b\n'), problems: ['TYPE_WRONG site.yml:3:13'] },
  { case: 'parameters as a list', text: inTasks('    - copy: [a]\n'), problems: ['TYPE_WRONG site.yml:3:13'] },
  { case: 'no parameters where some are needed', text: inTasks('    - copy:\n'), problems: ['KEY_MISSING site.yml:3:7'] },
  { case: 'a misspelt parameter that is needed', text: inTasks('    - copy: {dst: /b}\n'), problems: ['KEY_UNKNOWN site.yml:3:14'] },
  { case: 'a mode as a number', text: inTasks('    - copy: {dest: /b, mode: 0644}\n'), problems: ['MODE_NUMBER site.yml:3:30'] },
  { case: 'a mode that is not octal', text: inTasks("    - copy: {dest: /b, mode: '0888'}\n"), problems: ['VALUE_INVALID site.yml:3:30'] },
  { case: 'a relative path', text: inTasks('    - copy: {dest: b}\n'), problems: ['VALUE_INVALID site.yml:3:20'] },
  {
    case: 'a word that is not one of those allowed',
    text: inTasks('    - file: {path: /a, state: absnt}\n'),
    problems: ['VALUE_INVALID site.yml:3:31'],
  },
  { case: 'a number where words are allowed', text: inTasks('    - file: {path: /a, state: 5}\n'), problems: ['TYPE_WRONG site.yml:3:31'] },
  { case: 'a port in quotes', text: inTasks("    - wait_for: {port: '9090'}\n"), problems: ['TYPE_WRONG site.yml:3:24'] },
  { case: 'a port out of range', text: inTasks('    - wait_for: {port: 70000}\n'), problems: ['VALUE_INVALID site.yml:3:24'] },
  { case: 'an empty list', text: inTasks('    - command: {argv: []}\n'), problems: ['VALUE_INVALID site.yml:3:23'] },
  { case: 'an item of a list', text: inTasks('    - debug: {ports: [1, x]}\n'), problems: ['TYPE_WRONG site.yml:3:26'] },
  { case: 'an item twice', text: inTasks('    - debug: {ports: [1, 1]}\n'), problems: ['VALUE_INVALID site.yml:3:22'] },
  {
    case: 'the form that was meant',
    text: inTasks('    - source: {from: {kind: text, path: /a}}\n'),
    problems: ['KEY_MISSING site.yml:3:22', 'KEY_UNKNOWN site.yml:3:35'],
  },
  // roles
  { case: 'a role that does not exist', text: inPlay('  roles: [nera]\n'), problems: ['ROLE_UNKNOWN site.yml:2:11'] },
  { case: 'a role by its path', text: inPlay('  roles: [../near]\n'), problems: ['ROLE_UNKNOWN site.yml:2:11'] },
  { case: 'a role that is a number', text: inPlay('  roles: [5]\n'), problems: ['TYPE_WRONG site.yml:2:11'] },
  { case: 'a role without a name', text: inPlay('  roles: [{when: a}]\n'), problems: ['KEY_MISSING site.yml:2:11'] },
  {
    case: 'an input that does not exist',
    text: inPlay('  roles: [{role: near, inputs: {nams: [a]}}]\n'),
    problems: ['ROLE_INPUT site.yml:2:33'],
  },
  { case: 'an input beside inputs', text: inPlay('  roles: [{role: near, names: [a]}]\n'), problems: ['KEY_UNKNOWN site.yml:2:24'] },
  {
    case: 'an input of the wrong type',
    text: inPlay('  roles: [{role: near, inputs: {names: [a, 5], days: x}}]\n'),
    problems: ['ROLE_INPUT site.yml:2:44', 'ROLE_INPUT site.yml:2:54'],
  },
  {
    case: 'an input that does not match its pattern',
    text: inPlay('  roles: [{role: near, inputs: {port: x}}]\n'),
    problems: ['ROLE_INPUT site.yml:2:39'],
  },
  {
    case: 'an input given twice',
    text: inPlay('  roles: [{role: near, inputs: {days: 1}, vars: {days: 2}}]\n'),
    problems: ['DUPLICATE_KEY site.yml:2:50'],
  },
])('$case', async ({ text, problems }) => {
  expect(found((await load(text)).problems)).toEqual(problems)
})

test.each([
  { case: 'any parameter', text: inTasks("    - wait_for: {port: '{{ p }}', timeout: '{{ t }}'}\n") },
  { case: 'a whole map of parameters', text: inTasks("    - copy: '{{ all }}'\n") },
  { case: 'one of several words', text: inTasks("    - file: {path: /a, state: '{{ s }}'}\n") },
  { case: 'items of a list, also when they look alike', text: inTasks("    - debug: {ports: ['{{ p }}', '{{ p }}']}\n") },
  { case: 'a form of a union', text: inTasks("    - source: {from: '{{ f }}'}\n") },
  { case: 'a word inside a form of a union', text: inTasks("    - source: {from: {kind: '{{ k }}', path: /a}}\n") },
  { case: 'an input of a role', text: inPlay("  roles: [{role: near, inputs: {names: '{{ n }}', days: '{{ d }}'}}]\n") },
])('a template may stand for $case', async ({ text }) => {
  expect((await load(text)).problems).toEqual([])
})

test.each([
  { text: inPlay('  becom: true\n'), hint: 'did you mean "become"?' },
  { text: inTasks('    - coppy: {dest: /b}\n'), hint: 'did you mean "copy"?' },
  { text: inTasks('    - copy: src=a dest=/b mode=0644\n'), hint: "write copy: {src: a, dest: /b, mode: '0644'}" },
  { text: inTasks('    - copy: {dest: /b, mode: 644}\n'), hint: "write mode: '0644'" },
  { text: inTasks('    - copy: {dest: /b, mode: 0o644}\n'), hint: "write the mode as octal digits in quotes where it is set, like '0644'" },
  { text: inTasks("    - debug: {}\n      when: '{{ a }} == 1'\n"), hint: 'write when: a == 1' },
  { text: inTasks("    - debug: {}\n      when: ['{{ a }}']\n"), hint: 'write - a' },
  { text: inTasks("    - debug: {}\n      when: '{% if a %}x{% endif %}'\n"), hint: 'write it as an expression, like size(names) > 1' },
  { text: inTasks('    - debug: {}\n      with_items: [1]\n'), hint: 'use loop with a list; the item is {{ item }}' },
  { text: inTasks('    - debug: {}\n      loop: names\n'), hint: 'write a list, or loop: "{{ names }}" for a variable' },
  { text: inTasks('    - file: {path: /a, state: absnt}\n'), hint: 'did you mean "absent"?' },
  { text: inPlay('  roles: [nera]\n'), hint: 'did you mean "near"?' },
  { text: inPlay('  roles: [{role: near, inputs: {nams: [a]}}]\n'), hint: 'did you mean "names"?' },
])('says what to do: $hint', async ({ text, hint }) => {
  expect((await load(text)).problems.map((problem) => problem.hint)).toEqual([hint])
})

test('problems of playbook, role, inventory and files of variables come together', async () => {
  const { problems, texts } = await load(inPlay('  becom: true\n  roles: [far]\n  vars_files: vars.yml\n'), {
    '/w/more/far/tasks/main.yml': '- debug: {msg: 1}\n',
    '/w/vars.yml': '- a\n',
    '/w/group_vars/all.yml': 'x: 1\n',
    '/w/host_vars/h1.yml': 'ansible_host: -x\n',
  })
  expect(found(problems)).toEqual([
    'KEY_UNKNOWN site.yml:2:3',
    'TYPE_WRONG vars.yml:1:1',
    'TYPE_WRONG more/far/tasks/main.yml:1:16',
    'HOST_NAME_INVALID host_vars/h1.yml:1:15',
  ])
  expect([...texts.keys()]).toEqual(expect.arrayContaining(['site.yml', 'vars.yml', 'more/far/role.yml', 'host_vars/h1.yml', '-i h1,']))
})

test('a playbook that is not there', async () => {
  const options = {
    inventories: ['h1,'],
    rolesPaths: [],
    shippedRoles: '/shipped',
    taskTypes: stubTypes,
    validators: stubValidators,
    files: memoryFiles({}),
    cwd: '/w',
  }
  const { problems } = await loadAll({ ...options, playbook: 'nope.yml' })
  expect(problems).toMatchObject([{ code: 'FILE_MISSING', message: 'there is no playbook nope.yml' }])
})

test.each([
  { bytes: new Uint8Array(4 * 1024 * 1024 + 1).fill(35), code: 'FILE_TOO_LARGE', column: 1 },
  { bytes: new Uint8Array([0x2d, 0xff]), code: 'YAML_SYNTAX', column: 2 },
])('a file with unreadable bytes: $code', async ({ bytes, code, column }) => {
  const files = memoryFiles({ '/w/site.yml': bytes })
  const { problems } = await loadAll({
    playbook: '/w/site.yml',
    inventories: [],
    rolesPaths: [],
    shippedRoles: '/s',
    taskTypes: stubTypes,
    validators: stubValidators,
    files,
    cwd: '/w',
  })
  expect(problems).toMatchObject([{ code, at: { file: 'site.yml', line: 1, column } }])
})
