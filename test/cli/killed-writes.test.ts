import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { afterAll, beforeEach, expect, test } from 'vitest'

// Saved plans, locks of roles, authorities and pairs of the controller are all written by these three.
const folder = mkdtempSync(join(tmpdir(), 'tlsplay-killed-'))
const at = (name: string) => join(folder, name)
const [old, wanted] = ['old '.repeat(5000), 'new '.repeat(50_000)]

buildSync({
  ...{ entryPoints: [fileURLToPath(new URL('../../src/cli/ports/durable-file.ts', import.meta.url))], outfile: at('durable.mjs') },
  ...{ bundle: true, format: 'esm', platform: 'node' },
})
writeFileSync(
  at('write.mjs'),
  `import * as durable from './durable.mjs'
import { fsyncSync, openSync, writeSync } from 'node:fs'
const inPlace = (path, content) => {
  const file = openSync(path, 'w')
  for (const half of [content.slice(0, 9), content.slice(9)]) {
    writeSync(file, half)
    fsyncSync(file)
  }
}
const [writer, path, content] = process.argv.slice(2)
const write = { ...durable, inPlace }
write[writer](path, content.repeat(50000))
`,
)
beforeEach(() => {
  rmSync(at('files'), { recursive: true, force: true })
  mkdirSync(at('files'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A node of its own writes the file; the kernel kills it where it enters the `nth` call of that name. */
function killed(writer: string, call: string, nth: number): NodeJS.Signals | null {
  const inject = ['-e', `trace=${call}`, '-e', `inject=${call}:signal=SIGKILL:when=${nth}`]
  const words = [process.execPath, at('write.mjs'), writer, at('files/plan'), 'new ']
  return spawnSync('strace', ['-f', '-qq', '-o', '/dev/null', ...inject, ...words]).signal
}

const moments = [
  { moment: 'before the draft is on the disk', call: 'fsync', nth: 1 },
  { moment: 'before it takes the name', call: 'rename', nth: 1 },
  { moment: 'before the name is on the disk', call: 'fsync', nth: 2 },
] as const

const cases = ['replaceDurably', 'replaceKeeping', 'createDurably'].flatMap((writer) =>
  moments.map(({ moment, call, nth }) => ({ writer, moment, nth, call: writer === 'createDurably' && call === 'rename' ? 'link' : call })),
)

test.each(cases)('$writer, killed $moment: the file is the old one or the new one, whole', ({ writer, call, nth }) => {
  const isNew = writer === 'createDurably'
  if (!isNew) writeFileSync(at('files/plan'), old, { mode: 0o600 })
  expect(killed(writer, call, nth)).toBe('SIGKILL')
  const found = existsSync(at('files/plan')) ? readFileSync(at('files/plan'), 'utf8') : undefined
  expect(found).toBe(nth === 2 ? wanted : isNew ? undefined : old)
  // What is left is a draft that only its owner may read; the next time it is written as if nothing had been.
  expect(readdirSync(at('files')).filter((name) => name !== 'plan' && !/^plan\.[0-9a-f]{12}\.new$/.test(name))).toEqual([])
  expect(spawnSync(process.execPath, [at('write.mjs'), writer, at('files/plan'), 'new ']).status).toBe(0)
  expect(readFileSync(at('files/plan'), 'utf8')).toBe(wanted)
})

test('the same death leaves half a file where it is written in its place', () => {
  writeFileSync(at('files/plan'), old)
  expect(killed('inPlace', 'fsync', 1)).toBe('SIGKILL')
  expect([old, wanted]).not.toContain(readFileSync(at('files/plan'), 'utf8'))
})
