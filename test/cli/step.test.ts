import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runProgram } from '../../src/cli/program.ts'
import { fakeIo } from './fake-io.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tlsplay-step-'))
  writeFileSync(join(cwd, 'hosts.yml'), 'all: { hosts: { h1: { ansible_connection: local } } }\n')
  writeFileSync(join(cwd, 'site.yml'), '- hosts: all\n  tasks: [{name: one, debug: {msg: first}}, {name: two, debug: {msg: second}}]\n')
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

test('--step asks on the terminal before each task', async () => {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined })
  const io = { ...fakeIo(['run', 'site.yml', '-i', 'hosts.yml', '--step'], { cwd, env: { HOME: cwd, PATH: process.env['PATH'] } }), stdin }
  const left = ['n', 'y']
  const asked: string[] = []
  io.stderr.on('data', (chunk: Buffer) => {
    if (!chunk.toString().endsWith(': ')) return
    asked.push(chunk.toString())
    stdin.write(`${left.shift()}\n`)
  })
  expect(await runProgram(io)).toBe(0)
  expect(asked).toEqual(['one', 'two'].map((name) => `${name}: run it? (n)o, (y)es, (c)ontinue without asking: `))
  expect(io.out()).toContain('second')
  expect(io.out()).not.toMatch(/ok: \[h1\] one/)
})

test.each([
  { words: ['--step'], message: 'there is no terminal' },
  { words: ['--step', '--check'], message: 'a plan runs none' },
])('refused: $words', async ({ words, message }) => {
  const io = fakeIo(['run', 'site.yml', '-i', 'hosts.yml', ...words], { cwd })
  expect(await runProgram(io)).toBe(1)
  expect(io.err()).toContain(message)
})
