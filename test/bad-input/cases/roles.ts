import { type BadCase, inPlay, inRole, roleHead } from '../bad-case.ts'

const input = (schema: string) => `${roleHead}inputs:\n  port: {${schema}, description: port}\n`
const role = (text: string) => inRole({ 'role.yml': text })
const called = (use: string, schema = 'type: integer') => inRole({ 'role.yml': input(schema) }, use)

const ruled = `${roleHead}inputs:
  cert: {type: string, default: '', description: the certificate}
  key: {type: string, default: '', description: the key}
rules:
  - {that: 'cert != "" || key == ""', fail_msg: a key needs its certificate}
`

/** Roles: how they are named, what they say of themselves, what their callers give them. */
export const roleCases: readonly BadCase[] = [
  {
    name: 'a role nobody has',
    files: inRole({}, 'rr'),
    expect: { code: 'ROLE_UNKNOWN', at: 'site.yml:2:11', message: 'there is no role rr', hint: 'r' },
  },
  {
    name: 'a misspelt role',
    files: { ...inPlay('  roles: [certifcate]\n'), 'roles/certificate/role.yml': roleHead },
    expect: { code: 'ROLE_UNKNOWN', at: 'site.yml:2:11', message: 'certifcate', hint: 'did you mean "certificate"?' },
  },
  {
    name: 'a role where there is none',
    files: inPlay('  roles: [r]\n'),
    expect: { code: 'ROLE_UNKNOWN', at: 'site.yml:2:11', message: 'there is no role r', hint: 'looked in' },
  },
  {
    name: 'a role by its path',
    files: inRole({}, '../roles/r'),
    expect: { code: 'ROLE_UNKNOWN', at: 'site.yml:2:11', message: 'cannot be the name of a role', hint: '--roles-path' },
  },
  {
    name: 'a role that climbs',
    files: inRole({}, '..'),
    expect: { code: 'ROLE_UNKNOWN', at: 'site.yml:2:11', message: 'cannot be the name' },
  },
  {
    name: 'a role that is a number',
    files: inRole({}, '5'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:2:11', message: 'named by a text or a map' },
  },
  {
    name: 'a role without a name',
    files: inRole({}, '{when: true}'),
    expect: { code: 'KEY_MISSING', at: 'site.yml:2:11', message: 'needs the key "role"' },
  },
  {
    name: 'a role by name',
    files: inRole({}, '{name: r}'),
    expect: { code: 'NOT_SUPPORTED', at: 'site.yml:2:12', message: 'a role entry takes no name', hint: 'role: NAME' },
  },
  {
    name: 'a misspelt key on a role',
    files: inRole({}, '{role: r, input: {a: 1}}'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:2:21', message: '"input"', hint: 'did you mean "inputs"?' },
  },
  {
    name: 'inputs as a list',
    files: inRole({}, '{role: r, inputs: [a]}'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:2:29', message: 'inputs: expected a map' },
  },
  {
    name: 'a condition on a role that cannot be read',
    files: inRole({}, '{role: r, when: a b}'),
    expect: { code: 'EXPRESSION_SYNTAX', at: 'site.yml:2:29', message: 'did not expect b here' },
  },
  {
    name: 'a condition on a role with a name nothing defines',
    files: inRole({}, '{role: r, when: nope}'),
    expect: { code: 'VARIABLE_UNDEFINED', at: 'site.yml:2:27', message: 'nope is not defined' },
  },
  {
    name: 'an unknown input',
    files: called('{role: r, inputs: {prot: 1}}'),
    expect: { code: 'ROLE_INPUT', at: 'site.yml:2:30', message: 'no input "prot"', hint: 'did you mean "port"?' },
  },
  {
    name: 'an input beside inputs',
    files: called('{role: r, port: 1}'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:2:21', message: '"port" is an input of the role', hint: 'inputs:' },
  },
  {
    name: 'an input of the wrong type',
    files: called('{role: r, inputs: {port: x}}'),
    expect: { code: 'ROLE_INPUT', at: 'site.yml:2:36', message: 'port: expected a whole number, got "x"' },
  },
  {
    name: 'an input out of range',
    files: called('{role: r, inputs: {port: 0}}', 'type: integer, minimum: 1'),
    expect: { code: 'ROLE_INPUT', at: 'site.yml:2:36', message: 'port: expected at least 1' },
  },
  {
    name: 'an input that does not match',
    files: called('{role: r, inputs: {port: X}}', "type: string, pattern: '^[a-z]+$'"),
    expect: { code: 'ROLE_INPUT', at: 'site.yml:2:36', message: '"X" is not allowed' },
  },
  {
    name: 'an input that is none of the allowed',
    files: called('{role: r, inputs: {port: c}}', 'enum: [a, b]'),
    expect: { code: 'ROLE_INPUT', at: 'site.yml:2:36', message: 'expected one of a, b, got "c"' },
  },
  {
    name: 'an input given twice',
    files: called('{role: r, inputs: {port: 1}, vars: {port: 2}}'),
    expect: { code: 'DUPLICATE_KEY', at: 'site.yml:2:47', message: '"port" is given under inputs' },
  },
  {
    name: 'an item of an input of the wrong type',
    files: called('{role: r, inputs: {port: [1, x]}}', 'type: array, items: {type: integer}'),
    expect: { code: 'ROLE_INPUT', at: 'site.yml:2:40', message: 'port[1]: expected a whole number' },
  },
  {
    name: 'an input that is needed and missing',
    files: called('{role: r}', 'type: integer, required: true'),
    expect: { code: 'ROLE_INPUT', at: 'site.yml:2:18', message: 'the role r needs the input "port"', hint: 'port: port' },
  },
  {
    name: 'an input of the wrong type from a variable of the inventory',
    files: { ...called('r', 'type: integer'), 'group_vars/all.yml': 'port: x\n' },
    expect: { code: 'ROLE_INPUT', at: 'site.yml:2:11', message: 'port: expected a whole number, got "x"' },
  },
  {
    name: 'an input of the wrong type from a template',
    files: called("{role: r, inputs: {port: '{{ inventory_hostname }}'}}"),
    expect: { code: 'ROLE_INPUT', at: 'site.yml:2:18', message: 'port: expected a whole number, got "h1"' },
  },
  {
    name: 'an input from a name nothing defines',
    files: called("{role: r, inputs: {port: '{{ nope }}'}}"),
    expect: { code: 'VARIABLE_UNDEFINED', at: 'site.yml:2:40', message: 'nope is not defined' },
  },
  {
    name: 'an input of the wrong type from the command line',
    files: called('r'),
    args: ['-e', 'port=x'],
    expect: { code: 'ROLE_INPUT', at: 'site.yml:2:11', message: 'port: expected a whole number, got "x"' },
  },
  {
    name: 'inputs that do not go together, at the one that the caller wrote',
    files: inRole({ 'role.yml': ruled }, '{role: r, inputs: {key: /k}}'),
    expect: {
      code: 'ROLE_INPUT',
      at: 'site.yml:2:30',
      message: 'role r: a key needs its certificate',
      hint: 'cert: the certificate\nkey: the key',
    },
  },
  {
    name: 'inputs from variables that do not go together',
    files: { ...inRole({ 'role.yml': ruled }), 'group_vars/all.yml': 'key: /k\n' },
    expect: { code: 'ROLE_INPUT', at: 'site.yml:2:11', message: 'role r: a key needs its certificate' },
  },
  {
    name: 'a rule about inputs that is no condition',
    files: role(`${roleHead}rules: [{that: a b, fail_msg: m}]\n`),
    expect: { code: 'EXPRESSION_SYNTAX', at: 'roles/r/role.yml:3:18', message: 'did not expect b here' },
  },
  {
    name: 'a rule about a name that is no input',
    files: role(`${roleHead}rules: [{that: inventory_hostname == "h1", fail_msg: m}]\n`),
    expect: { code: 'VARIABLE_UNDEFINED', at: 'roles/r/role.yml:3:16', message: 'inventory_hostname is not defined' },
  },
  {
    name: 'a rule that says nothing',
    files: role(`${roleHead}rules: [{that: 'true'}]\n`),
    expect: { code: 'KEY_MISSING', at: 'roles/r/role.yml:3:9', message: 'needs the key "fail_msg"' },
  },
  {
    name: 'a role without role.yml',
    files: { ...inPlay('  roles: [r]\n'), 'roles/r/tasks/main.yml': '[]\n' },
    expect: { code: 'FILE_MISSING', at: 'site.yml:2:11', message: 'the role r has no role.yml', hint: 'roles/r/role.yml' },
  },
  {
    name: 'a role.yml that is a list',
    files: role('- a\n'),
    expect: { code: 'TYPE_WRONG', at: 'roles/r/role.yml:1:1', message: 'expected a map with summary' },
  },
  {
    name: 'a role.yml that is empty',
    files: role(''),
    expect: { code: 'KEY_MISSING', at: 'roles/r/role.yml:1:1', message: 'needs the key "summary"' },
  },
  {
    name: 'a version that is a number',
    files: role('summary: a role\nversion: 1.0\n'),
    expect: { code: 'TYPE_WRONG', at: 'roles/r/role.yml:2:10', message: 'version: expected text', hint: 'in quotes' },
  },
  {
    name: 'defaults, as Ansible has them',
    files: role(`${roleHead}defaults: {a: 1}\n`),
    expect: { code: 'KEY_UNKNOWN', at: 'roles/r/role.yml:3:1', message: '"defaults"', hint: 'inputs' },
  },
  {
    name: 'an input without a description',
    files: role(`${roleHead}inputs: {a: {type: string}}\n`),
    expect: { code: 'KEY_MISSING', at: 'roles/r/role.yml:3:13', message: 'inputs.a needs the key "description"' },
  },
  {
    name: 'an input of a type nobody knows',
    files: role(`${roleHead}inputs: {a: {type: text, description: d}}\n`),
    expect: { code: 'VALUE_INVALID', at: 'roles/r/role.yml:3:20', message: 'inputs.a.type: expected one of string' },
  },
  {
    name: 'an input that is a text',
    files: role(`${roleHead}inputs: {a: string}\n`),
    expect: { code: 'TYPE_WRONG', at: 'roles/r/role.yml:3:13', message: 'inputs.a: expected a map' },
  },
  {
    name: 'an input whose name is none',
    files: role(`${roleHead}inputs: {a-b: {description: d}}\n`),
    expect: { code: 'VALUE_INVALID', at: 'roles/r/role.yml:3:10', message: '"a-b" cannot be a name' },
  },
  {
    name: 'an input with a keyword of no schema',
    files: role(`${roleHead}inputs: {a: {typ: string, description: d}}\n`),
    expect: { code: 'KEY_UNKNOWN', at: 'roles/r/role.yml:3:14', message: '"typ"', hint: 'did you mean "type"?' },
  },
  {
    name: 'an input that fetches its schema',
    files: role(`${roleHead}inputs: {a: {$ref: 'http://x/y', description: d}}\n`),
    expect: { code: 'KEY_UNKNOWN', at: 'roles/r/role.yml:3:14', message: '$ref' },
  },
  {
    name: 'a default that does not fit',
    files: role(input('type: integer, default: x')),
    expect: { code: 'ROLE_INPUT', at: 'roles/r/role.yml:4:34', message: 'the default of port: expected a whole number' },
  },
  {
    name: 'a pattern that looks back',
    files: role(input("type: string, pattern: '(a)\\1'")),
    expect: { code: 'VALUE_INVALID', at: 'roles/r/role.yml:4:33', message: 'the pattern of port cannot be used', hint: 'RE2' },
  },
  {
    name: 'a required that is a text',
    files: role(input('type: string, required: yes')),
    expect: { code: 'TYPE_WRONG', at: 'roles/r/role.yml:4:34', message: 'inputs.port.required: expected true or false' },
  },
  {
    name: 'a role that needs itself',
    files: role(`${roleHead}dependencies: [r]\n`),
    expect: { code: 'ROLE_CYCLE', at: 'roles/r/role.yml:3:16', message: 'r -> r', hint: 'remove one' },
  },
  {
    name: 'roles that need each other',
    files: {
      ...role(`${roleHead}dependencies: [s]\n`),
      'roles/s/role.yml': `${roleHead}dependencies: [t]\n`,
      'roles/t/role.yml': `${roleHead}dependencies: [{role: r}]\n`,
    },
    expect: { code: 'ROLE_CYCLE', at: 'roles/t/role.yml:3:23', message: 'r -> s -> t -> r' },
  },
  {
    name: 'a dependency nobody has',
    files: role(`${roleHead}dependencies: [nope]\n`),
    expect: { code: 'ROLE_UNKNOWN', at: 'roles/r/role.yml:3:16', message: 'there is no role nope' },
  },
  {
    name: 'dependencies that are a text',
    files: role(`${roleHead}dependencies: s\n`),
    expect: { code: 'TYPE_WRONG', at: 'roles/r/role.yml:3:15', message: 'dependencies: expected a list' },
  },
  {
    name: 'tasks of a role that are a map',
    files: inRole({ 'tasks/main.yml': 'debug:\n' }),
    expect: { code: 'TYPE_WRONG', at: 'roles/r/tasks/main.yml:1:1', message: 'expected a list of tasks, got a map' },
  },
  {
    name: 'tasks of a role in main.yaml',
    files: { ...inPlay('  roles: [r]\n'), 'roles/r/role.yml': roleHead, 'roles/r/tasks/main.yaml': '[]\n' },
    expect: { code: 'FILE_MISSING', at: 'roles/r/tasks/main.yaml:1:1', message: 'stand in main.yml', hint: 'rename' },
  },
  {
    name: 'a task of a role with a mistake',
    files: inRole({ 'tasks/main.yml': '- copy: {dest: b}\n' }),
    expect: { code: 'VALUE_INVALID', at: 'roles/r/tasks/main.yml:1:16', message: 'dest: "b" is not allowed' },
  },
  {
    name: 'a task of a role with a name nothing defines',
    files: inRole({ 'tasks/main.yml': "- debug: {msg: '{{ nope }}'}\n" }),
    expect: { code: 'VARIABLE_UNDEFINED', at: 'roles/r/tasks/main.yml:1:20', message: 'nope is not defined' },
  },
  {
    name: 'a handler of a role with a mistake',
    files: inRole({ 'handlers/main.yml': '- name: x\n  debug: {mgs: x}\n' }),
    expect: { code: 'KEY_UNKNOWN', at: 'roles/r/handlers/main.yml:2:11', message: '"mgs"' },
  },
  {
    name: 'a variable of a role whose template cannot be read',
    files: role(`${roleHead}vars: {a: '{{ b'}\n`),
    expect: { code: 'TEMPLATE_SYNTAX', at: 'roles/r/role.yml:3:16', message: 'expected }}' },
  },
  {
    name: 'role.yml leads out of the role',
    files: role(roleHead),
    links: { 'roles/r': '/w/roles/r', 'roles/r/role.yml': '/etc/role.yml' },
    expect: { code: 'PATH_ESCAPE', at: 'site.yml:2:11', message: 'leads out of the role' },
  },
  {
    name: 'tasks lead out of the role',
    files: role(roleHead),
    links: { 'roles/r/tasks/main.yml': '/root/tasks.yml' },
    expect: { code: 'PATH_ESCAPE', at: 'roles/r/tasks/main.yml:1:1', message: 'leads out of the role', hint: 'into the role' },
  },
]
