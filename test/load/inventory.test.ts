import { describe, expect, test } from 'vitest'
import { loadInventory } from '../../src/load/index.ts'
import { literalSource } from '../../src/load/plain.ts'
import { inventoryLayers } from '../../src/model/inventory.ts'
import { memoryFiles } from './memory-files.ts'

const load = (sources: readonly string[], files: Readonly<Record<string, string>>, playbookFolder?: string) =>
  loadInventory(sources, { files: memoryFiles(files), cwd: '/w', ...(playbookFolder === undefined ? {} : { playbookFolder }) })

type Loaded = ReturnType<typeof load>

const found = ({ problems }: Loaded) =>
  problems.map(({ code, at }) => `${code} ${at === undefined ? '-' : `${at.file}:${at.line}:${at.column}`}`)

/** Variables of a host as the layers of design/language.md A.1 make them. */
function varsOf({ inventory }: Loaded, name: string): Record<string, unknown> {
  const host = inventory.hosts.get(name)
  if (host === undefined) throw new Error(`there is no host ${name}`)
  const layers = [...host.groups.flatMap((group) => inventory.groups.get(group)?.layers ?? []), ...host.layers]
  const ordered = layers
    .map((layer, index) => ({ layer, index }))
    .sort((one, other) => inventoryLayers[one.layer.from] - inventoryLayers[other.layer.from] || one.index - other.index)
  return Object.assign({}, ...ordered.map(({ layer }) => literalSource(layer.vars))) as Record<string, unknown>
}

const ini = (text: string): Loaded => load(['hosts'], { '/w/hosts': text })
const yaml = (text: string): Loaded => load(['hosts.yml'], { '/w/hosts.yml': text })
const hostsOf = ({ inventory }: Loaded) => [...inventory.hosts.keys()]

