import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { inventoryList } from '../../src/compile/inventory-list.ts'
import { loadInventory } from '../../src/load/index.ts'
import { literalSource } from '../../src/load/plain.ts'
import { parseYaml } from '../../src/load/yaml.ts'
import type { Located } from '../../src/model/playbook.ts'
import type { Problem } from '../../src/model/problem.ts'
import { randomInventory } from '../conformance/random-inventory.ts'
import { compileWorld } from '../compile/compiled.ts'
import { memoryFiles } from './memory-files.ts'

const awkward = [
  'no',
  'null',
  '~',
  '1_000',
  '0644',
  '012',
  '1e3',
  '.inf',
  '<<',
  '=',
  '{{ x }}',
  '{% x %}',
  '!unsafe x',
  '- a',
  'a: b',
  '#',
  '&a',
  '*a',
  '%',
  "'",
  '"',
  '\\',
  ' ',
  '__proto__',
  'é',
  '\u2028',
  '👍',
  '2001-01-01',
  '1:30',
  'a\nb\n',
  '\ttab',
  '---',
  '...',
  '@x',
  '`x',
]
const text = fc.oneof(fc.string({ maxLength: 12, unit: 'grapheme' }), fc.constantFrom(...awkward))
/** A whole number that cannot be kept exactly is refused, with what to write. */
const number = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .map((one) => (Object.is(one, -0) ? 0 : one))
  .filter((one) => !Number.isInteger(one) || Number.isSafeInteger(one))
const treeOf = (numbers: fc.Arbitrary<number>, key = text): fc.Arbitrary<unknown> =>
  fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      text,
      fc.boolean(),
      fc.constant(null),
      fc.integer(),
      numbers,
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
    ),
  })).tree
// what a printer leaves without quotes is a merge in YAML
const tree = treeOf(
  number,
  text.filter((one) => one !== '<<'),
)
// a number without a point and with an exponent is a text there
const pyTree = treeOf(fc.integer())

describe('what is printed is read as what it was', () => {
  const read = (written: string, dialect: 'core' | 'pyyaml') => {
    const problems: Problem[] = []
    const source = parseYaml({ file: 'x.yml', text: written }, dialect, problems)
    return { value: source && literalSource(source), problems }
  }
  test.each<{ case: string; print: (value: unknown) => string; dialect: 'core' | 'pyyaml' }>([
    { case: 'as JSON', print: (value) => JSON.stringify(value), dialect: 'core' },
    { case: 'as JSON over lines', print: (value) => JSON.stringify(value, undefined, 2), dialect: 'core' },
    { case: 'as YAML 1.2', print: (value) => stringify(value, { version: '1.2', lineWidth: 40 }), dialect: 'core' },
    { case: 'as JSON, by the rules of vars files', print: (value) => JSON.stringify(value), dialect: 'pyyaml' },
  ])('$case', ({ print, dialect }) => {
    fc.assert(
      fc.property(dialect === 'core' ? tree : pyTree, (value) => {
        expect(read(print(value), dialect)).toEqual({ value, problems: [] })
      }),
      { numRuns: 500 },
    )
  })
})

describe('inventories', () => {
  test('what tlsplay inventory --list prints is an inventory that it prints the same', () => {
    const listed = (sources: readonly string[], files: Readonly<Record<string, string>>, out = '') => {
      const { inventory, problems } = loadInventory(sources, {
        files: { ...memoryFiles(files), executable: () => true },
        cwd: '/w',
        run: () => ({ out }),
      })
      const hosts = [...inventory.hosts.keys()].toSorted()
      return { list: inventoryList(inventory, { hosts, export: false }), problems }
    }
    fc.assert(
      fc.property(randomInventory, ({ files, from = ['hosts'] }) => {
        const first = listed(from, Object.fromEntries(Object.entries(files).map(([path, written]) => [`/w/${path}`, String(written)])))
        fc.pre(first.problems.length === 0)
        const again = listed(['list'], { '/w/list': '#!/bin/sh\n' }, JSON.stringify(first.list))
        expect(again.problems).toEqual([])
        expect(canonical(again.list)).toEqual(canonical(first.list))
      }),
      { numRuns: 150 },
    )
  })
})

/** Order of groups and hosts aside. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical).toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, canonical(inner)]))
}

describe('playbooks', () => {
  const word = fc.stringMatching(/^[a-z][a-z_]{0,6}$/)
  const name = text.filter((one) => one !== '' && !one.includes('{{'))
  const task = fc.record(
    {
      name,
      tags: fc.uniqueArray(word, { maxLength: 3 }),
      when: fc.constantFrom('a == 1', 'defined("x") && x', 'true'),
      register: word,
      loop: fc.array(fc.oneof(fc.integer(), name), { maxLength: 3 }),
      vars: fc.dictionary(word, tree, { maxKeys: 3, noNullPrototype: true }),
      notify: fc.constant(['told']),
      run_once: fc.boolean(),
      delegate_facts: fc.boolean(),
      no_log: fc.boolean(),
    },
    { requiredKeys: ['name'] },
  )
  const printed = (play: object, asYaml: boolean): string => (asYaml ? stringify([play], { version: '1.2' }) : JSON.stringify([play]))
  const texts = (list: readonly Located<string | boolean>[]): readonly unknown[] => list.map(({ value }) => value)

  test('a playbook is what was written, whichever way', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(task, { minLength: 1, maxLength: 4 }), fc.boolean(), async (tasks, asYaml) => {
        const play = {
          hosts: 'all',
          tasks: tasks.map((keywords) => ({ ...keywords, command: { argv: ['true', keywords.name] } })),
          handlers: [{ name: 'told', command: 'true' }],
        }
        const { run, loadProblems } = await compileWorld({
          files: { 'site.yml': printed(play, asYaml), 'inventory.yml': 'all: {hosts: {h1: }}\n' },
        })
        expect(loadProblems).toEqual([])
        const found = run.playbook.plays[0]?.tasks.map((item) => {
          if (item.kind !== 'task') throw new Error('not a task')
          return {
            name: item.name,
            params: literalSource(item.params),
            tags: item.keywords.tags,
            when: texts(item.keywords.when),
            register: item.register?.value,
            loop: item.loop && literalSource(item.loop),
            vars: item.vars && literalSource(item.vars),
            notify: texts(item.notify),
            flags: [item.runOnce, item.delegateFacts, item.noLog],
          }
        })
        expect(found).toEqual(
          tasks.map((written) => ({
            name: written.name,
            params: { argv: ['true', written.name] },
            tags: written.tags ?? [],
            when: written.when === undefined ? [] : [written.when],
            register: written.register,
            loop: written.loop,
            vars: written.vars,
            notify: written.notify ?? [],
            flags: [written.run_once ?? false, written.delegate_facts ?? false, written.no_log ?? false],
          })),
        )
      }),
      { numRuns: 150 },
    )
  })
})
