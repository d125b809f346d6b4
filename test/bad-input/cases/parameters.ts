import { type BadCase, inTasks } from '../bad-case.ts'

const task = (text: string) => inTasks(`- ${text}\n`)

/** Parameters of the other task types, refused by their schemas before any host is asked. */
export const parameterCases: readonly BadCase[] = [
  // service
  {
    name: 'service: without a name',
    files: task('service: {state: started}'),
    expect: { code: 'KEY_MISSING', at: 'site.yml:3:7', message: 'service needs the key "name"' },
  },
  {
    name: 'service: a state that does not exist',
    files: task('service: {name: x, state: running}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:33', message: 'expected one of started, stopped' },
  },
  {
    name: 'service: a name for a shell',
    files: task("service: {name: 'x; reboot'}"),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:23', message: 'name: "x; reboot" is not allowed', hint: 'unit' },
  },
  {
    name: 'service: enabled as a word',
    files: task('service: {name: x, enabled: yes}'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:35', message: 'enabled: expected true or false, got "yes"' },
  },
  {
    name: 'service: a product nobody knows',
    files: task('service: {name: x, product: promethius}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:35', message: 'product: expected one of', hint: 'did you mean "prometheus"?' },
  },
  {
    name: 'service: what it serves lacks a certificate',
    files: task('service: {name: x, serves: {port: 9090}}'),
    expect: { code: 'KEY_MISSING', at: 'site.yml:3:34', message: 'serves needs the key "certificate"' },
  },
  {
    name: 'service: a port out of range',
    files: task('service: {name: x, serves: {port: 90900, certificate: /a}}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:41', message: 'serves.port: expected at most 65535' },
  },
  {
    name: 'service: a command line of two lines',
    files: task('service: {name: x, command: {start: "a\\nb", exe: /a, log_file: /l}}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:43', message: 'command.start', hint: 'no shell syntax' },
  },
  {
    name: 'service: a command without its program',
    files: task('service: {name: x, command: {start: /a}}'),
    expect: { code: 'KEY_MISSING', at: 'site.yml:3:35', message: 'command needs the key "exe"' },
  },
  // generate
  {
    name: 'generate: without names',
    files: task('generate: {certificate: /a, private_key: /b}'),
    expect: { code: 'KEY_MISSING', at: 'site.yml:3:7', message: 'generate needs the key "names"', hint: 'every DNS name' },
  },
  {
    name: 'generate: no names',
    files: task('generate: {certificate: /a, private_key: /b, names: []}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:59', message: 'names: the list is empty' },
  },
  {
    name: 'generate: names as a text',
    files: task('generate: {certificate: /a, private_key: /b, names: h1.lab.test}'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:59', message: 'names: expected a list, got "h1.lab.test"', hint: 'DNS name' },
  },
  {
    name: 'generate: a name that is a number',
    files: task('generate: {certificate: /a, private_key: /b, names: [1.5]}'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:60', message: 'names[0]: expected text' },
  },
  {
    name: 'generate: a key type nobody knows',
    files: task('generate: {certificate: /a, private_key: /b, names: [a], key_type: rsa}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:74', message: 'key_type: expected one of' },
  },
  {
    name: 'generate: a country in words',
    files: task('generate: {certificate: /a, private_key: /b, names: [a], subject: {C: Germany}}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:77', message: 'subject.C: "Germany" is not allowed', hint: 'two capital letters' },
  },
  {
    name: 'generate: a field the subject does not have',
    files: task('generate: {certificate: /a, private_key: /b, names: [a], subject: {X: y}}'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:3:74', message: '"X" is no key of subject', hint: 'keys: C, ST' },
  },
  {
    name: 'generate: a common name that is too long',
    files: task(`generate: {certificate: /a, private_key: /b, names: [a], subject: {CN: ${'a'.repeat(65)}}}`),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:78', message: 'subject.CN: expected at most 64 characters' },
  },
  {
    name: 'generate: days as a text',
    files: task("generate: {certificate: /a, private_key: /b, names: [a], days: '90'}"),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:70', message: 'days: expected a whole number, got "90"', hint: 'write 90' },
  },
  {
    name: 'generate: a lifetime of a century',
    files: task('generate: {certificate: /a, private_key: /b, names: [a], days: 36500}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:70', message: 'days: expected at most 3650' },
  },
  {
    name: 'generate: a mode of the key as a number',
    files: task('generate: {certificate: /a, private_key: /b, names: [a], key_mode: 0400}'),
    expect: { code: 'MODE_NUMBER', at: 'site.yml:3:74', message: 'key_mode: expected octal digits', hint: "key_mode: '0400'" },
  },
  {
    name: 'generate: an authority with a path',
    files: task('generate: {certificate: /a, private_key: /b, names: [a], issuer: ca, authority: ../x}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:87', message: 'authority: "../x" is not allowed' },
  },
  {
    name: 'generate: a certificate that is a folder',
    files: task('generate: {certificate: /a/, private_key: /b, names: [a]}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:31', message: 'certificate: "/a/" is not allowed' },
  },
  // verify
  {
    name: 'verify: with nothing',
    files: task('verify: {}'),
    expect: { code: 'KEY_MISSING', at: 'site.yml:3:7', message: 'verify needs the key "port"' },
  },
  {
    name: 'verify: a protocol nobody should use',
    files: task('verify: {port: 1, certificate: /a, names: [a], minimum_protocol: TLSv1.1}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:72', message: 'expected one of TLSv1.2, TLSv1.3' },
  },
  {
    name: 'verify: a witness nobody knows',
    files: task('verify: {port: 1, certificate: /a, names: [a], from: [moon]}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:61', message: 'from[0]: expected one of host, controller' },
  },
  {
    name: 'verify: the same witness twice',
    files: task('verify: {port: 1, certificate: /a, names: [a], from: [host, host]}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:60', message: 'from: an item is given twice' },
  },
  {
    name: 'verify: a status that is none',
    files: task('verify: {port: 1, certificate: /a, names: [a], http_path: /, http_status: 42}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:81', message: 'http_status: expected at least 100' },
  },
  {
    name: 'verify: a URL for a path',
    files: task('verify: {port: 1, certificate: /a, names: [a], http_path: "https://a/"}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:65', message: 'http_path', hint: 'path of a GET' },
  },
  // command
  {
    name: 'command: no words',
    files: task('command: {argv: []}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:23', message: 'argv: the list is empty' },
  },
  {
    name: 'command: a word that is a number',
    files: task('command: {argv: [sleep, 5]}'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:31', message: 'argv[1]: expected text, got the number 5' },
  },
  {
    name: 'command: nothing',
    files: task('command:'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:7', message: 'command: expected argv or cmd' },
  },
  {
    name: 'command: reads false',
    files: task('command: {cmd: x, reads: false}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:32', message: 'reads: expected true or a list, got false', hint: 'reads these paths' },
  },
  {
    name: 'command: a variable with a hyphen',
    files: task('command: {cmd: x, env: {A-B: c}}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:31', message: '"A-B" cannot be a name' },
  },
  {
    name: 'command: a timeout below zero',
    files: task('command: {cmd: x, timeout: -1}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:34', message: 'timeout: expected at least 1' },
  },
  {
    name: 'command: a relative folder',
    files: task('command: {cmd: x, chdir: tmp}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:32', message: 'chdir: "tmp" is not allowed' },
  },
  // wait_for
  {
    name: 'wait_for: a port in quotes',
    files: task("wait_for: {port: '9090'}"),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:24', message: 'port: expected a whole number, got "9090"' },
  },
  {
    name: 'wait_for: port zero',
    files: task('wait_for: {port: 0}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:24', message: 'port: expected at least 1' },
  },
  {
    name: 'wait_for: a port that is not whole',
    files: task('wait_for: {port: 90.5}'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:24', message: 'port: expected a whole number' },
  },
  {
    name: 'wait_for: a port that is infinite',
    files: task('wait_for: {port: .inf}'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:24', message: 'port: expected a whole number' },
  },
  {
    name: 'wait_for: an empty port',
    files: task('wait_for: {port: }'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:24', message: 'port: expected a whole number, got nothing' },
  },
  {
    name: 'wait_for: a search in a file',
    files: task('wait_for: {path: /a, search_regex: x}'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:3:28', message: '"search_regex"' },
  },
  // assert
  {
    name: 'assert: nothing to hold',
    files: task('assert: {}'),
    expect: { code: 'KEY_MISSING', at: 'site.yml:3:7', message: 'assert needs the key "that"' },
  },
  {
    name: 'assert: an empty list',
    files: task('assert: {that: []}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:22', message: 'that: the list is empty' },
  },
  {
    name: 'assert: a condition that is a number',
    files: task('assert: {that: [1]}'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:23', message: 'that[0]: expected' },
  },
  {
    name: 'assert: msg, as old Ansible has it',
    files: task('assert: {that: true, msg: x}'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:3:28', message: '"msg"' },
  },
  // fail
  {
    name: 'fail: a misspelt parameter',
    files: task('fail: {mgs: hello}'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:3:14', message: '"mgs"', hint: 'did you mean "msg"?' },
  },
  {
    name: 'fail: a text alone',
    files: task('fail: hello'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:13', message: 'fail: expected a map of parameters, got one text' },
  },
  // debug
  {
    name: 'debug: a text alone',
    files: task('debug: hello'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:14', message: 'debug: expected a map of parameters, got one text' },
  },
  {
    name: 'debug: a misspelt parameter',
    files: task('debug: {mgs: hello}'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:3:15', message: '"mgs"', hint: 'did you mean "msg"?' },
  },
  {
    name: 'debug: a verbosity',
    files: task('debug: {msg: hello, verbosity: 2}'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:3:27', message: '"verbosity"' },
  },
  // set_fact
  {
    name: 'set_fact: nothing',
    files: task('set_fact: {}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:17', message: 'set_fact: the map is empty' },
  },
  {
    name: 'set_fact: a name that is none',
    files: task('set_fact: {a-b: 1}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:18', message: '"a-b" cannot be a name' },
  },
  {
    name: 'set_fact: a list',
    files: task('set_fact: [a]'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:17', message: 'set_fact: expected a map' },
  },
  // includes
  {
    name: 'include_tasks: a number',
    files: task('include_tasks: {file: 1}'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:29', message: 'file: expected text, got the number 1' },
  },
  {
    name: 'include_role: a name alone',
    files: task('include_role: certificate'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:21', message: 'include_role: expected a map of parameters' },
  },
  {
    name: 'include_vars: a name that is none',
    files: { ...task('include_vars: {file: v.yml, name: a-b}'), 'v.yml': '{}\n' },
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:41', message: 'name' },
  },
]
