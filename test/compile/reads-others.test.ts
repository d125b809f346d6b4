import { expect, test } from 'vitest'
import { readsOthers } from '../../src/compile/reads-others.ts'
import { compileWorld } from './compiled.ts'

/** Labels of the tasks that wait for all hosts. */
async function waiting(tasks: string, vars = '{}', asset?: string): Promise<readonly string[]> {
  const { run, problems, loadProblems } = await compileWorld({
    files: {
      'site.yml': `- hosts: all\n  vars: ${vars}\n  tasks:\n    - {name: sets, set_fact: {x: 1}}\n${tasks}`,
      'inventory.yml': 'all: {hosts: {h1: {port: 1, which: x}, h2: {port: 2, which: x}}}\n',
    },
  })
  expect([...loadProblems, ...problems]).toEqual([])
  const reads = readsOthers(run, ({ type }) => (type === 'template' ? asset : undefined))
  return run.plays.flatMap(({ nodes }) => nodes.flatMap((node) => (node.kind === 'task' && reads(node) ? [node.label] : [])))
}
const task = (body: string): string => `    - {name: t, ${body}}\n`

test.each<{ case: string; body: string; vars?: string; asset?: string; waits: boolean }>([
  { case: 'a name that a task sets', body: 'debug: {msg: "{{ hostvars.h2.x }}"}', waits: true },
  { case: 'a name of the inventory', body: 'debug: {msg: "{{ hostvars.h2.port }}"}', waits: false },
  { case: 'its own variable of that name', body: 'debug: {msg: "{{ x }}"}', waits: false },
  { case: 'a condition', body: 'debug: {msg: a}, when: \'hostvars["h2"].x == 1\'', waits: true },
  { case: 'a condition of assert', body: "assert: {that: ['hostvars.h2.x == 1']}", waits: true },
  { case: 'a loop', body: 'debug: {msg: "{{ item }}"}, loop: ["{{ hostvars.h2.x }}"]', waits: true },
  { case: 'variables on the way', body: 'debug: {msg: "{{ b }}"}', vars: '{a: "{{ hostvars.h2.x }}", b: "{{ a }}"}', waits: true },
  {
    case: 'variables that read something else',
    body: 'debug: {msg: "{{ b }}"}',
    vars: '{a: "{{ hostvars.h2.port }}", b: "{{ a }}"}',
    waits: false,
  },
  { case: 'a name that is a value in a condition', body: 'debug: {msg: a}, when: \'hostvars["h2"][which] == 1\'', waits: true },
  {
    case: 'the file of a template',
    body: "template: {src: t.hbs, dest: /t, mode: '0644'}",
    asset: '{{#each groups.all}}{{lookup (lookup ../hostvars this) "x"}}{{/each}}',
    waits: true,
  },
  {
    case: 'the file of a template that reads nothing that is set',
    body: "template: {src: t.hbs, dest: /t, mode: '0644'}",
    asset: '{{#each groups.all}}{{../hostvars.h1.port}}{{/each}}',
    waits: false,
  },
])('waits for other hosts: $case, $waits', async ({ body, vars, asset, waits }) => {
  expect(await waiting(task(body), vars, asset)).toEqual(waits ? ['t'] : [])
})
