import { expect, test } from 'vitest'
import { TlsplayError } from '../../src/model/problem.ts'
import { type Bootstrap, endMark, nonceFrom } from '../../src/transport/bootstrap.ts'
import { Inbox, type Pipe, zeroCounters } from '../../src/transport/pipe.ts'
import { ShellChannel } from '../../src/transport/shell-channel.ts'
import { seeded } from '../fakes/canaries.ts'
import { targetWith } from './rig.ts'

/** A host that answers what it likes: whatever it is, one exchange ends once, with its own output or with one problem. */

const bootstrap: Bootstrap = { nonce: nonceFrom('0123456789abcdef0123456789abcdef'), searchPath: '/bin', become: undefined }
const mark = endMark(bootstrap)
const limit = 4096

/** A peer that sends these pieces after the program came, and hangs up behind them. */
function hostileChannel(pieces: readonly Buffer[]): ShellChannel {
  const counters = zeroCounters()
  const inbox = new Inbox(counters)
  const pipe: Pipe = {
    send() {
      for (const piece of pieces) inbox.receive(piece)
      inbox.finish({ kind: 'connection', code: undefined, why: 'it hung up' })
    },
    listen: inbox.listen,
    close: () => Promise.resolve(),
  }
  return new ShellChannel(pipe, bootstrap, targetWith({}), counters, limit)
}

/** Words of the protocol and what looks like them: other nonces, halves of marks, numbers that are none, ends that come twice. */
const words = [
  ...[mark, `${mark}0\n`, `${mark}1\n`, `${mark}-1\n`, `${mark}99999\n`, `${mark}0x0\n`, `${mark}\n`, `${mark} 0\n`, `${mark}0`],
  ...[
    mark.slice(0, 9),
    mark.slice(9),
    `\n\x1e${'f'.repeat(32)} END 0\n`,
    '\x1e',
    '\n',
    'output\n',
    '\0',
    '\xff\xfe',
    '0\n',
    ' END 0\n',
    'READY\n',
    'x'.repeat(2000),
  ],
]

test('100,000 forged answers: each ends the exchange once, and no other', { timeout: 120_000 }, async () => {
  const random = seeded(20)
  const counts = new Map<string, number>()
  for (let round = 0; round < 100_000; round += 1) {
    const text = Array.from({ length: Math.floor(random() * 6) }, () => words[Math.floor(random() * words.length)]).join('')
    const bytes = Buffer.from(text, 'latin1')
    const pieces: Buffer[] = []
    for (let at = 0; at < bytes.length; ) {
      const length = 1 + Math.floor(random() * 60)
      pieces.push(bytes.subarray(at, at + length))
      at += length
    }
    const channel = hostileChannel(pieces)
    const outcome = await channel.exchange('true', { idleSeconds: 60 }).then(
      ({ output, rc }) => {
        // Only what stands before a well-formed end is an answer.
        const end = text.indexOf(mark)
        expect(Buffer.from(output).toString('latin1')).toBe(text.slice(0, end))
        expect(text.slice(end + mark.length)).toMatch(new RegExp(`^0*${rc}\\n`))
        return 'answered'
      },
      (error: unknown) => {
        if (!(error instanceof TlsplayError) || error.problems.length !== 1) throw error
        return error.problems[0].code
      },
    )
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
    if (outcome !== 'answered') await expect(channel.exchange('true', { idleSeconds: 60 })).rejects.toThrow(TlsplayError)
    await channel.close()
  }
  expect([...counts.keys()].sort()).toEqual(['CONNECTION_LOST', 'OUTPUT_LIMIT', 'PROTOCOL', 'answered'])
})

test('a hundred hosts that send without end are each cut off, and little of it is kept', async () => {
  const chunk = Buffer.alloc(64 * 1024, 'y')
  const before = process.memoryUsage().rss
  const codes = await Promise.all(
    Array.from({ length: 100 }, async () => {
      const channel = hostileChannel(Array.from({ length: 2000 }, () => chunk))
      return channel.exchange('true', { idleSeconds: 60 }).then(
        () => 'answered',
        (error: unknown) => (error instanceof TlsplayError ? error.problems[0].code : String(error)),
      )
    }),
  )
  expect(new Set(codes)).toEqual(new Set(['OUTPUT_LIMIT']))
  expect((process.memoryUsage().rss - before) / 1024 / 1024).toBeLessThan(256)
})