describe('INI', () => {
  // right side: what ansible-inventory of ansible-core 2.19.14 printed
  test.each([
    ['80', 80],
    ['-1', -1],
    ['1.50', 1.5],
    ['1e3', 1000],
    ['1_000', 1000],
    ['0x1f', 31],
    ['0o17', 15],
    ['0b11', 3],
    ['007', '007'],
    ['00', 0],
    ['True', true],
    ['False', false],
    ['None', null],
    ['true', 'true'],
    ['yes', 'yes'],
    ['null', 'null'],
    ['', ''],
    ['1.2.3', '1.2.3'],
    ['1+2', '1+2'],
    ['a=b', 'a=b'],
    ['[1,2]', [1, 2]],
    ['(1,2)', [1, 2]],
    ['(1,)', [1]],
    ['(1)', 1],
    ['{1,2}', [1, 2]],
    [`{'a':1}`, '{a:1}'],
    [`"{'a': [1, None]}"`, { a: [1, null] }],
    [`'a b'`, 'a b'],
    ['"\'1\'"', '1'],
    ['a"b c"d', 'ab cd'],
    ['a\\ b', 'a b'],
    ['"a\\"b"', 'a"b'],
    ['[1,x]', '[1,x]'],
    ['[1', '[1'],
    [`"b'x'"`, 'x'],
    [`"'a' 'b'"`, 'ab'],
    [`"'\\x41'"`, 'A'],
    ['{{ x }}'.replaceAll(' ', ''), '{{x}}'],
    ['12345678901234567890', '12345678901234567890'],
  ])('a host has x=%s', (written, value) => {
    const loaded = ini(`h1 x=${written}\n`)
    expect(found(loaded)).toEqual([])
    expect(varsOf(loaded, 'h1')).toEqual({ x: value })
  })

  test.each([
    ['1', 1],
    ['True', true],
    ['[1, 2]', [1, 2]],
    ['"a b"', 'a b'],
    ["'1'", '1'],
    ['a # b', 'a # b'],
    ['a = b', 'a = b'],
    ['', ''],
  ])('[g:vars] has x = %s, typed like the values of a host line', (written, value) => {
    const loaded = ini(`[g]\nh1\n[g:vars]\nx = ${written}\n`)
    expect(found(loaded)).toEqual([])
    expect(varsOf(loaded, 'h1')).toEqual({ x: value })
  })

  test.each([
    { text: 'h1\n', hosts: ['h1'] },
    { text: '# c\n; c\n\nh1 # c\n  h2 x=1 # c\n', hosts: ['h1', 'h2'] },
    { text: '[g]  # c\nw[01:03]\n', hosts: ['w01', 'w02', 'w03'] },
    { text: 'h[1:10:4]\n', hosts: ['h1', 'h5', 'h9'] },
    { text: 'h[a:e:2]\n', hosts: ['ha', 'hc', 'he'] },
    { text: 'r[1:2]-[a:b].lab\n', hosts: ['r1-a.lab', 'r1-b.lab', 'r2-a.lab', 'r2-b.lab'] },
    { text: 'h[:2]\n', hosts: ['h0', 'h1', 'h2'] },
    { text: '::1\n2001:db8::[1:2]\n', hosts: ['::1', '2001:db8::1', '2001:db8::2'] },
    { text: '[g]\n[2001:db8::1]:22\n[::2]\n', hosts: ['2001:db8::1', '::2'] },
    { text: 'h1\r\nh2\r\n', hosts: ['h1', 'h2'] },
    { text: '[g]\nh1\n[k]\nh1\nh2\n[g]\nh3\n', hosts: ['h1', 'h2', 'h3'] },
  ])('$text names $hosts', ({ text, hosts }) => {
    const loaded = ini(text)
    expect(found(loaded)).toEqual([])
    expect(hostsOf(loaded)).toEqual(hosts)
  })

  test('a port after the name is a variable, unless one is written', () => {
    const loaded = ini('a:2200\n[::1]:2201\nw[1:2]:2202 x=1\nb:2200 ansible_port=1\n')
    expect(['a', '::1', 'w2', 'b'].map((name) => varsOf(loaded, name)['ansible_port'])).toEqual([2200, 2201, 2202, 1])
  })

  test('the last value of a variable wins, on a line and over lines', () => {
    expect(varsOf(ini('[g]\nh1 x=1 x=2 y=1\nh1 y=3\n'), 'h1')).toEqual({ x: 2, y: 3 })
    expect(varsOf(ini('[g]\nh1\n[g:vars]\nx=1\nx=2\n'), 'h1')).toEqual({ x: 2 })
  })

  test('values and keys know their place', () => {
    const [layer] = ini('[g]\n  h1 x=1 name="a b"\n').inventory.hosts.get('h1')?.layers ?? []
    expect(layer?.vars.entries).toMatchObject([
      { key: 'x', keyAt: { line: 2, column: 6 }, value: { at: { line: 2, column: 8, endColumn: 9 } } },
      { key: 'name', keyAt: { line: 2, column: 10 }, value: { value: 'a b', at: { line: 2, column: 15, endColumn: 20 } } },
    ])
  })

  test.each([
    { text: 'h1 x\n', problems: ['INVENTORY_SYNTAX hosts:1:4'] },
    { text: 'h1 x=1 ; c\n', problems: ['INVENTORY_SYNTAX hosts:1:8', 'INVENTORY_SYNTAX hosts:1:10'] },
    { text: 'h1 =1\n', problems: ['INVENTORY_SYNTAX hosts:1:4'] },
    { text: 'h1 x=pa#ss y=1\n', problems: ['INVENTORY_SYNTAX hosts:1:8'] },
    { text: "h1 x='a\n", problems: ['INVENTORY_SYNTAX hosts:1:6'] },
    { text: 'h1 x=a\\\n', problems: ['INVENTORY_SYNTAX hosts:1:7'] },
    { text: '[g\nh1\n', problems: ['INVENTORY_SYNTAX hosts:1:1'] },
    { text: '[g h]\nh1\n', problems: ['INVENTORY_SYNTAX hosts:1:1'] },
    { text: '[g:vras]\nx=1\n', problems: ['INVENTORY_SYNTAX hosts:1:1'] },
    { text: '[g]\nh1\n[g:vars]\nx: 1\n', problems: ['INVENTORY_SYNTAX hosts:4:1'] },
    { text: '[g:children]\na b\n', problems: ['INVENTORY_SYNTAX hosts:2:1'] },
    { text: '[g:children]\nweb\n', problems: ['GROUP_UNKNOWN hosts:2:1'] },
    { text: '[g:vars]\nx=1\n', problems: ['GROUP_UNKNOWN hosts:1:1'] },
    { text: '[g:vars]\nx=1\n[k:children]\ng\n[g]\n', problems: [] },
    { text: '[a:children]\nb\n[b:children]\na\n', problems: ['GROUP_CYCLE hosts:4:1'] },
    { text: '[a:children]\na\n', problems: ['GROUP_CYCLE hosts:2:1'] },
    { text: '[a:children]\nall\n', problems: ['GROUP_CYCLE hosts:2:1'] },
    { text: '[g]\nh1\n[g:vars]\nansible_group_priority=high\n', problems: ['TYPE_WRONG hosts:4:24'] },
    { text: 'h[3:1]\n', problems: ['INVENTORY_SYNTAX hosts:1:1'] },
    { text: 'h[01:3]\n', problems: ['INVENTORY_SYNTAX hosts:1:1'] },
    { text: 'h[1:\n', problems: ['INVENTORY_SYNTAX hosts:1:1'] },
    { text: 'h[1:2:0]\n', problems: ['INVENTORY_SYNTAX hosts:1:1'] },
    { text: 'h[1]\n', problems: ['INVENTORY_SYNTAX hosts:1:1'] },
    { text: 'h[1:]\n', problems: ['INVENTORY_SYNTAX hosts:1:1'] },
    { text: 'h[a:5]\n', problems: ['INVENTORY_SYNTAX hosts:1:1'] },
    { text: 'h[1:999999999]\n', problems: ['INVENTORY_SYNTAX hosts:1:1'] },
    { text: 'h[1:9999][1:9999]\n', problems: ['INVENTORY_SYNTAX hosts:1:1'] },
    { text: 'h1:\n', problems: ['INVENTORY_SYNTAX hosts:1:1'] },
    { text: 'h1:70000\n', problems: ['INVENTORY_SYNTAX hosts:1:1'] },
  ])('$text', ({ text, problems }) => {
    // a first line of its own would be taken for YAML by its colon
    expect(found(load(['hosts.ini'], { '/w/hosts.ini': text })).map((problem) => problem.replace('hosts.ini', 'hosts'))).toEqual(problems)
  })
})

