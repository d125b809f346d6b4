import { describe, expect, test } from 'vitest'
import { drawn } from './drawn.ts'
import { type InventoryCase, trickyInventories } from './inventories.ts'
import { randomInventory } from './random-inventory.ts'
import { scratch } from './scratch.ts'

/** Both documents; order of hosts and children says nothing. */
async function lists({ files, from = ['hosts'], args = [] }: InventoryCase) {
  const folder = scratch(files)
  try {
    const words = [...from.flatMap((source) => ['-i', source]), '--list', ...args]
    const [ours, theirs] = await Promise.all([folder.tlsplay('inventory', ...words), folder.ansible('ansible-inventory', words)])
    expect(ours.err).toBe('')
    expect(theirs.code, theirs.err).toBe(0)
    return { ours: unordered(JSON.parse(ours.out)), theirs: unordered(JSON.parse(theirs.out)) }
  } finally {
    folder.remove()
  }
}

type Document = Readonly<Record<string, Readonly<Record<string, unknown>>>>

function unordered(document: Document): Document {
  return Object.fromEntries(
    Object.entries(document).map(([name, part]) => [
      name,
      name === '_meta'
        ? part
        : Object.fromEntries(Object.entries(part).map(([key, value]) => [key, Array.isArray(value) ? value.toSorted() : value])),
    ]),
  )
}

describe('tlsplay inventory --list prints what ansible-inventory --list prints', () => {
  test.concurrent.each(Object.entries(trickyInventories))('%s', async (_name, inventory) => {
    const { ours, theirs } = await lists(inventory)
    expect(ours).toEqual(theirs)
  })

  const { title, cases } = drawn('inventories drawn at random', randomInventory, 30)
  describe(title, () => {
    test.concurrent.each(cases)('inventory $index', async ({ given }) => {
      const { ours, theirs } = await lists(given)
      expect(ours, JSON.stringify(given.files)).toEqual(theirs)
    })
  })
})

test('there are more than forty that a person thought of', () => {
  expect(Object.keys(trickyInventories).length).toBeGreaterThan(40)
})

test('the comparison sees one value that differs', async () => {
  const { ours, theirs } = await lists({ files: { hosts: 'h1 a=1\n' } })
  expect(ours).toEqual(theirs)
  const other = await lists({ files: { hosts: 'h1 a="\'1\'"\n' } })
  expect(other.ours).not.toEqual(theirs)
})
