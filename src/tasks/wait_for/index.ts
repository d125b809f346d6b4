import { refused } from '../../lib/host-file.ts'
import { tidyPath } from '../../lib/paths.ts'
import type { Fact, Probe } from '../../model/fact.ts'
import { isAbsent } from '../../model/fact.ts'
import { defineTaskType } from '../../model/task-type.ts'
import { Unknown, type ValueMap } from '../../model/value.ts'
import type { WaitForParams } from './schema.ts'

interface Wait {
  readonly probe: Probe
  readonly goal: Goal
  readonly seconds: number
  readonly result: ValueMap
}

type Goal = 'started' | 'stopped' | 'present' | 'absent'

/** Ansible waits this long as well. */
const defaultSeconds = 300

/** Waits until a port answers or is closed, or a path is there or gone. Asked in the plan when nothing before it acts. */
export const waitFor = defineTaskType<WaitForParams, Wait>({
  name: 'wait_for',
  summary: 'waits until a port answers or is closed, or a path is there or gone',
  knowledge: 'asked',
  aliases: ['ansible.builtin.wait_for'],
  *observe(params) {
    const wait = waitOf(params)
    if (typeof wait !== 'string') yield [wait.probe]
  },
  plan(params, context) {
    const wait = waitOf(params)
    if (typeof wait === 'string') return refused({ code: 'VALUE_INVALID', message: `wait_for: ${wait}` })
    const target = targetOf(wait.probe)
    const now = context.dirty ? undefined : context.view.get(wait.probe.kind, wait.probe.target)
    if (now !== undefined && reached(wait.goal, now))
      return { changes: [], predicts: [], reason: `${target} is ${wait.goal}`, result: wait.result }
    const reason = now === undefined ? 'asked once the earlier tasks have acted' : `${target} is not ${wait.goal} yet`
    return {
      changes: [
        {
          action: 'check',
          target,
          summary: `wait until ${target} is ${wait.goal}, at most ${wait.seconds} s`,
          diffs: [],
          reason,
          data: wait,
        },
      ],
      predicts: [],
      reason,
      result: wait.result,
    }
  },
  *apply({ data: { probe, goal, seconds, result } }) {
    const [answer] = yield [{ kind: 'ask', probes: [probe], settled: ([fact]) => reached(goal, fact), deadlineSeconds: seconds }]
    const last = answer?.facts?.[0]
    if (reached(goal, last)) return { changed: false, values: result }
    return { changed: false, failed: `${targetOf(probe)} was not ${goal} within ${seconds} s${said(probe, last)}`, values: result }
  },
})

function waitOf({ host = '127.0.0.1', port, path, state, timeout }: WaitForParams): Wait | string {
  const seconds = timeout ?? defaultSeconds
  if (port !== undefined && path !== undefined) return 'expected port or path, got both'
  if (port !== undefined) {
    if (state === 'present' || state === 'absent') return `a port is started or stopped, not ${state}`
    const goal = state ?? 'started'
    const probe: Probe = { kind: 'listener', target: { from: 'host', address: host, port, serverName: '', probeWeakness: false } }
    return { probe, goal, seconds, result: { port, state: goal } }
  }
  if (path === undefined) return 'expected port or path, got neither'
  if (state === 'started' || state === 'stopped') return `a path is present or absent, not ${state}`
  const goal = state ?? 'present'
  return { probe: { kind: 'file', target: { path: tidyPath(path) } }, goal, seconds, result: { path, state: goal } }
}

/** A port that takes a connection and then fails, or that gives no answer at all, is neither started nor stopped. */
function reached(goal: Goal, fact: unknown): boolean {
  if (fact === undefined || fact instanceof Unknown) return false
  switch (goal) {
    case 'present':
      return !isAbsent(fact)
    case 'absent':
      return isAbsent(fact)
    case 'started':
      return !isAbsent(fact) && ['plain', 'tls'].includes((fact as Fact<'listener'>).state)
    case 'stopped':
      return !isAbsent(fact) && (fact as Fact<'listener'>).state === 'closed'
  }
}

function targetOf(probe: Probe): string {
  if (probe.kind === 'listener') return `port ${probe.target.port} of ${probe.target.address}`
  return probe.kind === 'file' ? probe.target.path : probe.kind
}

function said(probe: Probe, fact: unknown): string {
  if (fact instanceof Unknown) return `: ${fact.why}`
  const error = probe.kind === 'listener' && fact !== undefined && !isAbsent(fact) ? (fact as Fact<'listener'>).error : undefined
  return error === undefined ? '' : `: ${error}`
}