describe('YAML', () => {
  test('groups, hosts, ranges, children and typed variables', () => {
    const loaded = yaml(`all:
  vars: {a: yes, m: 0644}
  hosts:
    lone:
    "p1:2222": {x: 1}
  children:
    web:
      hosts: {'w[01:02]': {k: v}}
      children: {inner: {hosts: w02}}
    empty:
db: {hosts: d1}
`)
    expect(found(loaded)).toEqual([])
    expect(hostsOf(loaded)).toEqual(['lone', 'p1', 'w01', 'w02', 'd1'])
    expect(varsOf(loaded, 'p1')).toEqual({ a: true, m: 420, ansible_port: 2222, x: 1 })
    expect(loaded.inventory.hosts.get('w02')?.groups).toEqual(['all', 'web', 'inner'])
    expect(loaded.inventory.groups.get('ungrouped')?.hosts).toEqual(['lone', 'p1'])
    expect([...loaded.inventory.groups.values()].map(({ name, depth, children }) => [name, depth, children])).toEqual([
      ['all', 0, ['ungrouped', 'web', 'empty', 'db']],
      ['ungrouped', 1, []],
      ['web', 1, ['inner']],
      ['inner', 2, []],
      ['empty', 1, []],
      ['db', 1, []],
    ])
  })

  test.each([
    { text: '- h1\n', problems: ['TYPE_WRONG hosts.yml:1:1'] },
    { text: 'all: [h1]\n', problems: ['TYPE_WRONG hosts.yml:1:6'] },
    { text: 'all: {hosts: [h1]}\n', problems: ['TYPE_WRONG hosts.yml:1:14'] },
    { text: 'all: {host: {h1: }}\n', problems: ['KEY_UNKNOWN hosts.yml:1:7'] },
    { text: 'all: {children: {web: {hots: }}}\n', problems: ['KEY_UNKNOWN hosts.yml:1:24'] },
    { text: 'all: {hosts: {h1: 5}}\n', problems: ['TYPE_WRONG hosts.yml:1:19'] },
    { text: 'all: {vars: 5}\n', problems: ['TYPE_WRONG hosts.yml:1:13'] },
    { text: 'all: {hosts: {"h 1": }}\n', problems: ['HOST_NAME_INVALID hosts.yml:1:15'] },
    { text: 'all: {hosts: {"h[3:1]": }}\n', problems: ['INVENTORY_SYNTAX hosts.yml:1:15'] },
    { text: 'a: {children: {b: {children: {a: }}}}\n', problems: ['GROUP_CYCLE hosts.yml:1:31'] },
    { text: 'plugin: aws_ec2\n', problems: ['NOT_SUPPORTED hosts.yml:1:1'] },
    { text: 'all:\n\thosts:\n', problems: ['YAML_SYNTAX hosts.yml:2:1'] },
    { text: 'all: {hosts: {h1: {x: 1}, h1: {x: 2}}}\n', problems: ['DUPLICATE_KEY hosts.yml:1:27'] },
  ])('$text', ({ text, problems }) => {
    expect(found(yaml(text))).toEqual(problems)
  })
})

