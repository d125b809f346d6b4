import { type BadCase, inTasks } from '../bad-case.ts'

const task = (text: string) => inTasks(`- ${text}\n`)

/** Parameters of the task types that write files, refused by their schemas before any host is asked. */
export const fileParameterCases: readonly BadCase[] = [
  // copy
  {
    name: 'copy: as key=value',
    files: task('copy: src=a dest=/b'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:13', message: 'copy: expected a map of parameters', hint: 'copy: {src: a, dest: /b}' },
  },
  {
    name: 'copy: as a list',
    files: task('copy: [a]'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:13', message: 'copy: expected a map, got a list' },
  },
  {
    name: 'copy: with nothing',
    files: task('copy:'),
    expect: { code: 'KEY_MISSING', at: 'site.yml:3:7', message: 'copy needs the key "dest"' },
  },
  {
    name: 'copy: mode as a number',
    files: task('copy: {content: x, dest: /b, mode: 0644}'),
    expect: { code: 'MODE_NUMBER', at: 'site.yml:3:42', message: 'got 0644, which YAML 1.2 reads as the number 644', hint: "mode: '0644'" },
  },
  {
    name: 'copy: mode as a number without a zero',
    files: task('copy: {content: x, dest: /b, mode: 600}'),
    expect: { code: 'MODE_NUMBER', at: 'site.yml:3:42', message: 'got the number 600', hint: "mode: '0600'" },
  },
  {
    name: 'copy: mode as an octal number of YAML 1.2',
    files: task('copy: {content: x, dest: /b, mode: 0o644}'),
    expect: { code: 'MODE_NUMBER', at: 'site.yml:3:42', message: 'got the number 420', hint: "'0644'" },
  },
  {
    name: 'copy: mode with a digit that is not octal',
    files: task("copy: {content: x, dest: /b, mode: '0888'}"),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:42', message: '"0888" is not allowed', hint: '0640' },
  },
  {
    name: 'copy: mode as letters',
    files: task('copy: {content: x, dest: /b, mode: u=rw}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:42', message: '"u=rw" is not allowed', hint: '0640' },
  },
  {
    name: 'copy: mode from a variable that is a number',
    files: inTasks("- copy: {content: x, dest: /b, mode: '{{ m }}'}\n  vars: {m: 0644}\n"),
    expect: { code: 'MODE_NUMBER', at: 'site.yml:3:42', message: 'mode: expected octal digits in quotes', hint: 'where it is set' },
  },
  {
    name: 'copy: a relative path',
    files: task('copy: {content: x, dest: etc/x}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:32', message: 'dest: "etc/x" is not allowed', hint: 'absolute path' },
  },
  {
    name: 'copy: a path with a line break',
    files: task('copy: {content: x, dest: "/a\\nb"}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:32', message: 'dest' },
  },
  {
    name: 'copy: an owner with a blank',
    files: task("copy: {content: x, dest: /a, owner: 'a b'}"),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:43', message: 'owner: "a b" is not allowed' },
  },
  {
    name: 'copy: an owner that is an option',
    files: task("copy: {content: x, dest: /a, owner: '-R'}"),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:43', message: 'owner: "-R" is not allowed' },
  },
  {
    name: 'copy: an owner that is a number',
    files: task('copy: {content: x, dest: /a, owner: 0}'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:43', message: 'owner: expected text, got the number 0', hint: 'in quotes' },
  },
  {
    name: 'copy: content that is a map',
    files: task('copy: {content: {a: 1}, dest: /a}'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:23', message: 'content: expected text, got a map' },
  },
  {
    name: 'copy: a parameter of Ansible',
    files: task('copy: {src: a, dest: /b, remote_src: true}'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:3:32', message: '"remote_src" is no key of copy', hint: 'keys: ' },
  },
  {
    name: 'copy: backup',
    files: task('copy: {src: a, dest: /b, backup: true}'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:3:32', message: '"backup"' },
  },
  {
    name: 'copy: a misspelt parameter',
    files: task('copy: {src: a, dset: /b}'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:3:22', message: '"dset"', hint: 'did you mean "dest"?' },
  },
  // file
  {
    name: 'file: a state that does not exist',
    files: task('file: {path: /a, state: absnt}'),
    expect: {
      code: 'VALUE_INVALID',
      at: 'site.yml:3:31',
      message: 'state: expected one of file, directory',
      hint: 'did you mean "absent"?',
    },
  },
  {
    name: 'file: a hard link',
    files: task('file: {path: /a, state: hard, src: /b}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:31', message: 'got "hard"' },
  },
  {
    name: 'file: recurse',
    files: task('file: {path: /a, state: directory, recurse: true}'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:3:42', message: '"recurse"' },
  },
  {
    name: 'file: without a path',
    files: task('file: {state: directory}'),
    expect: { code: 'KEY_MISSING', at: 'site.yml:3:7', message: 'file needs the key "path"', hint: 'absolute path' },
  },
  {
    name: 'file: a path that is a list',
    files: task('file: {path: [/a, /b]}'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:20', message: 'path: expected text, got a list' },
  },
  // template
  {
    name: 'template: without src',
    files: task('template: {dest: /a}'),
    expect: { code: 'KEY_MISSING', at: 'site.yml:3:7', message: 'template needs the key "src"' },
  },
  {
    name: 'template: variables of its own',
    files: task('template: {src: a.hbs, dest: /a, vars: {b: 1}}'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:3:40', message: '"vars"', hint: 'keyword of the task' },
  },
  // config
  {
    name: 'config: a format that does not exist',
    files: task('config: {path: /a, format: ini, set: {a: 1}}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:34', message: 'format: expected one of toml, yaml, env' },
  },
  {
    name: 'config: a setting two maps deep',
    files: task('config: {path: /a.toml, set: {a: {b: {c: 1}}}}'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:44', message: 'set.a.b' },
  },
  {
    name: 'config: settings as a list',
    files: task('config: {path: /a.toml, set: [a]}'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:36', message: 'set: expected a map, got a list' },
  },
  {
    name: 'config: a variable that is none',
    files: task("config: {service: x, flags: {--a: true}, env_var: 'A B'}"),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:57', message: 'env_var: "A B" is not allowed' },
  },
  // lineinfile
  {
    name: 'lineinfile: two lines',
    files: task('lineinfile: {path: /a, line: "a\\nb"}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:36', message: 'line: "a', hint: 'the line' },
  },
  {
    name: 'lineinfile: a state that does not exist',
    files: task('lineinfile: {path: /a, line: b, state: gone}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:46', message: 'expected one of present, absent' },
  },
  {
    name: 'lineinfile: an empty pattern',
    files: task("lineinfile: {path: /a, line: b, regexp: ''}"),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:47', message: 'regexp: the text is empty' },
  },
  {
    name: 'lineinfile: backrefs',
    files: task('lineinfile: {path: /a, line: b, regexp: c, backrefs: true}'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:3:50', message: '"backrefs"' },
  },
]
