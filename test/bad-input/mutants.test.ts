import { expect, test } from 'vitest'
import { attempt } from './attempt.ts'
import { good, oldForm, tryMutants } from './mutated.ts'
import { mutant, seeded } from './mutants.ts'
import { stackTrace } from './verdict.ts'

/** A sample of the 10,000 of test/soak/mutants.test.ts, with a seed of its own. */
const seed = 20_260_102
const count = 600

test(`${count} mutants of a good playbook are refused or planned, never a crash (seed ${seed})`, async () => {
  const { refused, planned } = await tryMutants(count, seed)
  // both must be common, else the mutations are too mild or too wild to say anything
  expect(refused).toBeGreaterThan(count / 4)
  expect(planned).toBeGreaterThan(count / 20)
}, 300_000)

test('the playbook the mutants are made of is good, in both forms of inventory', async () => {
  expect((await attempt({ files: good })).problems).toEqual([])
  expect((await attempt({ files: { ...good, hosts: oldForm }, args: ['-i', 'hosts'] })).problems).toEqual([])
})

test('a seed gives the same mutants again, another one others', () => {
  const ten = (from: number) => {
    const random = seeded(from)
    return Array.from({ length: 10 }, () => mutant(good, random))
  }
  expect(ten(1)).toEqual(ten(1))
  expect(ten(1)).not.toEqual(ten(2))
  expect(stackTrace.test(JSON.stringify(ten(1)))).toBe(false)
})
