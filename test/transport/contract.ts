import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Channel, ConnectionTarget, Transport } from '../../src/ports/channel.ts'
import type { TransportOptions } from '../../src/transport/options.ts'
import { problemOf } from '../ssh/rig.ts'

export interface TransportUnderTest {
  readonly transport: (options?: Partial<TransportOptions>) => Transport
  readonly target: ConnectionTarget
  stop(): Promise<void>
}

const idle = { idleSeconds: 10 }

/** What every transport owes its callers; each implementation runs it. */
export function transportContract(name: string, start: () => Promise<TransportUnderTest>): void {
  describe(`the contract of transports: ${name}`, () => {
    let under: TransportUnderTest
    let channel: Channel
    const open = (options?: Partial<TransportOptions>): Promise<Channel> => under.transport(options).open(under.target)
    const say = async (program: string): Promise<string> => Buffer.from((await channel.exchange(program, idle)).output).toString('latin1')
    beforeAll(async () => {
      under = await start()
      channel = await open()
    })
    afterAll(async () => {
      await channel.close()
      await under.stop()
    })

    test.each([
      { case: 'a line', program: 'echo hello', output: 'hello\n' },
      { case: 'nothing', program: ':', output: '' },
      { case: 'no newline at the end', program: 'printf end', output: 'end' },
      { case: 'only newlines', program: 'echo; echo', output: '\n\n' },
      { case: 'stderr in its place', program: 'echo a; echo b >&2; echo c', output: 'a\nb\nc\n' },
      { case: 'NUL and bytes that are no UTF-8', program: "printf '\\000\\377\\036\\200\\n\\000'", output: '\0\xff\x1e\x80\n\0' },
      { case: 'a here-document', program: "cat <<'X'\n$a `b` \\c 'd'\nX", output: "$a `b` \\c 'd'\n" },
      { case: 'empty stdin for whoever reads it', program: 'cat; read line || echo none; wc -c', output: 'none\n0\n' },
      { case: 'the end line of another channel', program: "printf '\\n\\036abc END 0\\n'", output: '\n\x1eabc END 0\n' },
      {
        case: 'functions of the prelude',
        program: 'tls_who; tls_as "$tls_me" echo as; tls_near /nowhere/at/all; echo "$tls_dir"',
        output: 'as\n/\n',
      },
      { case: 'text outside ASCII', program: 'echo ü€', output: Buffer.from('ü€\n').toString('latin1') },
      { case: 'a comment without a line end', program: 'echo a # b', output: 'a\n' },
    ])('a program gives back $case', async ({ program, output }) => {
      expect(await say(program)).toBe(output)
    })
    test('every byte of a large output arrives', async () => {
      const output = await say('i=0; while [ $i -lt 300 ]; do printf "%02000d" $i; i=$((i+1)); done')
      expect(output).toBe(Array.from({ length: 300 }, (_, index) => String(index).padStart(2000, '0')).join(''))
    })
    test('a large program arrives whole', async () => {
      const text = 'The quick brown fox jumps over the lazy dog 0123456789.\n'.repeat(4000)
      expect(await say(`cat <<'X'\n${text}X`)).toBe(text)
    })
    test.each([0, 1, 7, 255])('status %i is told', async (status) => {
      expect((await channel.exchange(`(exit ${status})`, idle)).rc).toBe(status)
    })
    test('variables and functions stay for the next program', async () => {
      await say('kept="a  b"; again() { printf "%s|" "$kept" "$@"; }; cd /')
      expect(await say('again 1 2; pwd')).toBe('a  b|1|2|/\n')
    })
    test('stats count what was done', async () => {
      const fresh = await open()
      await fresh.exchange('echo one', idle)
      await fresh.exchange('echo two', idle)
      expect(fresh.stats).toMatchObject({ connections: 1, channels: 1, exchanges: 2 })
      expect(fresh.stats.bytesSent).toBeGreaterThan(100)
      expect(fresh.stats.bytesReceived).toBeGreaterThan(100)
      await fresh.close()
    })
    test('programs never overlap', async () => {
      const first = channel.exchange('echo first', idle)
      await expect(channel.exchange('echo second', idle)).rejects.toThrow('never overlap')
      expect(Buffer.from((await first).output).toString()).toBe('first\n')
    })
    test('a NUL in a program is refused before it is sent', async () => {
      await expect(channel.exchange('echo \0', idle)).rejects.toThrow('NUL')
      expect(await say('echo still here')).toBe('still here\n')
    })
    test('silence ends a program and the channel', async () => {
      const fresh = await open()
      const problem = await problemOf(fresh.exchange('sleep 5', { idleSeconds: 0.3 }))
      expect(problem).toMatchObject({ code: 'TIMED_OUT', host: 'h1', at: { line: 3 } })
      expect((await problemOf(fresh.exchange('echo again', idle))).code).toBe('TIMED_OUT')
      await fresh.close()
    })
    test('output keeps the deadline away', async () => {
      const fresh = await open()
      const { output } = await fresh.exchange('for i in 1 2 3 4 5 6; do sleep 0.2; echo $i; done', { idleSeconds: 0.8 })
      expect(Buffer.from(output).toString()).toBe('1\n2\n3\n4\n5\n6\n')
      await fresh.close()
    })
    test('output without end is cut off', async () => {
      const fresh = await open({ outputLimitBytes: 100_000 })
      expect((await problemOf(fresh.exchange('while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done', idle))).code).toBe('OUTPUT_LIMIT')
      await fresh.close()
    })
    test('a program that ends the shell is a loss, with its last words', async () => {
      const fresh = await open()
      const problem = await problemOf(fresh.exchange('echo last words; exit 3', idle))
      expect(problem.code).toBe('CONNECTION_LOST')
      expect(problem.message).toContain('last words')
      expect((await problemOf(fresh.exchange('echo again', idle))).code).toBe('CONNECTION_LOST')
      await fresh.close()
    })
    test('a closed channel answers no more, and closing twice is fine', async () => {
      const fresh = await open()
      const running = problemOf(fresh.exchange('sleep 5', idle))
      await fresh.close()
      await fresh.close()
      expect((await running).code).toBe('CONNECTION_LOST')
      expect((await problemOf(fresh.exchange('echo again', idle))).code).toBe('CONNECTION_LOST')
    })
  })
}
