import { describe, expect, test } from 'vitest'
import type { Edit, Setting } from '../../../src/lib/edit/edit-path.ts'
import { assign, guarded, type PlainRoot } from '../../../src/lib/edit/toml-guard.ts'
import { removeToml, setToml } from '../../../src/lib/edit/toml.ts'
import { Secret } from '../../../src/model/value.ts'

/** In the manner of influxdb.conf: defaults as comments, indented, banners between tables, a commented list of many lines. */
const influx = `# reporting on
reporting-enabled = false

[meta]
  dir = "/var/lib/x/meta"

###
### [http]
###

[http]
  # whether TLS is on
  # https-enabled = false

  # where the certificate is
  # https-certificate = "/etc/ssl/x.pem"

[[graphite]]
  # enabled = false

[[udp]]
  port = 1
[[udp]]
  port = 2

[tls]
  # which suites
  # ciphers = [
  #   "ONE",
  #   "TWO",
  # ]

  # min-version = "tls1.2"
`

/** In the manner of telegraf.conf: unquoted variables, prose with two signs, whole plugins as comments, tabs. */
const telegraf = `[agent]
\tinterval = \${INT}
\tdebug = false # says more
  ## urls of the servers
  # urls = ["http://a:1"]
  # urls = ["http://b:2"]

[[outputs.influxdb]]
  urls = [
    "http://127.0.0.1:8086", # here
  ]
  [outputs.influxdb.tagpass]
    a = ["b"]
[[outputs.influxdb]]
  urls = ["https://x:8086"]
  database = 't'
  limits = { soft = 1, hard = "2" }
# [[outputs.file]]
#   files = ["stdout"]
`

interface Case {
  readonly case: string
  readonly text: string
  readonly path: string
  readonly value: Setting
  /** lines that go and lines that come; everything else stays byte for byte */
  readonly out?: readonly string[]
  readonly in: readonly string[]
  /** the line that the first new line follows */
  readonly after?: string
}

