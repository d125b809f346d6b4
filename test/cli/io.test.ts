import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { wantsColour, wantsProgress } from '../../src/cli/io.ts'
import { nodeFiles } from '../../src/cli/ports/node-files.ts'
import { terminalPrompt } from '../../src/cli/ports/terminal-prompt.ts'

const output = (isTTY: boolean, columns = 80) => Object.assign(new PassThrough(), { isTTY, columns })

test.each([
  { env: {}, tty: true, colour: true },
  { env: {}, tty: false, colour: false },
  { env: { NO_COLOR: '1' }, tty: true, colour: false },
  { env: { NO_COLOR: '' }, tty: true, colour: true },
  { env: { TERM: 'dumb' }, tty: true, colour: false },
  { env: { FORCE_COLOR: '1' }, tty: false, colour: true },
  { env: { FORCE_COLOR: '0' }, tty: true, colour: false },
  { env: { FORCE_COLOR: '1', NO_COLOR: '1' }, tty: false, colour: true },
])('colour with $env on a terminal $tty: $colour', ({ env, tty, colour }) => {
  expect(wantsColour(env, output(tty))).toBe(colour)
})

test.each([
  { env: {}, tty: true, moving: true },
  { env: {}, tty: false, moving: false },
  { env: { CI: 'true' }, tty: true, moving: false },
  { env: { CI: 'false' }, tty: true, moving: true },
  { env: { TERM: 'dumb' }, tty: true, moving: false },
])('moving lines with $env on a terminal $tty: $moving', ({ env, tty, moving }) => {
  expect(wantsProgress(env, output(tty))).toBe(moving)
})

test.each([
  { columns: 0, moving: false },
  { columns: 39, moving: false },
  { columns: 40, moving: true },
])('moving lines on $columns columns: $moving', ({ columns, moving }) => {
  expect(wantsProgress({}, output(true, columns))).toBe(moving)
})

test('files of this machine: what is there, and undefined for what is not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tlsplay-files-'))
  try {
    writeFileSync(join(folder, 'b.yml'), 'text')
    mkdirSync(join(folder, 'a'))
    symlinkSync('b.yml', join(folder, 'link'))
    expect(nodeFiles.list(folder)).toEqual(['a', 'b.yml', 'link'])
    expect(nodeFiles.read(join(folder, 'link'))?.toString()).toBe('text')
    expect(nodeFiles.realPath(join(folder, 'link'))).toBe(nodeFiles.realPath(join(folder, 'b.yml')))
    expect([nodeFiles.kind(folder), nodeFiles.kind(join(folder, 'b.yml'))]).toEqual(['directory', 'file'])
    for (const missing of [join(folder, 'no'), join(folder, 'b.yml/no')]) {
      expect([nodeFiles.read(missing), nodeFiles.list(missing), nodeFiles.kind(missing), nodeFiles.realPath(missing)]).toEqual(
        Array(4).fill(undefined),
      )
    }
    expect(nodeFiles.read(folder)).toBeUndefined()
    expect(nodeFiles.list(join(folder, 'b.yml'))).toBeUndefined()
  } finally {
    rmSync(folder, { recursive: true })
  }
})

function terminal() {
  const modes: boolean[] = []
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (raw: boolean) => modes.push(raw) })
  const stderr = new PassThrough()
  const shown = (): string => {
    let text = ''
    // One read gives one chunk or all of them, as the version of Node has it.
    for (let chunk = stderr.read(); chunk !== null; chunk = stderr.read()) text += chunk
    return text
  }
  return { modes, stdin, stderr, shown }
}

test.each([
  { case: 'a word', typed: ['s3cret\r'], secret: 's3cret' },
  { case: 'in pieces', typed: ['s3', 'cret', '\n'], secret: 's3cret' },
  { case: 'with a correction', typed: ['s3d\u007fcret\r'], secret: 's3cret' },
  { case: 'half a character at a time', typed: [Buffer.from([0xc3]), Buffer.from([0xbc]), '\r'], secret: 'ü' },
  { case: 'nothing', typed: ['\r'], secret: '' },
])('a prompt reads $case and shows nothing of it', async ({ typed, secret }) => {
  const { modes, stdin, stderr, shown } = terminal()
  const answer = terminalPrompt({ stdin, stderr }).secret('password')
  for (const chunk of typed) stdin.write(chunk)
  const given = await answer
  expect(given.reveal()).toBe(secret)
  expect(String(given)).toBe('(secret)')
  expect(shown()).toBe('password: \n')
  expect(modes).toEqual([true, false])
})

test.each(['\u0003', '\u0004'])('a prompt is given up with %j and the terminal is as before', async (key) => {
  const { modes, stdin, stderr } = terminal()
  const answer = terminalPrompt({ stdin, stderr }).secret('password')
  stdin.write(`half${key}`)
  await expect(answer).rejects.toMatchObject({ problems: [{ code: 'INTERRUPTED' }] })
  expect(modes).toEqual([true, false])
})

test('without a terminal there is nobody to ask', async () => {
  await expect(terminalPrompt({ stdin: new PassThrough(), stderr: new PassThrough() }).secret('password')).rejects.toMatchObject({
    problems: [{ code: 'OPTION_INVALID', message: 'cannot ask for the password: there is no terminal' }],
  })
})
