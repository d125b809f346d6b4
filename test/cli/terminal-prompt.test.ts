import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { terminalPrompt } from '../../src/cli/ports/terminal-prompt.ts'
import { revealText } from '../../src/model/value.ts'

test('the terminal echoes nothing from before a secret is asked for until it was typed', async () => {
  const happened: string[] = []
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (on: boolean) => happened.push(on ? 'silent' : 'echoes') })
  const stderr = new PassThrough()
  stderr.on('data', (text: Buffer) => {
    happened.push(text.toString())
    if (text.toString() === 'word: ') stdin.write('typed\r')
  })
  expect(revealText(await terminalPrompt({ stdin, stderr }).secret('word'))).toBe('typed')
  expect(happened.slice(0, 3)).toEqual(['silent', 'word: ', 'echoes'])
})
