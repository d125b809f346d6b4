import { describe, expect, test } from 'vitest'
import { roleInputValues } from '../../src/compile/check.ts'
import { taskTypes } from '../../src/tasks/index.ts'
import { compileWorld } from './compiled.ts'

interface Told {
  readonly site: string
  readonly bsd?: string
  readonly inventory?: string
  readonly limit?: string
}

const bothHosts = 'all: {hosts: {h1: {os: linux}, h2: {os: bsd, only_bsd: 1}}}\n'

/** What is told before any host is asked, of a play that chooses between linux.yml and bsd.yml. */
async function told({ site, bsd = '- debug: {msg: "{{ only_bsd }}"}\n', inventory = bothHosts, limit }: Told): Promise<readonly string[]> {
  const files = {
    'site.yml': `- hosts: ${limit ?? 'all'}\n  tasks:\n${site}`,
    'inventory.yml': inventory,
    'linux.yml': '- debug: {msg: here}\n',
    'bsd.yml': bsd,
    'roles/r/role.yml': 'summary: s\nversion: 1.0.0\ninputs: {n: {type: integer, description: d}}\n',
    'roles/r/tasks/main.yml': '- debug: {msg: "{{ n }}"}\n',
  }
  const { run, problems, loadProblems } = await compileWorld({ files })
  expect(loadProblems).toEqual([])
  return [...problems, ...roleInputValues(run, taskTypes).problems].map(
    ({ code, message, at }) => `${at?.file}:${at?.line} ${code} ${message}`,
  )
}

const byVariable = '    - include_tasks: "{{ os }}.yml"\n'
const byFact = '    - include_tasks: "{{ facts.os.id }}.yml"\n'
const missing = ['bsd.yml:1 VARIABLE_UNDEFINED only_bsd is not defined']
const callsRole = '- include_role: {name: r, inputs: {n: "{{ only_bsd }}"}}\n'

describe('names of an included file that a template chooses', () => {
  test.each<Told & { readonly case: string }>([
    { case: 'that only the host has that takes it', site: byVariable },
    { case: 'that nobody has, where nobody takes it', site: byVariable, inventory: 'all: {hosts: {h1: {os: linux}}}\n' },
    {
      case: 'for an item that is not taken',
      site: '    - include_tasks: "{{ item }}.yml"\n      loop: [linux]\n',
      inventory: 'all: {hosts: {h1: {}}}\n',
    },
    { case: 'that one of the hosts has, when a fact chooses', site: byFact },
    { case: 'that one of the hosts has, when a fact chooses and that host is not in the play', site: byFact, limit: 'h1' },
    {
      case: 'that a task registers, when a fact chooses',
      site: `    - {command: x, register: only_bsd}\n${byFact}`,
      inventory: 'all: {hosts: {h1: {}}}\n',
    },
    { case: 'for a role in it, where nobody takes it', site: byVariable, bsd: callsRole, limit: 'h1' },
    { case: 'for a role in it, when a fact chooses', site: byFact, bsd: callsRole },
    {
      case: 'for a role in a file that a condition leaves out',
      site: '    - {include_tasks: bsd.yml, when: os == "bsd"}\n',
      bsd: callsRole,
    },
  ])('may be missing: $case', async (given) => {
    expect(await told(given)).toEqual([])
  })

  test.each<Told & { readonly case: string; readonly at?: string }>([
    { case: 'that the host lacks that takes it', site: byVariable, inventory: 'all: {hosts: {h1: {os: bsd}}}\n' },
    { case: 'for an item that is taken', site: '    - include_tasks: "{{ item }}.yml"\n      loop: [linux, bsd]\n', limit: 'h1' },
    { case: 'that nobody has, when a fact chooses', site: byFact, inventory: 'all: {hosts: {h1: {os: linux}, h2: {os: bsd}}}\n' },
    {
      case: 'that nobody has, in a condition, when a fact chooses',
      site: byFact,
      bsd: '- {debug: {msg: x}, when: only_bsd == 1}\n',
      inventory: 'all: {hosts: {h1: {}}}\n',
    },
    { case: 'for a role in the only file', site: '    - include_tasks: bsd.yml\n', bsd: callsRole, limit: 'h1' },
  ])('are told: $case', async (given) => {
    expect(new Set(await told(given))).toEqual(new Set(missing))
  })
})
