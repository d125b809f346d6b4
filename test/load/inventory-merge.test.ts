import { expect, test } from 'vitest'
import { loadInventory } from '../../src/load/index.ts'
import { literalSource } from '../../src/load/plain.ts'
import type { Inventory } from '../../src/model/inventory.ts'
import { memoryFiles } from './memory-files.ts'

const load = (sources: readonly string[], files: Readonly<Record<string, string>>, playbookFolder?: string) =>
  loadInventory(sources, { files: memoryFiles(files), cwd: '/w', ...(playbookFolder === undefined ? {} : { playbookFolder }) })

const layersOf = (inventory: Inventory, kind: 'groups' | 'hosts', name: string) =>
  inventory[kind].get(name)?.layers.map(({ from, at, vars }) => ({ from, file: at.file, vars: literalSource(vars) }))

test('group_vars and host_vars next to the inventory and next to the playbook, each in its own layer', () => {
  const { inventory, problems, texts } = load(
    ['inv/hosts'],
    {
      '/w/inv/hosts': '[web]\nh1 a=0\n[web:vars]\na=0\n',
      '/w/inv/group_vars/all.yml': 'a: 1',
      '/w/inv/group_vars/web.yaml': 'a: 2',
      '/w/inv/host_vars/h1.json': '{"a": 3}',
      '/w/group_vars/all': 'a: 4',
      '/w/group_vars/web/x.yml': 'a: 5',
      '/w/host_vars/h1': 'a: 6',
      '/w/group_vars/nobody.yml': 'not: [read',
    },
    '/w',
  )
  expect(problems).toEqual([])
  expect(inventory.folder).toBe('/w/inv')
  expect(layersOf(inventory, 'groups', 'all')).toEqual([
    { from: 'inventory group_vars/all', file: 'inv/group_vars/all.yml', vars: { a: 1 } },
    { from: 'playbook group_vars/all', file: 'group_vars/all', vars: { a: 4 } },
  ])
  expect(layersOf(inventory, 'groups', 'web')).toEqual([
    { from: 'inventory file group', file: 'inv/hosts', vars: { a: 0 } },
    { from: 'inventory group_vars', file: 'inv/group_vars/web.yaml', vars: { a: 2 } },
    { from: 'playbook group_vars', file: 'group_vars/web/x.yml', vars: { a: 5 } },
  ])
  expect(layersOf(inventory, 'hosts', 'h1')).toEqual([
    { from: 'inventory file host', file: 'inv/hosts', vars: { a: 0 } },
    { from: 'inventory host_vars', file: 'inv/host_vars/h1.json', vars: { a: 3 } },
    { from: 'playbook host_vars', file: 'host_vars/h1', vars: { a: 6 } },
  ])
  expect(texts.has('inv/group_vars/all.yml')).toBe(true)
})

test('one folder for inventory and playbook is read once', () => {
  const { inventory } = load(['hosts'], { '/w/hosts': 'h1\n', '/w/group_vars/all.yml': 'a: 1' }, '/w')
  expect(layersOf(inventory, 'groups', 'all')).toHaveLength(1)
})

test.each([
  { case: 'a folder hides a file of the same name', files: { 'web/a.yml': 'a: 1', 'web.yml': 'a: 2' }, vars: [{ a: 1 }] },
  {
    case: 'the name alone comes before .yml, and that before .yaml',
    files: { web: 'a: 1', 'web.yml': 'a: 2', 'web.yaml': 'a: 3' },
    vars: [{ a: 1 }],
  },
  { case: '.yml comes before .json', files: { 'web.json': '{"a": 1}', 'web.yml': 'a: 2' }, vars: [{ a: 2 }] },
  {
    case: 'a folder is read at any depth, in the order of names',
    files: { 'web/b.yml': 'a: 2', 'web/a/z.yml': 'a: 1', 'web/c': 'a: 3' },
    vars: [{ a: 1 }, { a: 2 }, { a: 3 }],
  },
  {
    case: 'hidden files, backups and other endings are passed over',
    files: { 'web/.a.yml': 'a: 1', 'web/b.yml~': 'a: 2', 'web/c.txt': 'a: 3', 'web/d.d/e.yml': 'a: 4' },
    vars: [],
  },
  { case: 'an empty file is nothing', files: { 'web.yml': '# none\n' }, vars: [] },
])('$case', ({ files, vars }) => {
  const below = Object.fromEntries(Object.entries(files).map(([name, text]) => [`/w/group_vars/${name}`, text]))
  const { inventory, problems } = load(['hosts'], { '/w/hosts': '[web]\nh1\n', ...below })
  expect(problems).toEqual([])
  expect(layersOf(inventory, 'groups', 'web')?.map((layer) => layer.vars)).toEqual(vars)
})

test.each([
  { case: 'a list', text: '- a\n', problem: 'TYPE_WRONG 1:1' },
  { case: 'a broken text', text: 'a: [1\n', problem: 'YAML_SYNTAX 1:4' },
  { case: 'a vault', text: 'a: !vault |\n  x\n', problem: 'VAULT_BROKEN 1:11' },
])('a file of variables that is $case', ({ text, problem }) => {
  const { problems } = load(['hosts'], { '/w/hosts': 'h1\n', '/w/group_vars/all.yml': text })
  expect(problems.map(({ code, at }) => `${code} ${at?.line}:${at?.column}`)).toEqual([problem])
  expect(problems[0]?.at?.file).toBe('group_vars/all.yml')
})

