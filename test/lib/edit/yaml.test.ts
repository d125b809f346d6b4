import { describe, expect, test } from 'vitest'
import type { Edit, Setting } from '../../../src/lib/edit/edit-path.ts'
import { removeYaml, setYaml } from '../../../src/lib/edit/yaml.ts'

/** In the manner of prometheus.yml: values in columns, comments behind them, lists that are not indented. */
const prometheus = `# the scraper
global:
  scrape_interval:     15s # often
  external_labels:
      monitor: 'one'

rule_files:
  # - "first.yml"

scrape_configs:
  # itself
  - job_name: 'prometheus'
    static_configs:
    - targets: [ 'localhost:9090' ]

  - job_name: node
    # the machine
    static_configs:
      - targets: ['localhost:9100']   # last
`

function textOf(edit: Edit): string {
  if (edit.kind === 'impossible') throw new Error(edit.why)
  return edit.text
}

interface Case {
  readonly case: string
  readonly text: string
  readonly path: string
  readonly value: Setting
  readonly becomes: string
}

const cases: readonly Case[] = [
  {
    case: 'a value in a column keeps it and its comment',
    text: prometheus,
    path: 'global.scrape_interval',
    value: '30s',
    becomes: prometheus.replace('15s', '30s'),
  },
  {
    case: 'quotes stay',
    text: prometheus,
    path: 'global.external_labels.monitor',
    value: "it's",
    becomes: prometheus.replace("'one'", "'it''s'"),
  },
  {
    case: 'a new key goes below the last one of its map',
    text: prometheus,
    path: 'global.external_labels.site',
    value: 'a',
    becomes: prometheus.replace("'one'\n", "'one'\n      site: a\n"),
  },
  {
    case: 'an item of a list by a key of it',
    text: prometheus,
    path: 'scrape_configs[job_name=node].scheme',
    value: 'https',
    becomes: `${prometheus}    scheme: https\n`,
  },
  {
    case: 'the first item whose key has one of two values',
    text: prometheus,
    path: 'scrape_configs[job_name=absent|"node"].scheme',
    value: 'https',
    becomes: `${prometheus}    scheme: https\n`,
  },
  {
    case: 'an item of a list by number, in the middle',
    text: prometheus,
    path: 'scrape_configs[0].scheme',
    value: 'https',
    becomes: prometheus.replace("[ 'localhost:9090' ]\n", "[ 'localhost:9090' ]\n    scheme: https\n"),
  },
  {
    case: 'a map that is not there',
    text: prometheus,
    path: 'scrape_configs[job_name=node].tls_config.ca_file',
    value: '/ca',
    becomes: `${prometheus}    tls_config:\n      ca_file: /ca\n`,
  },
  { case: 'a key at the top', text: prometheus, path: 'storage.size', value: 3, becomes: `${prometheus}storage:\n  size: 3\n` },
  {
    case: 'a list on one line is replaced',
    text: prometheus,
    path: 'scrape_configs[0].static_configs[0].targets',
    value: ['a:1', 'b'],
    becomes: prometheus.replace("[ 'localhost:9090' ]", '[a:1, b]'),
  },
  { case: 'an empty value is filled', text: 'a:\nb: 1\n', path: 'a', value: 'x', becomes: 'a: x\nb: 1\n' },
  { case: 'an empty value becomes a map', text: 'a:\nb: 1\n', path: 'a.c', value: 'x', becomes: 'a:\n  c: x\nb: 1\n' },
  { case: 'a map on one line', text: 'a: {b: 1}\n', path: 'a.c', value: 2, becomes: 'a: {b: 1, c: 2}\n' },
  { case: 'an empty map on one line', text: 'a: {}\n', path: 'a.c.d', value: 2, becomes: 'a: {c: {d: 2}}\n' },
  {
    case: 'below a block of text',
    text: 'a:\n  t: |\n    x\n    y\nb: 1\n',
    path: 'a.c',
    value: 2,
    becomes: 'a:\n  t: |\n    x\n    y\n  c: 2\nb: 1\n',
  },
  { case: 'a block of text becomes one line', text: 't: |\n  x\n  y\nb: 1\n', path: 't', value: 'z', becomes: 't: z\nb: 1\n' },
  {
    case: 'an empty file',
    text: '',
    path: 'tls_server_config.cert_file',
    value: '/a.pem',
    becomes: 'tls_server_config:\n  cert_file: /a.pem\n',
  },
  { case: 'a file of comments', text: '# hello\n---\n', path: 'a', value: true, becomes: '# hello\n---\na: true\n' },
  { case: 'a file without a last line break', text: 'a: 1', path: 'b', value: 2, becomes: 'a: 1\nb: 2\n' },
  { case: 'words that old parsers take for booleans are quoted', text: 'a: 1\n', path: 'a', value: 'no', becomes: 'a: "no"\n' },
  { case: 'texts that look like numbers are quoted', text: 'a: 1\n', path: 'a', value: '0400', becomes: 'a: "0400"\n' },
]

