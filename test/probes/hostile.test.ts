import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ProbeKindName, Target } from '../../src/model/fact.ts'
import { Unknown } from '../../src/model/value.ts'
import { command } from '../../src/probes/command.ts'
import { content } from '../../src/probes/content.ts'
import { digest } from '../../src/probes/digest.ts'
import { file } from '../../src/probes/file.ts'
import { group } from '../../src/probes/group.ts'
import { log } from '../../src/probes/log.ts'
import type { ProbeKind } from '../../src/probes/probe-kind.ts'
import { process } from '../../src/probes/process.ts'
import { space } from '../../src/probes/space.ts'
import { system } from '../../src/probes/system.ts'
import { tool } from '../../src/probes/tool.ts'
import { unit } from '../../src/probes/unit.ts'
import { user } from '../../src/probes/user.ts'
import { ask, nonce, type Shell, shells } from './shells.ts'

const paths = [{ path: '/etc/passwd' }, { path: '/nowhere' }, { path: '/etc' }]
const names = [{ name: 'root' }, { name: 'nobody-here' }]

interface Asked {
  readonly probe: ProbeKind<ProbeKindName>
  readonly targets: readonly Target<ProbeKindName>[]
}
function asked<K extends ProbeKindName>(probe: ProbeKind<K>, targets: readonly Target<K>[]): Asked {
  return { probe, targets } as unknown as Asked
}
const questions: readonly Asked[] = [
  asked(file, paths),
  asked(content, paths),
  asked(digest, paths),
  asked(space, paths),
  asked(user, names),
  asked(group, names),
  asked(tool, names),
  asked(unit, names),
  asked(process, [{ exe: '/bin/sh' }]),
  asked(system, [{}]),
  asked(log, [{ file: '/etc/passwd', lines: 3 }]),
  asked(command, [{ argv: ['true'] }]),
]
const shell = shells[0] as Shell

/** Any bytes, and true answers with a stretch cut out, doubled or overwritten. */
function hostileBytes(honest: Uint8Array) {
  const place = fc.nat({ max: honest.length })
  return fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.string({ unit: 'binary', maxLength: 400 }).map((text) => new Uint8Array(Buffer.from(text))),
    fc
      .tuple(place, place, fc.uint8Array({ maxLength: 20 }))
      .map(([start, end, fresh]) => new Uint8Array(Buffer.concat([honest.slice(0, start), fresh, honest.slice(end)]))),
  )
}

describe.each(questions.map((question) => [question.probe.kind, question] as const))('%s', (_, { probe, targets }) => {
  const { stdout, answers } = ask(shell, probe, targets)

  test('answers in the order of the targets', () => {
    expect(answers).toHaveLength(targets.length)
  })

  test('whatever a host prints, parsing never throws and answers each target', () => {
    fc.assert(
      fc.property(hostileBytes(stdout), (bytes) => {
        expect(probe.parse(bytes, targets, nonce)).toHaveLength(targets.length)
      }),
      { numRuns: 500 },
    )
  })

  test('silence of a host is neither something nor nothing', () => {
    for (const answer of probe.parse(new Uint8Array(), targets, nonce)) expect(answer).toBeInstanceOf(Unknown)
  })
})