test('groups of a host: depth before priority before name, as ansible-core 2.19 orders them', () => {
  const { inventory } = load(['h.yml'], {
    '/w/h.yml': `all:
  children:
    web: {hosts: {h1: }, vars: {ansible_group_priority: 10, p: 1}, children: {inner: {hosts: {h1: }}}}
    other: {hosts: {h1: }, vars: {ansible_group_priority: 20}}
    zed: {hosts: {h1: }}
    apple: {hosts: {h1: }}
`,
  })
  expect(inventory.hosts.get('h1')?.groups).toEqual(['all', 'apple', 'zed', 'web', 'other', 'inner'])
  expect(inventory.groups.get('web')).toMatchObject({ priority: 10, layers: [{ vars: { entries: [{ key: 'p' }] } }] })
})

test('depth is the longest way down, and a host is in every group above its own', () => {
  const { inventory } = load(['hosts'], { '/w/hosts': '[a:children]\nb\nc\n[b:children]\nc\n[c]\nh1\n' })
  expect(inventory.groups.get('c')?.depth).toBe(3)
  expect(inventory.hosts.get('h1')?.groups).toEqual(['all', 'a', 'b', 'c'])
  expect(inventory.groups.get('ungrouped')?.hosts).toEqual([])
})

test('several sources add up, later ones win, and a folder is read in the order of names', () => {
  const { inventory, problems } = load(['inv', 'more.yml', 'x1, x[2:3]:2200'], {
    '/w/inv/02.yml': 'web: {hosts: {h1: {n: 2}}}\nmid: {children: {web: }}\n',
    '/w/inv/01.ini': '[web]\nh1 n=1\nh2\n',
    '/w/inv/notes.cfg': 'not read',
    '/w/inv/.hidden': 'not read',
    '/w/inv/README.md': 'not read',
    '/w/inv/group_vars/web.yml': 'g: 1',
    '/w/more.yml': 'web: {hosts: {h3: }}\n',
  })
  expect(problems).toEqual([])
  expect([...inventory.hosts.keys()]).toEqual(['h1', 'h2', 'h3', 'x1', 'x2', 'x3'])
  expect(inventory.groups.get('web')?.hosts).toEqual(['h1', 'h2', 'h3'])
  expect(inventory.groups.get('ungrouped')?.hosts).toEqual(['x1', 'x2', 'x3'])
  expect(layersOf(inventory, 'hosts', 'h1')?.map((layer) => layer.vars)).toEqual([{ n: 1 }, { n: 2 }])
  expect(layersOf(inventory, 'hosts', 'x2')?.map((layer) => layer.vars)).toEqual([{ ansible_port: 2200 }])
  expect(layersOf(inventory, 'groups', 'web')?.map((layer) => layer.from)).toEqual(['inventory group_vars'])
  expect(inventory.folder).toBe('/w/inv')
})

test('a file without an ending is YAML when its first line says so', () => {
  const hosts = (text: string) => [...load(['hosts'], { '/w/hosts': text }).inventory.hosts.keys()]
  expect(hosts('# c\nall:\n  hosts: {h1: }\n')).toEqual(['h1'])
  expect(hosts('---\nall: {hosts: h1}\n')).toEqual(['h1'])
  expect(hosts('{"all": {"hosts": {"h1": {}}}}')).toEqual(['h1'])
  expect(hosts('h1:2222\n')).toEqual(['h1'])
  expect(hosts('[all]\nh1 x={a: 1}\n')).toEqual(['h1'])
})

test.each([
  { case: 'is not there', source: 'nope', files: {}, problem: 'FILE_MISSING undefined' },
  { case: 'is an empty folder', source: 'inv', files: { '/w/inv/a.cfg': '' }, problem: 'FILE_MISSING undefined' },
  { case: 'is a program', source: 'inv.py', files: { '/w/inv.py': '#!/usr/bin/python3\n' }, problem: 'INVENTORY_PROGRAM inv.py' },
  { case: 'is TOML', source: 'inv.toml', files: { '/w/inv.toml': '[web]\n' }, problem: 'NOT_SUPPORTED inv.toml' },
  { case: 'is a list with a bad name', source: 'h1,-x', files: {}, problem: 'HOST_NAME_INVALID -i h1,-x' },
])('a source that $case', ({ source, files, problem }) => {
  const { problems } = load([source], files)
  expect(problems.map(({ code, at }) => `${code} ${at?.file}`)).toEqual([problem])
})

test('names of a list on the command line are shown in it', () => {
  const { problems, texts } = load(['h1, -x'], {})
  expect(problems[0]?.at).toEqual({ file: '-i h1, -x', line: 1, column: 5, endLine: 1, endColumn: 7 })
  expect(texts.get('-i h1, -x')).toBe('h1, -x')
})

test('ten thousand hosts of one range share their variables', () => {
  const { inventory, problems } = load(['hosts'], { '/w/hosts': '[web]\nw[00001:10000] x=1\n' })
  expect(problems).toEqual([])
  expect(inventory.hosts.size).toBe(10_000)
  expect(inventory.hosts.get('w00001')?.layers[0]?.vars).toBe(inventory.hosts.get('w10000')?.layers[0]?.vars)
})
