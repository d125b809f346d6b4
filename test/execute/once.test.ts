import { describe, expect, test } from 'vitest'
import { hostsNamed, play } from '../fakes/play.ts'

describe('a task that one host runs for all', () => {
  test('fails on all, and what ran before it is told of each', async () => {
    const tasks = '[{name: before, debug: {msg: x}}, {name: b, command: b, run_once: true, failed_when: true}, {name: behind, command: c}]'
    const { report, results } = await play(`- {hosts: all, tasks: ${tasks}}\n`, hostsNamed('h1', 'h2'))
    expect(results.toSorted()).toEqual(['h1 b failed', 'h1 before ok', 'h2 before ok'])
    expect(report.recap.map(({ ok, failed }) => ({ ok, failed }))).toEqual([
      { ok: 1, failed: 1 },
      { ok: 1, failed: 0 },
    ])
    expect(report.problems.map(({ host, message }) => `${host}: ${message}`)).toEqual([
      'h1: failed_when holds: true',
      'h2: it failed on h1, which ran it for all',
    ])
  })

  test.each([
    { more: '', told: 'h1' },
    { more: ', when: inventory_hostname == "h2"', told: 'nobody' },
    { more: ', delegate_to: h2, delegate_facts: true', told: 'h1 only there' },
  ])('sets its facts for all$more', async ({ more, told }) => {
    const text = "{{ default x 'nobody' }}"
    const set = `{name: set, set_fact: {x: "{{ inventory_hostname }}"}, run_once: true${more}}`
    const { plan } = await play(`- {hosts: all, tasks: [${set}, {name: tell, debug: {msg: "${text}"}}]}\n`, hostsNamed('h1', 'h2'))
    const said = plan.plays[0]?.hosts.map(({ tasks }) => tasks.at(-1)?.reason)
    expect(said).toEqual(told === 'h1 only there' ? ['nobody', 'h1'] : [told, told])
  })

  test.each([
    { more: '', told: ['one of h1', 'one of h2'] },
    { more: ', when: inventory_hostname == "h2"', told: ['nobody', 'nobody'] },
    { more: ', loop: [one, two]', told: ['two of h1', 'two of h2'], file: '{{ item }}.yml' },
    { more: ', delegate_to: h2, delegate_facts: true', told: ['nobody', 'one of h2'] },
  ])('reads variables for all$more', async ({ more, told, file = 'one.yml' }) => {
    const tell = `{name: tell, debug: {msg: "{{ default x 'nobody' }}"}}`
    const tasks = `[{include_vars: "${file}", run_once: true${more}}, ${tell}]`
    const files = Object.fromEntries(['one', 'two'].map((word) => [`/p/${word}.yml`, `x: "${word} of {{ inventory_hostname }}"\n`]))
    const { plan, report } = await play(`- {hosts: all, tasks: ${tasks}}\n`, hostsNamed('h1', 'h2'), { files })
    expect(report.exitCode).toBe(0)
    expect(plan.plays[0]?.hosts.map(({ tasks: own }) => own.at(-1)?.reason)).toEqual(told)
  })
})