const cases: readonly Case[] = [
  {
    case: 'a commented default: below it, with its indent',
    text: influx,
    path: 'http.https-enabled',
    value: true,
    in: ['  https-enabled = true'],
    after: '  # https-enabled = false',
  },
  {
    case: 'a text is quoted',
    text: influx,
    path: 'http.https-certificate',
    value: '/etc/a "b"\\c.pem',
    in: ['  https-certificate = "/etc/a \\"b\\"\\\\c.pem"'],
    after: '  # https-certificate = "/etc/ssl/x.pem"',
  },
  {
    case: 'a commented list of many lines is one sample',
    text: influx,
    path: 'tls.ciphers',
    value: ['A', 'B'],
    in: ['  ciphers = ["A", "B"]'],
    after: '  # ]',
  },
  {
    case: 'the sample at the end of the file',
    text: influx,
    path: 'tls.min-version',
    value: 'tls1.2',
    in: ['  min-version = "tls1.2"'],
    after: '  # min-version = "tls1.2"',
  },
  {
    case: 'a present value: its bytes only',
    text: influx,
    path: 'meta.dir',
    value: '/srv',
    out: ['  dir = "/var/lib/x/meta"'],
    in: ['  dir = "/srv"'],
  },
  {
    case: 'no sample: below the last key of the table',
    text: influx,
    path: 'meta.extra',
    value: 3,
    in: ['  extra = 3'],
    after: '  dir = "/var/lib/x/meta"',
  },
  {
    case: 'above the first table',
    text: influx,
    path: 'bind-address',
    value: ':1',
    in: ['bind-address = ":1"'],
    after: 'reporting-enabled = false',
  },
  {
    case: 'a table with comments only: below its header, indented as they are',
    text: influx,
    path: 'tls.max',
    value: 1,
    in: ['  max = 1'],
    after: '[tls]',
  },
  {
    case: 'a table that is not there: at the end',
    text: influx,
    path: 'new.key',
    value: true,
    in: ['', '[new]', 'key = true'],
    after: '  # min-version = "tls1.2"',
  },
  {
    case: 'the one [[table]] needs no number',
    text: influx,
    path: 'graphite.enabled',
    value: true,
    in: ['  enabled = true'],
    after: '  # enabled = false',
  },
  { case: 'a [[table]] by number', text: influx, path: 'udp[1].port', value: 9, out: ['  port = 2'], in: ['  port = 9'] },
  { case: 'a [[table]] by a key', text: influx, path: 'udp[port=1].db', value: 'x', in: ['  db = "x"'], after: '  port = 1' },
  {
    case: 'a new [[table]] takes the next number',
    text: influx,
    path: 'udp[2].port',
    value: 7,
    in: ['', '[[udp]]', 'port = 7'],
    after: '  # min-version = "tls1.2"',
  },
  {
    case: 'an unquoted variable is replaced',
    text: telegraf,
    path: 'agent.interval',
    value: '10s',
    out: ['\tinterval = ${INT}'],
    in: ['\tinterval = "10s"'],
  },
  {
    case: 'beside an unquoted variable, a comment behind the value stays',
    text: telegraf,
    path: 'agent.debug',
    value: true,
    out: ['\tdebug = false # says more'],
    in: ['\tdebug = true # says more'],
  },
  {
    case: 'of several samples the last one; prose is none',
    text: telegraf,
    path: 'agent.urls',
    value: ['http://c:3'],
    in: ['  urls = ["http://c:3"]'],
    after: '  # urls = ["http://b:2"]',
  },
  {
    case: 'an item of a list chooses the [[table]]',
    text: telegraf,
    path: 'outputs.influxdb[urls=https://x:8086].tls_ca',
    value: '/ca',
    in: ['  tls_ca = "/ca"'],
    after: '  limits = { soft = 1, hard = "2" }',
  },
  {
    case: 'a list of many lines is replaced whole',
    text: telegraf,
    path: 'outputs.influxdb[0].urls',
    value: ['https://127.0.0.1:8086'],
    out: ['  urls = [', '    "http://127.0.0.1:8086", # here', '  ]'],
    in: ['  urls = ["https://127.0.0.1:8086"]'],
  },
  {
    case: 'a key of a [[table]] goes before its sub-table',
    text: telegraf,
    path: 'outputs.influxdb[0].tls_ca',
    value: '/ca',
    in: ['  tls_ca = "/ca"'],
    after: '  ]',
  },
  {
    case: 'a sub-table of a [[table]]',
    text: telegraf,
    path: 'outputs.influxdb[0].tagpass.c',
    value: 1,
    in: ['    c = 1'],
    after: '    a = ["b"]',
  },
  {
    case: 'a sample below a commented header is of another table',
    text: telegraf,
    path: 'outputs.influxdb[1].files',
    value: ['x'],
    in: ['  files = ["x"]'],
    after: '  limits = { soft = 1, hard = "2" }',
  },
  { case: 'an empty file', text: '', path: 'a.b', value: 1, in: ['[a]', 'b = 1'] },
  { case: 'a file without a last line break', text: '[a]\nb = 1', path: 'a.c', value: 2, in: ['c = 2'], after: 'b = 1' },
  { case: 'a name that needs quotes', text: '[a]\n', path: 'a."x.y"', value: 2, in: ['"x.y" = 2'], after: '[a]' },
  { case: 'beside dotted keys', text: 'a.b = 1\n', path: 'a.c', value: 2, in: ['a.c = 2'], after: 'a.b = 1' },
  {
    case: 'strings over lines hold what looks like keys',
    text: "[a]\ns = '''\nb = 1 # no\n'''\nb = 2\n",
    path: 'a.b',
    value: 3,
    out: ['b = 2'],
    in: ['b = 3'],
  },
]

function textOf(edit: Edit): string {
  if (edit.kind === 'impossible') throw new Error(edit.why)
  return edit.text
}

