import { expect, test } from 'vitest'
import { largeInventory, largePlaybook } from '../../bench/scale-texts.ts'
import { representatives } from '../../src/compile/representatives.ts'
import { compileWorld } from './compiled.ts'

async function standIns(inventory: string, groupVars: Readonly<Record<string, string>> = {}) {
  const world = await compileWorld({ files: { 'site.yml': '- hosts: all\n', 'inventory.yml': inventory, ...groupVars } })
  expect(world.problems).toEqual([])
  const [play] = world.run.plays
  if (play === undefined) throw new Error('no play')
  return representatives(world.run, play)
}

const groups = (vars: (group: number) => string, own = '') =>
  `all:\n  children:\n${[1, 2, 3, 4].map((group) => `    g${group}:\n      vars: {${vars(group)}}\n      hosts: {h${group}: {${own}}, i${group}: {${own}}}\n`).join('')}`

test.each([
  { what: 'values that are alike', inventory: groups(() => 'a: 1, b: [x, y]'), byValues: ['h1'] },
  { what: 'values that differ', inventory: groups((group) => `a: ${group % 2}`), byValues: ['h1', 'h2'] },
  { what: 'values of one text and another type', inventory: groups((group) => (group === 1 ? 'a: "1"' : 'a: 1')), byValues: ['h1', 'h2'] },
  { what: 'names that differ', inventory: groups((group) => `a${group % 2}: 1`), byValues: ['h1', 'h2'] },
  { what: 'templates, which keep their place', inventory: groups(() => 'a: "{{ b }}", b: 1'), byValues: ['h1', 'h2', 'h3', 'h4'] },
  { what: 'values of their own', inventory: groups(() => 'a: 1', 'b: 2'), byValues: ['h1'] },
])('groups with $what: one host stands for each of them, and few for all', async ({ inventory, byValues }) => {
  expect(await standIns(inventory)).toEqual({ byGroups: ['h1', 'h2', 'h3', 'h4'], byValues })
})

test('a value that a host has of its own counts by its name', async () => {
  const inventory = 'all:\n  vars: {a: 1}\n  hosts: {h1: {a: 1}, h2: {a: 2}, h3: {}}\n'
  expect(await standIns(inventory)).toEqual({ byGroups: ['h1', 'h3'], byValues: ['h1', 'h3'] })
})

const mistake = (task: string) => ({
  'site.yml': `- hosts: all\n  tasks:\n    - debug: {msg: "{{ nobody }}"}\n      when: '${task}'\n`,
  'inventory.yml': groups(() => 'a: 1'),
})

test.each(['"g3" in group_names', 'inventory_hostname in groups.g3', '"g3" in hostvars[inventory_hostname].group_names'])(
  'a task that reads the groups themselves is looked at for each of them: %s',
  async (condition) => {
    const { problems } = await compileWorld({ files: mistake(condition) })
    expect(problems.map(({ code }) => code)).toEqual(['VARIABLE_UNDEFINED'])
  },
)

test('a mistake that only hosts of one value meet is found', async () => {
  const files = { ...mistake('a == 3'), 'inventory.yml': groups((group) => `a: ${group}`) }
  expect((await compileWorld({ files })).problems.map(({ code }) => code)).toEqual(['VARIABLE_UNDEFINED'])
})

test('the texts of the benchmark compile, and two hosts stand for its fifty groups', async () => {
  const files = { 'site.yml': largePlaybook(50), 'inventory.yml': largeInventory(200) }
  const { problems, loadProblems, run } = await compileWorld({ files })
  expect([...loadProblems, ...problems]).toEqual([])
  const [play] = run.plays
  if (play === undefined) throw new Error('no play')
  const found = representatives(run, play)
  expect([found.byGroups.length, found.byValues.length]).toEqual([50, 2])
})
