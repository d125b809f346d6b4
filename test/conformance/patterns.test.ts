import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunEvent } from '../../src/model/event.ts'
import { comparison } from './both.ts'
import { drawn } from './drawn.ts'
import { randomInventory } from './random-inventory.ts'
import { patternInventory, plainPatterns, randomPattern } from './patterns.ts'
import { scratch, type Tree } from './scratch.ts'

const compare = comparison()
afterAll(() => compare.stop())

type Answers = ReadonlyMap<string, readonly string[] | string>

/** Hosts of many patterns, each one a play of one playbook that is planned. */
async function selectedHere(patterns: readonly string[], limit?: string, files: Tree = { hosts: patternInventory }): Promise<Answers> {
  const plays = patterns.map((hosts) => ({ hosts, tasks: [{ debug: { msg: 'here' } }] }))
  const folder = scratch({ ...files, 'site.yml': JSON.stringify(plays) })
  try {
    const [source = 'hosts'] = Object.keys(files)
    const words = ['plan', '-i', source, '--transport', 'local', 'site.yml', '--output', 'json']
    const { out, err } = await folder.tlsplay(...words, ...(limit === undefined ? [] : ['-l', limit]))
    const events = out
      .split('\n')
      .filter(Boolean)
      .map((line): RunEvent => JSON.parse(line))
    const plan = events.find((event) => event.type === 'plan_ready')?.plan
    expect(plan?.plays.length, err).toBe(patterns.length)
    return new Map(patterns.map((pattern, index) => [pattern, plan?.plays[index]?.batches.flat() ?? []]))
  } finally {
    folder.remove()
  }
}

async function selectedThere(patterns: readonly string[], limit: string | null = null): Promise<Answers> {
  const answers = await compare.hosts(
    { hosts: patternInventory },
    patterns.map((pattern) => [pattern, limit]),
  )
  return new Map(patterns.map((pattern, index) => [pattern, answers[index] ?? 'no answer']))
}

const patterns = drawn('hosts of a pattern, in their order', randomPattern, 200)
const random = [...new Set(patterns.cases.map(({ given }) => given))]

describe(patterns.title, () => {
  const all = [...new Set([...plainPatterns, ...random])]
  let [ours, theirs]: [Answers, Answers] = [new Map(), new Map()]
  beforeAll(async () => {
    ;[ours, theirs] = await Promise.all([selectedHere(all), selectedThere(all)])
  })
  test.each(all)('%s', (pattern) => {
    expect(ours.get(pattern)).toEqual(theirs.get(pattern))
  })
  test('most of them select something, some nothing', () => {
    const counts = [...theirs.values()].map((hosts) => hosts.length)
    expect(counts.filter((count) => count > 0).length).toBeGreaterThan(all.length / 2)
    expect(counts.filter((count) => count === 0).length).toBeGreaterThan(5)
  })
})

const inventories = drawn('hosts of each group of an inventory', randomInventory, 25)

describe(inventories.title, () => {
  const cases = inventories.cases.map(({ index, given: { files } }) => {
    const [name, text] = Object.entries(files)[0] ?? ['', '']
    // variables of the random inventory say nothing here, and some are no address
    return { index, files: { [name]: text } }
  })
  test.each(cases)('random inventory $index', async ({ files }) => {
    const groups = ['web', 'db', 'edge', 'prod', 'lab', 'eu', 'us', 'cache', 'all', 'ungrouped']
    const [ours, theirs] = await Promise.all([
      selectedHere(groups, undefined, files),
      compare.hosts(
        files,
        groups.map((group) => [group, null]),
      ),
    ])
    // Where several groups have children, Ansible walks a set of objects below them: that order is another in each process.
    const sorted = (hosts: string | readonly string[] | undefined) => [...(hosts ?? [])].toSorted()
    expect(groups.map((group) => sorted(ours.get(group)))).toEqual(theirs.map(sorted))
  })
})

describe('--limit', () => {
  const plays = ['all', 'web', 'db:lone', 'site[0:2]', '!web1']
  const limits = [...plainPatterns.filter((_, index) => index % 4 === 0), ...random.filter((_, index) => index % 12 === 0)]
  test.each([...new Set(limits)])('-l %s', async (limit) => {
    const theirs = await selectedThere(plays, limit)
    if ([...(theirs.get('all') ?? [])].length === 0) return expect(selectedHere(plays, limit)).rejects.toThrow('NO_HOSTS')
    expect(await selectedHere(plays, limit)).toEqual(theirs)
  })
})
