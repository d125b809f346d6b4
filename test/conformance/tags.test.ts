import fc from 'fast-check'
import { afterAll, describe, test } from 'vitest'
import { type Case, comparison } from './both.ts'
import { drawn } from './drawn.ts'
import { act } from './spelling.ts'

const compare = comparison()
afterAll(() => compare.stop())

const role = (name: string): Readonly<Record<string, unknown>> => ({
  [`roles/${name}/role.yml`]: { summary: 'a role of the tests', version: '1.0.0' },
  [`roles/${name}/tasks/main.yml`]: [
    act(`${name} one`),
    act(`${name} two`, { tags: ['a'] }),
    act(`${name} never`, { tags: ['never', 'd'] }),
  ],
})

const handlers = [act('H', { tags: ['b'] })]

/** Tags of tasks, blocks in blocks, plays, roles and imported files, beside the special ones. */
const tagged = (changes: boolean): Case => ({
  hosts: 'h1 ansible_connection=local\n',
  files: { ...role('plain'), ...role('marked'), 'more.yml': [act('imported'), act('imported c', { tags: 'c' })] },
  playbook: [
    {
      hosts: 'all',
      pre_tasks: [act('before', { tags: ['always'] }), act('before b', { tags: 'b' })],
      roles: [{ role: 'plain' }, { role: 'marked', tags: ['b', 'c'] }],
      tasks: [
        act('none'),
        act('a', { tags: ['a'] }),
        act('b', { tags: 'b' }),
        act('a and b', { tags: ['a', 'b'] }),
        act('in one text', { tags: 'c,d' }),
        act('always', { tags: ['always'] }),
        act('always and a', { tags: ['always', 'a'] }),
        act('never', { tags: ['never'] }),
        act('never and a', { tags: ['never', 'a'] }),
        act('never and always', { tags: ['never', 'always'] }),
        act('tagged', { tags: ['tagged'] }),
        {
          tags: ['c'],
          block: [act('in c'), act('in c, a', { tags: ['a'], changed_when: changes, notify: 'H' }), { tags: 'd', block: [act('in c, d')] }],
          rescue: [act('rescue')],
          always: [act('at last'), act('at last b', { tags: 'b' })],
        },
        { tags: ['never', 'd'], block: [act('in never'), act('in never, b', { tags: 'b' })] },
        { import_tasks: 'more.yml', tags: ['a'] },
      ],
      handlers,
    },
    { hosts: 'all', tags: ['d'], tasks: [act('second'), act('second a', { tags: 'a' }), act('second never', { tags: 'never' })] },
  ],
})

const words = ['a', 'b', 'c', 'd', 'always', 'never', 'tagged', 'untagged', 'all', 'nobody'] as const
const some = fc.uniqueArray(fc.constantFrom(...words), { maxLength: 3 })
const options = (tags: readonly string[], skipped: readonly string[]): readonly string[] => [
  ...(tags.length === 0 ? [] : ['--tags', tags.join(',')]),
  ...(skipped.length === 0 ? [] : ['--skip-tags', skipped.join(',')]),
]

const { title, cases } = drawn('what --tags and --skip-tags select', fc.tuple(some, some), 45)

describe(title, () => {
  const random = cases.map(({ given: [tags, skipped] }) => options(tags, skipped).join(' '))
  const single = words.flatMap((word) => [`--tags ${word}`, `--skip-tags ${word}`])
  test.each([...new Set(['', ...single, ...random])])('%s', async (args) => {
    // Skipping what is always run skips the flush of the handlers too in Ansible: a difference (differences.test.ts).
    const given = tagged(!/--skip-tags \S*always/.test(args))
    await compare.equal({ ...given, args: args.split(' ').filter(Boolean) })
  })
})
