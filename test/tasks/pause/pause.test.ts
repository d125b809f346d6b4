import { describe, expect, test } from 'vitest'
import { Secret, Unknown } from '../../../src/model/value.ts'
import { pause } from '../../../src/tasks/pause/index.ts'
import type { PauseParams } from '../../../src/tasks/pause/schema.ts'
import { busyDesk } from '../../fakes/desk.ts'
import { MemoryHost } from '../../fakes/memory-host.ts'
import { hostsNamed, play, plannedOutcomes } from '../../fakes/play.ts'
import { contextOf, deedOf } from '../host.ts'

test.each<{ case: string; params: PauseParams; summary: string; step: object }>([
  { case: 'seconds', params: { seconds: 1.5 }, summary: 'wait 1.5 s', step: { kind: 'rest', milliseconds: 1500 } },
  {
    case: 'minutes, with words',
    params: { minutes: 2, prompt: 'drain' },
    summary: 'wait 120 s: drain',
    step: { kind: 'rest', milliseconds: 120_000, why: 'drain' },
  },
  {
    case: 'a question',
    params: { prompt: 'go on?' },
    summary: 'ask: go on?',
    step: { kind: 'answer', question: 'go on?', echo: true },
  },
  { case: 'nothing', params: {}, summary: 'ask: press Enter to go on', step: { kind: 'answer', question: 'press Enter to go on' } },
])('is named in a plan: $case', ({ params, summary, step }) => {
  const { changes } = pause.plan(params, contextOf([]))
  expect(changes).toMatchObject([{ action: 'check', summary, data: step }])
})

test('what is typed is known after apply, and secret where it is not shown', () => {
  const decision = pause.plan({ prompt: 'password', echo: false }, contextOf([]))
  expect(decision.result?.['user_input']).toBeInstanceOf(Unknown)
  const [change] = decision.changes
  if (change === undefined) throw new Error('nothing to ask')
  const { result } = deedOf(pause, change, [{ ok: true, rc: 0, stdout: 's3cret', stderr: '' }])
  expect(result).toMatchObject({ changed: false, values: { user_input: expect.any(Secret) } })
  expect(JSON.stringify(result)).not.toContain('s3cret')
})

test.each<{ case: string; params: PauseParams; unattended: boolean; code: string }>([
  { case: 'both lengths', params: { seconds: 1, minutes: 1 }, unattended: false, code: 'VALUE_INVALID' },
  { case: 'a question to nobody', params: { prompt: 'x' }, unattended: true, code: 'OPTION_INVALID' },
])('refused: $case', ({ params, unattended, code }) => {
  expect(pause.plan(params, contextOf([], { unattended })).problems).toMatchObject([{ code }])
})

describe('in a run', () => {
  const site = `
- hosts: all
  tasks:
    - copy: {dest: /etc/app/a, content: a}
    - name: asked
      pause: {prompt: which}
      register: said
    - name: written
      template: {src: t.hbs, dest: /etc/app/b}
    - name: rested
      pause: {seconds: 5}
`
  const files = { '/p/t.hbs': 'it is {{ said.user_input }}' }

  test('one host does it for all, between what comes before and what comes behind; what was typed is used', async () => {
    const hosts = hostsNamed('h1', 'h2')
    const desk = busyDesk(['blue'])
    const played = await play(site, hosts, { desk, files })
    expect(played.problems).toEqual([])
    expect(desk.log).toEqual(['ask: which', 'rest 5000: the playbook says so'])
    for (const host of hosts.values()) expect(host.files.get('/etc/app/b')?.content).toBe('it is blue')
    expect(played.report.recap.map(({ converged }) => converged)).toEqual([true, true])
    expect(played.report.notProvable).toEqual([])
    expect(played.results.filter((line) => line.includes('asked'))).toEqual(['h1 asked ok'])
  })

  test('every host is looked at anew behind it, also one that had nothing to do when it was planned', async () => {
    const hosts = hostsNamed('h1', 'h2', 'h3')
    for (const host of hosts.values()) host.put('/etc/app/a', 'a')
    const rests = { ...busyDesk(), rest: async () => hosts.get('h2')?.put('/etc/app/a', 'changed by hand') }
    const waits = '- hosts: all\n  tasks:\n    - pause: {seconds: 5}\n    - copy: {dest: /etc/app/a, content: a}\n'
    const { problems, report } = await play(waits, hosts, { desk: rests })
    expect(problems).toEqual([])
    expect(report.recap.map(({ host, changed }) => `${host} ${changed}`)).toEqual(['h1 0', 'h2 1', 'h3 0'])
    expect(hosts.get('h2')?.files.get('/etc/app/a')?.content).toBe('a')
  })

  test('a plan asks nobody and waits for nothing', async () => {
    const { plan, problems } = await play(site, hostsNamed('h1'), { mode: 'plan', files })
    expect(problems).toEqual([])
    expect(plannedOutcomes(plan)).toEqual(['h1 copy change', 'h1 asked check', 'h1 written later', 'h1 rested check'])
  })

  test('a question to nobody is refused before anything changes', async () => {
    const host = new MemoryHost()
    const { problems } = await play(site, new Map([['h1', host]]), { unattended: true, files })
    expect(problems).toMatchObject([{ code: 'OPTION_INVALID', task: 'asked' }])
    expect(host.deeds).toEqual([])
  })
})
