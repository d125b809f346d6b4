import { expect, test } from 'vitest'
import { planSummaryLine, planText } from '../../src/view/plan-text.ts'
import { emptyPlan, fullPlan, refusedPlan } from './documents.ts'

const plain = { diff: true, verbosity: 0, colour: false }

test.each([
  { golden: 'plan-full', plan: fullPlan, options: plain },
  { golden: 'plan-full-without-diff', plan: fullPlan, options: { ...plain, diff: false } },
  { golden: 'plan-full-verbose', plan: fullPlan, options: { ...plain, verbosity: 1 } },
  { golden: 'plan-empty', plan: emptyPlan, options: plain },
  { golden: 'plan-refused', plan: refusedPlan, options: plain },
])('the plan reads well: $golden', async ({ golden, plan, options }) => {
  await expect(planText(plan, options)).toMatchFileSnapshot(`../golden/view/${golden}.txt`)
})

test('colour adds styles and nothing else', () => {
  const coloured = planText(fullPlan, { ...plain, colour: true })
  expect(coloured).toContain('\u001b[32m+ create ')
  expect(coloured.replaceAll(/\u001b\[[0-9;]*m/g, '')).toBe(planText(fullPlan, plain))
})

test('diff: true of a task shows its differences in a run without --diff, and those of no other task', () => {
  const shown = fullPlan.plays.map((one) => ({
    ...one,
    hosts: one.hosts.map((host) => ({ ...host, tasks: host.tasks.map((task) => ({ ...task, diff: true as const })) })),
  }))
  const all = planText({ ...fullPlan, plays: shown }, { ...plain, diff: false })
  expect(all).toBe(planText(fullPlan, plain))
  expect(all).not.toBe(planText(fullPlan, { ...plain, diff: false }))
})

test.each([
  {
    case: 'changes and checks',
    plan: fullPlan,
    line: 'Plan: 4 hosts, 10 changes on 3 hosts, 3 checks after apply, 3 known after apply, 1 host unreachable.',
  },
  { case: 'nothing', plan: emptyPlan, line: 'Plan: nothing to do on 2 hosts.' },
  {
    case: 'a host that is refused before any of its tasks',
    plan: { ...emptyPlan, problems: [{ code: 'TOOL_MISSING' as const, host: 'h2', message: 'openssl is not installed on h2' }] },
    line: 'Plan: 2 hosts, no change, 1 host refused.',
  },
  { case: 'a refusal', plan: refusedPlan, line: 'Plan: 1 host, no change, 1 task that will fail, 1 task refused, 1 host refused.' },
])('the last line counts: $case', ({ plan, line }) => {
  expect(planSummaryLine(plan)).toBe(line)
  expect(planText(plan, plain).trimEnd().split('\n').at(-1)).toBe(line)
})

test('hosts that agree are listed once, and all of a large play by their number', () => {
  const first = fullPlan.plays[0]?.hosts[0]?.tasks.slice(1, 2) ?? []
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  const plan = { ...fullPlan, plays: [{ name: 'many', batches: [names], hosts: names.map((host) => ({ host, tasks: first })) }] }
  const text = planText(plan, plain)
  expect(text.split('update').length).toBe(2)
  expect(text).toContain('  on all 6 hosts\n')
})

test('a task that only a later host has stands where that host meets it', () => {
  const [one, two, three] = (fullPlan.plays[0]?.hosts[1]?.tasks ?? []).slice(3, 6)
  if (one === undefined || two === undefined || three === undefined) throw new Error('the fixture changed')
  const plan = {
    ...fullPlan,
    plays: [
      {
        name: 'p',
        batches: [['a', 'b']],
        hosts: [
          { host: 'a', tasks: [one, three] },
          { host: 'b', tasks: [one, two, three] },
        ],
      },
    ],
  }
  const text = planText(plan, plain)
  expect(text.indexOf('/etc/older')).toBeGreaterThan(text.indexOf('/etc/old'))
  expect(text.indexOf('known after apply')).toBeGreaterThan(text.indexOf('/etc/older'))
})
