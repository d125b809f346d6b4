import { type BadCase, inRole, inTasks } from '../bad-case.ts'

const task = (text: string) => inTasks(`- ${text}\n`)
const certificate = 'certificate: /a.crt, private_key: /a.key'

/** What only the plan of a host tells: files that are missing, parameters that exclude each other. */
export const planCases: readonly BadCase[] = [
  {
    name: 'copy: a file that is not there',
    files: task('copy: {src: nope.pem, dest: /b}'),
    expect: { code: 'FILE_MISSING', at: 'site.yml:3:7', message: 'nope.pem does not exist', hint: 'looked for files/nope.pem, nope.pem' },
  },
  {
    name: 'copy: a folder for a file',
    files: { ...task('copy: {src: certs, dest: /b}'), 'files/certs/a.pem': 'x' },
    expect: { code: 'FILE_MISSING', at: 'site.yml:3:7', message: 'certs', hint: '' },
  },
  {
    name: 'copy: an absolute path that is not there',
    files: task('copy: {src: /nope.pem, dest: /b}'),
    expect: { code: 'FILE_MISSING', at: 'site.yml:3:7', message: '/nope.pem does not exist' },
  },
  {
    name: 'copy: neither src nor content',
    files: task('copy: {dest: /b}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:7', message: 'expected src or content, got neither' },
  },
  {
    name: 'copy: both src and content',
    files: { ...task('copy: {src: a, content: x, dest: /b}'), 'files/a': 'x' },
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:7', message: 'expected src or content, got both' },
  },
  {
    name: 'copy: content into a folder',
    files: task('copy: {content: x, dest: /b/}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:7', message: 'dest names a folder' },
  },
  {
    name: 'a role copies a key of the controller',
    files: {
      ...inRole({ 'tasks/main.yml': '- copy: {src: /home/me/.ssh/id_ed25519, dest: /tmp/x}\n' }),
      '/home/me/.ssh/id_ed25519': 'hunter2',
    },
    expect: { code: 'PATH_ESCAPE', at: 'roles/r/tasks/main.yml:1:3', message: 'leaves the folders', hint: 'files/', hides: 'hunter2' },
  },
  {
    name: 'a role climbs out of its folder',
    files: { ...inRole({ 'tasks/main.yml': '- copy: {src: ../../../../secret.txt, dest: /tmp/x}\n' }), '/secret.txt': 'hunter2' },
    expect: { code: 'PATH_ESCAPE', at: 'roles/r/tasks/main.yml:1:3', message: '../../../../secret.txt', hides: 'hunter2' },
  },
  {
    name: 'a role leads out through a link',
    files: { ...inRole({ 'tasks/main.yml': '- copy: {src: key, dest: /tmp/x}\n', 'files/key': 'hunter2' }), '/etc/shadow': 'hunter2' },
    links: { 'roles/r/files/key': '/etc/shadow' },
    expect: { code: 'PATH_ESCAPE', at: 'roles/r/tasks/main.yml:1:3', message: 'key leaves the folders', hides: 'hunter2' },
  },
  {
    name: 'template: a file that is not there',
    files: task('template: {src: nope.hbs, dest: /b}'),
    expect: { code: 'FILE_MISSING', at: 'site.yml:3:7', message: 'nope.hbs does not exist', hint: 'templates/nope.hbs' },
  },
  {
    name: 'template: a variable that is not defined',
    files: { ...task('template: {src: a.hbs, dest: /b}'), 'templates/a.hbs': 'x\ny: {{ nope }}\n' },
    expect: { code: 'VARIABLE_UNDEFINED', at: 'templates/a.hbs:2:7', message: 'nope is not defined' },
  },
  {
    name: 'template: Jinja in a file',
    files: { ...task('template: {src: a.j2, dest: /b}'), 'templates/a.j2': 'x\n{% if y %}\n' },
    expect: { code: 'TEMPLATE_JINJA', at: 'templates/a.j2:2:1', message: 'Jinja', hint: '{{#if x}}' },
  },
  {
    name: 'template: a block that is never closed',
    files: { ...task('template: {src: a.hbs, dest: /b}'), 'templates/a.hbs': 'x\n{{#if y}}\n' },
    expect: { code: 'TEMPLATE_SYNTAX', at: 'templates/a.hbs:2:1', message: 'never closed', hint: '{{/if}}' },
  },
  {
    name: 'template: a NUL byte',
    files: { ...task('template: {src: a.hbs, dest: /b}'), 'templates/a.hbs': 'x\n{{inventory_hostname}}\u0000\n' },
    expect: { code: 'TEMPLATE_SYNTAX', at: 'templates/a.hbs:2:23', message: 'a NUL byte', hint: 'copy' },
  },
  {
    name: 'file: a link that leads nowhere',
    files: task('file: {path: /a, state: link}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:7', message: 'a link needs src' },
  },
  {
    name: 'file: a directory with src',
    files: task('file: {path: /a, state: directory, src: /b}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:7', message: 'src is for state link only' },
  },
  {
    name: 'file: absent with a mode',
    files: task("file: {path: /a, state: absent, mode: '0644'}"),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:7', message: 'absent has no owner' },
  },
  {
    name: 'config: nothing to set',
    files: task('config: {path: /a.toml}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:7', message: 'expected set or remove' },
  },
  {
    name: 'config: path and service',
    files: task('config: {path: /a.toml, service: x, flags: {--a: true}}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:7', message: 'exclude each other' },
  },
  {
    name: 'config: a service without flags',
    files: task('config: {service: x}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:7', message: 'service needs flags' },
  },
  {
    name: 'config: a name that tells no format',
    files: task('config: {path: /etc/app.cfg, set: {a: 1}}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:7', message: 'the format of /etc/app.cfg', hint: 'add format' },
  },
  {
    name: 'lineinfile: a pattern that is none',
    files: task("lineinfile: {path: /a, create: true, line: b, regexp: '('}"),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:7', message: 'regexp', hint: 'RE2' },
  },
  {
    name: 'lineinfile: no line',
    files: task('lineinfile: {path: /a, create: true}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:7', message: 'line is needed' },
  },
  {
    name: 'lineinfile: two places',
    files: task('lineinfile: {path: /a, create: true, line: b, insertafter: x, insertbefore: y}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:7', message: 'got both' },
  },
  {
    name: 'generate: key and certificate in one file',
    files: task('generate: {certificate: /a, private_key: /a, names: [a.test]}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:7', message: 'the same file' },
  },
  {
    name: 'generate: a name with a scheme',
    files: task(`generate: {${certificate}, names: ["https://a.test"]}`),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:7', message: 'neither a DNS name', hint: 'without scheme' },
  },
  {
    name: 'generate: an address that is none',
    files: task(`generate: {${certificate}, names: [10.0.0.300]}`),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:7', message: 'looks like an IP address' },
  },
  {
    name: 'generate: renewed before it starts',
    files: task(`generate: {${certificate}, names: [a.test], days: 30, renew_before: 30}`),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:7', message: 'renew_before', hint: 'below 30' },
  },
  {
    name: 'generate: an authority that signs nothing',
    files: task(`generate: {${certificate}, names: [a.test], authority: lab}`),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:7', message: 'signs nothing', hint: 'issuer: ca' },
  },
  {
    name: 'generate: an authority that is not there',
    files: task(`generate: {${certificate}, names: [a.test], issuer: ca}`),
    expect: { code: 'CA_MISSING', at: 'site.yml:3:7', message: 'default', hint: 'tlsplay ca init' },
  },
  {
    name: 'verify: two kinds of trust',
    files: task('verify: {port: 1, certificate: /a, names: [a], ca: self, authority: default}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:7', message: 'both say what clients trust' },
  },
  {
    name: 'verify: a status without a path',
    files: task('verify: {port: 1, certificate: /a, names: [a], http_status: 200}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:7', message: 'http_status', hint: 'http_path' },
  },
  {
    name: 'command: both argv and cmd',
    files: task('command: {argv: [x], cmd: x}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:7', message: 'expected argv or cmd, got both' },
  },
  { name: 'command: an empty line', files: task("command: ''"), expect: { code: 'VALUE_INVALID', at: 'site.yml:3:7', message: 'empty' } },
  {
    name: 'command: a quote that is never closed',
    files: task(`command: "echo 'x"`),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:7', message: 'never closed' },
  },
  {
    name: 'command: a secret among the words',
    files: {
      ...task("command: {argv: [login, '{{ ansible_become_password }}']}"),
      'inventory.yml': 'all:\n  hosts: {h1: {ansible_become_password: hunter2}}\n',
    },
    expect: { code: 'SECRET_EXPOSED', at: 'site.yml:3:7', message: 'argv holds a secret', hint: 'stdin', hides: 'hunter2' },
  },
  {
    name: 'command: a secret in the environment',
    files: {
      ...task("command: {cmd: login, env: {PASSWORD: '{{ ansible_password }}'}}"),
      'inventory.yml': 'all:\n  hosts: {h1: {ansible_password: hunter2}}\n',
    },
    expect: { code: 'SECRET_EXPOSED', at: 'site.yml:3:7', message: 'PASSWORD', hides: 'hunter2' },
  },
  {
    name: 'wait_for: both port and path',
    files: task('wait_for: {port: 1, path: /a}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:7', message: 'expected port or path, got both' },
  },
  {
    name: 'wait_for: nothing to wait for',
    files: task('wait_for: {timeout: 1}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:7', message: 'expected port or path, got neither' },
  },
  {
    name: 'wait_for: a port that is absent',
    files: task('wait_for: {port: 1, state: absent}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:7', message: 'a port is started or stopped' },
  },
  {
    name: 'debug: both msg and var',
    files: task('debug: {msg: x, var: inventory_hostname}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:7', message: 'expected msg or var, got both' },
  },
  {
    name: 'assert: what does not hold',
    files: task('assert: {that: 1 == 2}'),
    expect: { code: 'TASK_FAILED', at: 'site.yml:3:7', message: 'assertion failed: 1 == 2' },
  },
  {
    name: 'service: a unit that is not there',
    files: task('service: {name: nope}'),
    expect: { code: 'UNIT_UNKNOWN', at: 'site.yml:3:7', message: 'nope' },
  },
]