describe('setYaml', () => {
  test.each(cases)('$case', ({ text, path, value, becomes }) => {
    const result = textOf(setYaml(text, path, value))
    expect(result).toBe(becomes)
    expect(textOf(setYaml(result, path, value))).toBe(result)
  })

  test.each(cases.filter(({ text }) => text.endsWith('\n')))('with CRLF: $case', ({ text, path, value, becomes }) => {
    expect(textOf(setYaml(text.replaceAll('\n', '\r\n'), path, value))).toBe(becomes.replaceAll('\n', '\r\n'))
  })

  test.each([
    { case: 'not YAML', text: 'a: [\n', path: 'a', says: 'no valid YAML' },
    { case: 'a key twice', text: 'a: 1\na: 2\n', path: 'b', says: 'no valid YAML' },
    { case: 'below a text', text: 'a: x\n', path: 'a.b', says: 'a is no mapping' },
    {
      case: 'no such item',
      text: prometheus,
      path: 'scrape_configs[job_name=x].scheme',
      says: 'no item of scrape_configs has job_name: x',
    },
    { case: 'a list that is not there', text: 'a: 1\n', path: 'b[0].c', says: 'has no b' },
    { case: 'through an alias, which stands for more places', text: 'a: &x {k: 1}\nb: *x\n', path: 'b.k', says: 'alias *x' },
    { case: 'what an alias elsewhere repeats', text: 'a: &x {k: 1}\nb: *x\n', path: 'a.k', says: 'more than the one setting' },
    { case: 'a whole map', text: 'a:\n  b: 1\n', path: 'a', says: 'holds more than one value' },
  ])('refuses: $case', ({ text, path, says }) => {
    expect(setYaml(text, path, 9)).toMatchObject({ kind: 'impossible', why: expect.stringContaining(says) as string })
  })
})

describe('removeYaml', () => {
  test.each([
    {
      case: 'a line',
      text: prometheus,
      path: 'global.scrape_interval',
      becomes: prometheus.replace('  scrape_interval:     15s # often\n', ''),
    },
    { case: 'a map with all below it', text: prometheus, path: 'global', becomes: prometheus.replace(/global:[\s\S]*'one'\n/, '') },
    { case: 'the only key of a map', text: 'a:\n  b: 1\nc: 2\n', path: 'a.b', becomes: 'a: {}\nc: 2\n' },
    { case: 'the first key of an item', text: '- x: 1\n  y: 2\n', path: 'x', becomes: undefined },
    { case: 'the first key of an item of a list', text: 'l:\n  - x: 1\n    y: 2\n', path: 'l[0].x', becomes: 'l:\n  - y: 2\n' },
    { case: 'in a map on one line, first', text: 'a: {b: 1, c: 2}\n', path: 'a.b', becomes: 'a: {c: 2}\n' },
    { case: 'in a map on one line, last', text: 'a: {b: 1, c: 2}\n', path: 'a.c', becomes: 'a: {b: 1}\n' },
    { case: 'what is not there', text: prometheus, path: 'alerting.x', becomes: prometheus },
  ])('$case', ({ text, path, becomes }) => {
    const edit = removeYaml(text, path)
    expect(edit.kind === 'edited' ? edit.text : undefined).toBe(becomes)
  })
})
