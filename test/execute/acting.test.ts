import { describe, expect, test } from 'vitest'
import { actAll } from '../../src/execute/acting.ts'
import { type Actor, start } from '../../src/execute/actor.ts'
import type { SegmentPorts } from '../../src/execute/segment.ts'
import { type Probe, probeKey } from '../../src/model/fact.ts'
import type { Step, StepAnswer } from '../../src/model/step.ts'
import type { AnyTaskType, Change, TaskResult } from '../../src/model/task-type.ts'
import type { Entry } from '../../src/plan/entry.ts'
import { emptyDesk } from '../fakes/desk.ts'
import { nothingUndone } from '../../src/ports/host-session.ts'

type Deeds = Generator<readonly Step[], TaskResult, readonly StepAnswer[]>

const run = (script: string, rest: Partial<Extract<Step, { kind: 'run' }>> = {}): Step => ({
  kind: 'run',
  command: { script },
  mayFail: true,
  ...rest,
})
const port = (number: number): Probe => ({ kind: 'file', target: { path: `/port/${number}` } })
const fromAnswer = (answer: StepAnswer | undefined): TaskResult =>
  answer?.rc === 0 ? { changed: true } : { changed: true, failed: 'it did not stay' }

/** What a task does; each starts anew. */
const tasks = {
  *starts(): Deeds {
    yield [run('start', { lookFollows: true })]
    const [look] = yield [run('look', { look: { stableMs: 1000 } })]
    return fromAnswer(look)
  },
  *acts(): Deeds {
    const [answer] = yield [run('act')]
    return fromAnswer(answer)
  },
  *asks(): Deeds {
    const settled = ([fact]: readonly unknown[]) => fact === 'up'
    const [answer] = yield [{ kind: 'ask', probes: [port(1)], settled, deadlineSeconds: 30 }]
    return answer?.facts?.[0] === 'up' ? { changed: false } : { changed: false, failed: 'not served' }
  },
}

/** Plays tasks on a host that answers `facts` in turn and `looks` for what is looked at; the log has every exchange. */
async function play(names: readonly (keyof typeof tasks)[], { facts = ['up'], look = { rc: 0, stdout: '' } } = {}) {
  const log: string[] = []
  let heard: readonly string[] = []
  const answers = [...facts]
  const actors = names.map((name, index): Actor => {
    const type = { name, apply: () => tasks[name]() } as unknown as AnyTaskType
    const entry = { id: String(index), place: 'host', tolerant: false, environment: {}, node: { type: name, task: {} } } as unknown as Entry
    const actor = start(entry, {} as Change, new Map([[name, type]]))
    actor.numbers = actor.wants.map((_, step) => index * 10 + step)
    return actor
  })
  const ports: SegmentPorts = {
    issuer: { issue: async () => '', unlock: async () => {}, authority: () => undefined },
    clock: { now: () => 0 },
    pause: async (milliseconds) => void log.push(`pause ${milliseconds}`),
    desk: emptyDesk(),
    inTurn: (_place, act) => act(),
    along: () => [port(2)],
    heard: (_place, some) => {
      heard = [...heard, ...some.keys()]
    },
    acted: () => {
      heard = []
    },
    session: async () => ({
      async observe(probes) {
        const answer = answers.shift() ?? 'up'
        log.push(`ask ${probes.map(({ target }) => (target as { path: string }).path.slice(-1)).join('+')}: ${answer}`)
        return new Map(probes.map((probe) => [probeKey(probe), answer]))
      },
      prepare: async () => new Map(),
      async act(groups) {
        const steps = groups.flatMap((group) => group.steps)
        const words = steps.map(({ step }) => (step.kind === 'run' && 'script' in step.command ? String(step.command.script) : ''))
        log.push(words.join('+'))
        return new Map(
          steps.map(({ number }, index): [number, StepAnswer] => [
            number,
            { ok: true, rc: 0, stdout: '', stderr: '', ...(words[index] === 'look' ? look : {}) },
          ]),
        )
      },
      ...{ uncommitted: false, unfinished: false, commit: async () => {}, rollback: async () => nothingUndone },
      discard: async () => undefined,
      stats: { connections: 1, channels: 1, exchanges: 0, bytesSent: 0, bytesReceived: 0 },
      close: async () => undefined,
    }),
  }
  const failed = await actAll(actors, ports, { next: 100 })
  return {
    log,
    failed,
    heard: [1, 2].filter((number) => heard.includes(probeKey(port(number)))),
    results: actors.map(({ result }) => result?.failed ?? result?.changed),
  }
}

describe('the look at what was started', () => {
  test('comes after the questions of the tasks behind it, which the stable time is spent on', async () => {
    expect(await play(['acts', 'starts', 'asks'])).toEqual({
      log: ['act+start', 'pause 500', 'ask 1+2: up', 'look'],
      failed: false,
      heard: [1, 2],
      results: [true, true, false],
    })
  })

  test('comes before the next task that acts', async () => {
    expect((await play(['starts', 'acts', 'asks'])).log).toEqual(['start', 'look', 'act', 'ask 1+2: up'])
    expect((await play(['starts', 'asks', 'asks', 'acts'])).log).toEqual(['start', 'pause 500', 'ask 1: up', 'ask 1: up', 'look', 'act'])
  })

  test('comes before a question is repeated, and its failure is the one that is told', async () => {
    const down = await play(['starts', 'asks'], { facts: ['down', 'down'], look: { rc: 1, stdout: 'gone' } })
    expect(down).toMatchObject({
      log: ['start', 'pause 500', 'ask 1+2: down', 'look'],
      failed: true,
      results: ['it did not stay', undefined],
    })
  })

  test('that finds another run takes back what was heard meanwhile', async () => {
    expect((await play(['starts', 'asks'], { look: { rc: 0, stdout: 'started again' } })).heard).toEqual([])
  })
})

test('questions that are asked along are heard only when all is well at once, and only behind the last act', async () => {
  expect(await play(['asks'], { facts: ['down', 'up'] })).toMatchObject({ log: ['ask 1+2: down', 'pause 250', 'ask 1: up'], heard: [1] })
  expect((await play(['asks', 'acts'])).heard).toEqual([])
})
