import { expect, test } from 'vitest'
import { hiddenByLoops } from '../../src/compile/loop-names.ts'
import { compileWorld } from './compiled.ts'

const names = (count: number): string => Array.from({ length: count }, (_, at) => `h${at}: {own: ${at}}`).join(', ')
const site = '- hosts: all\n  vars: {x: 1}\n  tasks:\n    - {debug: {msg: "{{ own }} {{ item }}"}, loop: [1, 2]}\n'

/** How often the variables of the play are read to find what loops hide. */
async function reads(hosts: number): Promise<number> {
  const inventory = `all: {hosts: {${names(hosts)}}}\n`
  const { run, problems } = await compileWorld({ files: { 'site.yml': site, 'inventory.yml': inventory } })
  expect(problems).toEqual([])
  let count = 0
  const plays = run.plays.map((play) => ({
    ...play,
    play: new Proxy(play.play, {
      get(target, key) {
        if (key === 'vars') count++
        return Reflect.get(target, key)
      },
    }),
  }))
  expect(hiddenByLoops({ ...run, plays })).toEqual([])
  return count
}

test('a thousand hosts of one kind cost no more than one of them', async () => {
  const one = await reads(1)
  expect(one).toBeGreaterThan(0)
  expect(await reads(1000)).toBe(one)
})

test.each([
  { what: 'of one host among many', inventory: `all: {hosts: {${names(9)}, other: {item: 1}}}\n` },
  { what: 'of one group among several', inventory: `all: {hosts: {${names(9)}}, children: {web: {hosts: {h5: }, vars: {item: 1}}}}\n` },
])('a variable $what is seen', async ({ inventory }) => {
  const { run } = await compileWorld({ files: { 'site.yml': site, 'inventory.yml': inventory } })
  expect(hiddenByLoops(run).map(({ code, message }) => [code, message])).toEqual([
    ['LOOP_VAR_HIDES', 'the loop hides the variable item, which is defined already'],
  ])
})
