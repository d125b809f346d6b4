import { afterAll, describe, expect, test } from 'vitest'
import { type Case, comparison } from './both.ts'
import { act, type Keywords, spelled } from './spelling.ts'

const compare = comparison()
afterAll(() => compare.stop())

const one = act('one')
const planted = (tlsplay: Keywords, ansible: Keywords): Case => ({
  playbook: { hosts: 'all', tasks: [spelled({ command: { argv: ['true'] }, ...tlsplay }, { debug: {}, ...ansible }), one] },
})
const same = { name: 'planted', changed_when: false }

/** One thing that the two sides do otherwise, of each kind that the comparison looks at. */
const differences: Readonly<Record<string, Case>> = {
  'a name': planted(same, { ...same, name: 'another' }),
  'what changed': planted(same, { ...same, changed_when: true }),
  'what was skipped on one of four hosts': planted({ ...same, when: 'inventory_hostname != "h3"' }, same),
  'what failed and was ignored': planted({ ...same, failed_when: true, ignore_errors: true }, { ...same, ignore_errors: true }),
  'an item more': planted({ ...same, loop: [1, 2] }, { ...same, loop: [1, 2, 3] }),
  'the label of an item': planted({ ...same, loop: ['a'] }, { ...same, loop: ['b'] }),
  'a failure that is rescued': {
    playbook: { hosts: 'all', tasks: [{ block: [act('one', { failed_when: spelled(true, false) })], rescue: [act('two')] }] },
  },
  'the order of tasks': { playbook: { hosts: 'all', tasks: spelled([one, act('two')], [act('two'), one]) } },
  'the order of handlers': {
    playbook: {
      hosts: 'all',
      tasks: [act('one', { changed_when: true, notify: ['A', 'B'] })],
      handlers: spelled([act('A'), act('B')], [act('B'), act('A')]),
    },
  },
  'hosts of a play': { playbook: { hosts: spelled('all', 'web'), tasks: [one] } },
  batches: { playbook: { hosts: 'all', serial: spelled(1, 2), tasks: [one] } },
  'the end': { playbook: { hosts: 'all', tasks: [act('one', { failed_when: spelled(false, 'inventory_hostname == "h4"') })] } },
  'what is said': { playbook: { hosts: 'all', tasks: [{ name: 'tell', debug: { msg: spelled('{"x": 1 }', '{"x": 2 }') } }] } },
  'what a file holds': {
    reads: ['left'],
    playbook: {
      hosts: 'h1',
      tasks: [{ name: 'write', shell: { cmd: spelled('echo x > {{ playbook_dir }}/left', 'echo y > {{ playbook_dir }}/left') } }],
    },
  },
}

describe('the comparison of playbooks sees a difference in', () => {
  test.each(Object.entries(differences))('%s', async (_name, given) => {
    const { theirs } = await compare.both(given)
    expect(Object.keys(theirs.hosts)).not.toEqual([])
    await expect(compare.equal(given)).rejects.toThrow('to be')
  })

  test('and sees none where there is none', async () => {
    await compare.equal(planted(same, same))
  })
})