describe('setToml', () => {
  test.each(cases)('$case', ({ text, path, value, out = [], in: come, after }) => {
    const result = textOf(setToml(text, path, value))
    const lines = result.split('\n')
    const first = lines.findIndex((_, at) => come.every((line, index) => lines[at + index] === line))
    expect(first).toBeGreaterThanOrEqual(0)
    if (after !== undefined) expect(lines[first - 1]).toBe(after)
    const rest = [...lines.slice(0, first), ...out, ...lines.slice(first + come.length)].join('\n')
    expect(rest).toBe(text === '' || text.endsWith('\n') || text === rest ? text : `${text}\n`)
    expect(textOf(setToml(result, path, value))).toBe(result)
  })

  test.each(cases)('with CRLF: $case', ({ text, path, value, in: come }) => {
    const result = textOf(setToml(text.replaceAll('\n', '\r\n'), path, value))
    if (text.includes('\n')) expect(result.replaceAll('\r\n', '')).not.toContain('\n')
    expect(result.replaceAll('\r\n', '\n')).toContain(come.join('\n'))
  })

  test.each([
    { case: 'the same text in other quotes', text: "a = 'x'\n", value: 'x' },
    { case: 'a number with a point', text: 'a = 1.0\n', value: 1 },
    { case: 'a list on many lines', text: 'a = [\n  "x", # c\n]\n', value: ['x'] },
    { case: 'a variable by its own name', text: 'a = ${X}\n', value: '${X}' },
  ])('leaves what means the same: $case', ({ text, value }) => {
    expect(textOf(setToml(text, 'a', value))).toBe(text)
  })

  test.each([
    { case: 'no number for one of several', text: influx, path: 'udp.port', says: 'is there 2 times' },
    { case: 'no [[table]] has the key', text: influx, path: 'udp[port=3].db', says: 'no [[udp]] has port = 3' },
    { case: 'a number beyond the next', text: influx, path: 'udp[4].port', says: 'no [[udp]] number 4' },
    { case: 'inside a table on one line', text: telegraf, path: 'outputs.influxdb[1].limits.soft', says: 'on one line' },
    { case: 'a table where a key is meant', text: influx, path: 'http', says: 'is a table' },
    { case: 'not TOML: a string is open', text: 'a = "x\n', path: 'a', says: 'line 1: a string is not closed' },
    { case: 'not TOML: a key twice', text: 'a = 1\na = 2\n', path: 'b', says: 'no valid TOML' },
    { case: 'a path that is none', text: '', path: 'a..b', says: 'expected a name at character 3' },
  ])('refuses: $case', ({ text, path, says }) => {
    const edit = setToml(text, path, 1)
    expect(edit).toMatchObject({ kind: 'impossible', why: expect.stringContaining(says) as string })
  })

  test('a secret is written in clear', () => {
    expect(textOf(setToml('', 'a', Secret.of('pa"ss')))).toBe('a = "pa\\"ss"\n')
  })

  test('the guard refuses an edit that changed more, and passes one that did not', () => {
    const wanted = (root: PlainRoot) => assign(root, ['a'], 2)
    expect(guarded('a = 1\nb = 1\n', 'a = 2\nb = 3\n', wanted)).toMatchObject({ kind: 'impossible' })
    expect(guarded('a = 1\nb = 1\n', 'a = 2\nb = 1\n', wanted)).toBeUndefined()
  })
})

describe('removeToml', () => {
  test.each([
    { case: 'one line', text: influx, path: 'meta.dir', gone: '  dir = "/var/lib/x/meta"\n' },
    {
      case: 'a value of many lines',
      text: telegraf,
      path: 'outputs.influxdb[0].urls',
      gone: '  urls = [\n    "http://127.0.0.1:8086", # here\n  ]\n',
    },
    { case: 'the last dotted key', text: 'b = 1\na.c = 2\n', path: 'a.c', gone: 'a.c = 2\n' },
    { case: 'what is not there', text: influx, path: 'http.none', gone: '' },
    { case: 'what is a comment only', text: influx, path: 'http.https-enabled', gone: '' },
  ])('$case', ({ text, path, gone }) => {
    expect(textOf(removeToml(text, path))).toBe(text.replace(gone, ''))
  })

  test('refuses a whole table', () => {
    expect(removeToml(influx, 'http')).toMatchObject({ kind: 'impossible' })
  })
})