describe('names and addresses', () => {
  // reliability.md T1: each of these could reach ssh, sh or a terminal
  const attacks = [
    '-oProxyCommand=x',
    '-h',
    'a b',
    'a;b',
    'a$(b)',
    'a`b`',
    'a|b',
    'a&b',
    "a'b",
    'a"b',
    'a\\b',
    'a%h',
    'a\u{7}b',
    'a\u{0}b',
    'a\nb',
    'a\u{202e}b',
    'a\u{200b}b',
    'fe80::1%eth0',
    'a/b',
    'a,b',
    '..',
    '',
    'x'.repeat(254),
  ]
  const quoted = (text: string) => JSON.stringify(text).replaceAll('\u{202e}', '\\u202e').replaceAll('\u{200b}', '\\u200b')

  test.each(attacks.map((name) => ({ name })))('a host cannot be called $name', ({ name }) => {
    expect(yaml(`all: {hosts: {${quoted(name)}: }}\n`).problems[0]?.code).toMatch(/^(?:HOST_NAME_INVALID|INVENTORY_SYNTAX)$/)
  })

  test.each(
    attacks.flatMap((value) => ['ansible_host', 'tlsplay_host', 'ansible_user', 'ansible_port'].map((variable) => ({ variable, value }))),
  )('$variable cannot be $value', ({ variable, value }) => {
    // a backslash stands between domain and user
    if (variable === 'ansible_user' && ['a\\b', '..'].includes(value)) return
    expect(found(yaml(`all: {hosts: {h1: {${variable}: ${quoted(value)}}}}\n`))).toEqual([
      `${variable === 'ansible_port' ? 'VALUE_INVALID' : 'HOST_NAME_INVALID'} hosts.yml:1:${22 + variable.length}`,
    ])
  })

  test.each([
    { text: 'all: {hosts: {h-1.lab.test: {ansible_host: 10.0.0.1, ansible_user: root, ansible_port: 22}}}' },
    { text: "all: {hosts: {h_1: {ansible_host: '::1', ansible_user: 'DOM\\jo', ansible_port: '2222'}}}" },
    { text: "all: {hosts: {'2001:db8::1': {ansible_host: '{{ address }}', ansible_port: '{{ p }}'}}}" },
    { text: "all: {hosts: {'::ffff:10.0.0.1': {ansible_host: localhost, ansible_user: j.doe@x}}}" },
  ])('$text is fine', ({ text }) => {
    expect(found(yaml(text))).toEqual([])
  })

  test('a port must be a number', () => {
    expect(found(yaml('all: {vars: {ansible_port: [22]}}'))).toEqual(['TYPE_WRONG hosts.yml:1:28'])
  })
})
