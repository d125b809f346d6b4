import { type BadCase, inTasks } from '../bad-case.ts'

const task = (text: string) => inTasks(`- ${text}\n`)

/** Parameters of the task types that came after the first ones, refused before any host is asked. */
export const moreParameterCases: readonly BadCase[] = [
  // blockinfile
  {
    name: 'blockinfile: a marker over two lines',
    files: task('blockinfile: {path: /a, block: x, marker: "a\\n{mark}"}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:49', message: 'marker:', hint: '{mark}' },
  },
  {
    name: 'blockinfile: with a line',
    files: task('blockinfile: {path: /a, line: x}'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:3:31', message: '"line"' },
  },
  // fetch
  {
    name: 'fetch: without a place to bring it to',
    files: task('fetch: {src: /a}'),
    expect: { code: 'KEY_MISSING', at: 'site.yml:3:7', message: 'fetch needs the key "dest"' },
  },
  {
    name: 'fetch: a file that the controller has',
    files: task('fetch: {src: a, dest: b}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:20', message: 'src: "a" is not allowed', hint: 'absolute path' },
  },
  // group
  {
    name: 'group: a number as a text',
    files: task('group: {name: a, gid: "7"}'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:29', message: 'gid: expected a whole number' },
  },
  {
    name: 'group: a name that is an option',
    files: task('group: {name: -r}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:21', message: 'name: "-r" is not allowed' },
  },
  // user
  {
    name: 'user: a comment with a colon',
    files: task('user: {name: a, comment: "b:c"}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:32', message: 'comment: "b:c" is not allowed' },
  },
  {
    name: 'user: a password',
    files: task('user: {name: a, password: b}'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:3:23', message: '"password"' },
  },
  {
    name: 'user: a name over two lines',
    files: task('user: {name: "a\\nroot::0:0"}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:20', message: 'is not allowed' },
  },
  // package
  {
    name: 'package: a version in the name',
    files: task('package: {name: curl=7.88}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:23', message: 'name: "curl=7.88" is not allowed' },
  },
  {
    name: 'package: an option in the list',
    files: task("package: {name: [curl, '--reinstall']}"),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:30', message: 'is not allowed' },
  },
  // pause
  {
    name: 'pause: a time that is a text',
    files: task('pause: {seconds: "5"}'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:24', message: 'seconds: expected a number' },
  },
  {
    name: 'pause: two times',
    files: task('pause: {seconds: 5, minutes: 1}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:7', message: 'expected seconds or minutes, got both' },
  },
  {
    name: 'pause: with key=value',
    files: task('pause: seconds=5'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:14', message: 'pause: expected a map of parameters', hint: 'pause: {seconds: ' },
  },
  // script
  {
    name: 'script: a file that is not there',
    files: task('script: nowhere.sh'),
    expect: { code: 'FILE_MISSING', at: 'site.yml:3:7', message: 'nowhere.sh does not exist', hint: 'files/nowhere.sh' },
  },
  {
    name: 'script: with a list',
    files: task('script: {cmd: [a, b]}'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:21', message: 'cmd: expected text' },
  },
  // uri
  {
    name: 'uri: another protocol',
    files: task('uri: {url: "ftp://x/"}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:18', message: 'url: "ftp://x/" is not allowed', hint: 'http or https' },
  },
  {
    name: 'uri: a header over two lines',
    files: task('uri: {url: "http://x/", headers: {X-A: "a\\r\\nX-B: b"}}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:46', message: 'headers.X-A' },
  },
  {
    name: 'uri: a status that is none',
    files: task('uri: {url: "http://x/", status_code: 42}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:44', message: 'status_code' },
  },
  {
    name: 'uri: a map to send without a format',
    files: task('uri: {url: "http://x/", method: POST, body: {a: 1}}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:7', message: 'body: expected a text; body_format: json sends any value' },
  },
  // shell
  {
    name: 'shell: with argv',
    files: task('shell: {argv: [a]}'),
    expect: { code: 'KEY_UNKNOWN', at: 'site.yml:3:15', message: '"argv"' },
  },
  {
    name: 'shell: a shell that is no path',
    files: task('shell: {cmd: x, executable: bash}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:35', message: 'executable: "bash" is not allowed', hint: 'path' },
  },
  // slurp
  {
    name: 'slurp: as path=value',
    files: task('slurp: src=/etc/hosts'),
    expect: { code: 'TYPE_WRONG', at: 'site.yml:3:14', message: 'slurp: expected a map of parameters', hint: 'slurp: {src: /etc/hosts}' },
  },
  {
    name: 'slurp: a file of the controller',
    files: task('slurp: {src: files/x}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:20', message: 'src: "files/x" is not allowed', hint: 'absolute path' },
  },
  // stat
  {
    name: 'stat: without a path',
    files: task('stat: {follow: true}'),
    expect: { code: 'KEY_MISSING', at: 'site.yml:3:7', message: 'stat needs the key "path"' },
  },
  {
    name: 'stat: another digest',
    files: task('stat: {path: /a, checksum_algorithm: sha1}'),
    expect: { code: 'VALUE_INVALID', at: 'site.yml:3:44', message: 'checksum_algorithm: expected sha256, got "sha1"' },
  },
]
