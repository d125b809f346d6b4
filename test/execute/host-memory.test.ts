import { describe, expect, test } from 'vitest'
import { HostMemory } from '../../src/execute/host-memory.ts'
import { absent, type Probe, probeKey } from '../../src/model/fact.ts'
import { Secret, Unknown } from '../../src/model/value.ts'

const file = (path: string): Probe => ({ kind: 'file', target: { path } })
const content = (path: string): Probe => ({ kind: 'content', target: { path } })
const key = (path: string, passphrase?: string): Probe => ({
  kind: 'key',
  target: { path, ...(passphrase === undefined ? {} : { passphrase: Secret.of(passphrase) }) },
})
const link = (to: string) => ({ type: 'link', link: to })
const regular = { type: 'file' }
const bytes = { bytes: Buffer.from('x') }

/** A memory that was told this; answers with what it still has to ask of the rest. */
function told(answers: readonly (readonly [Probe, unknown])[], asked: readonly Probe[]): readonly Probe[] {
  const memory = new HostMemory()
  memory.asks(
    'host',
    answers.map(([probe]) => probe),
  )
  memory.learn('host', new Map(answers.map(([probe, answer]) => [probeKey(probe), answer])))
  return memory.unanswered('host', asked)
}

describe('what was read at a link is known of where it leads', () => {
  const there = [content('/a/two')]
  test.each<{ case: string; answers: readonly (readonly [Probe, unknown])[]; asked?: readonly Probe[]; left: readonly Probe[] }>([
    {
      case: 'next to it',
      answers: [
        [file('/a/one'), link('two')],
        [content('/a/one'), bytes],
      ],
      left: [],
    },
    {
      case: 'by a whole path',
      answers: [
        [file('/b'), link('/a/two')],
        [content('/b'), bytes],
      ],
      left: [],
    },
    {
      case: 'where nothing is',
      answers: [
        [file('/a/one'), link('two')],
        [content('/a/one'), absent],
      ],
      left: [],
    },
    {
      case: 'and cannot be read',
      answers: [
        [file('/a/one'), link('two')],
        [content('/a/one'), new Unknown('no')],
      ],
      left: [],
    },
    {
      case: 'over another link',
      answers: [
        [file('/b'), link('c')],
        [file('/c'), link('a/two')],
        [content('/b'), bytes],
      ],
      left: [],
    },
    {
      case: 'not what the link is',
      answers: [
        [file('/a/one'), link('two')],
        [content('/a/one'), bytes],
      ],
      asked: [file('/a/two')],
      left: [file('/a/two')],
    },
    {
      case: 'not another question',
      answers: [
        [file('/a/one'), link('two')],
        [content('/a/one'), bytes],
      ],
      asked: [key('/a/two')],
      left: [key('/a/two')],
    },
    {
      case: 'not with another passphrase',
      answers: [
        [file('/a/one'), link('two')],
        [key('/a/one', 'p'), absent],
      ],
      asked: [key('/a/two', 'p'), key('/a/two')],
      left: [key('/a/two')],
    },
    {
      case: 'not where it is no link',
      answers: [
        [file('/a/one'), regular],
        [content('/a/one'), bytes],
      ],
      left: there,
    },
    { case: 'not from a link that was not read', answers: [[file('/a/one'), link('two')]], left: there },
    {
      case: 'not through ..',
      answers: [
        [file('/b/one'), link('../a/two')],
        [content('/b/one'), bytes],
      ],
      left: there,
    },
    {
      case: 'not in a circle for ever',
      answers: [
        [file('/b'), link('b')],
        [content('/b'), new Unknown('loop')],
      ],
      left: there,
    },
  ])('$case', ({ answers, asked = there, left }) => {
    expect(told(answers, asked)).toEqual(left)
  })

  test('and what is read there itself counts more', () => {
    const memory = new HostMemory()
    const probes = [file('/a/one'), content('/a/one'), content('/a/two')]
    memory.asks('host', probes)
    const other = { bytes: Buffer.from('y') }
    memory.learn('host', new Map(probes.map((probe, index) => [probeKey(probe), [link('two'), bytes, other][index]])))
    expect(memory.observed.host?.get(probeKey(content('/a/two')))).toBe(other)
  })

  test('so it is not asked again for the proof, until something acts', () => {
    const memory = new HostMemory()
    const probes = [file('/a/one'), content('/a/one'), file('/a/two'), content('/a/two')]
    memory.asks('host', probes)
    memory.hear(new Map(probes.slice(0, 3).map((probe, index) => [probeKey(probe), [link('two'), bytes, regular][index]])))
    expect(memory.along()).toEqual([])
    memory.acted()
    expect(memory.along()).toEqual(probes)
  })
})
