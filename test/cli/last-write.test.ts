import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'

const secret = 'correct-horse-battery'
let folder = ''
let programs = 0
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tlsplay-last-write-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A process of its own that writes through the last write. */
function program(body: string, guarded = true) {
  const outfile = join(folder, `${programs++}.mjs`)
  const last = `
    import { lastWrite } from './src/cli/output.ts'
    const output = lastWrite()
    output.tellCrashes(async (error) => { output.stderr.write('told: ' + error.stack + '\\n'); return 1 })`
  buildSync({
    stdin: {
      contents: `import { Secret } from './src/model/value.ts'
        ${guarded ? last : ''}
        const secret = ['correct', 'horse', 'battery'].join('-')
        Secret.of(secret)
        ${body}`,
      resolveDir: fileURLToPath(new URL('../..', import.meta.url)),
      loader: 'ts',
    },
    ...{ bundle: true, format: 'esm', platform: 'node', outfile },
  })
  const { status, stdout, stderr } = spawnSync(process.execPath, [outfile], { encoding: 'utf8' })
  return { status, text: stdout + stderr }
}

const ways: readonly { readonly way: string; readonly body: string; readonly says: string; readonly status: number }[] = [
  { way: 'console', body: `console.log('it is ' + secret); console.error(new Error(secret))`, says: 'it is (secret)\n', status: 0 },
  { way: 'pieces', body: `for (const letter of 'it is ' + secret) process.stdout.write(letter)`, says: 'it is (secret)', status: 0 },
  {
    way: 'an error that nobody catches',
    body: `setTimeout(() => { throw new Error('it is ' + secret) })`,
    says: 'told: Error: it is (secret)',
    status: 1,
  },
  {
    way: 'a promise that nobody catches',
    body: `Promise.reject(new Error('it is ' + secret))`,
    says: 'told: Error: it is (secret)',
    status: 1,
  },
  { way: 'a warning of the runtime', body: `process.emitWarning('it is ' + secret)`, says: 'Warning: it is (secret)', status: 0 },
]

test.each(ways)('$way: the secret is not seen', ({ body, says, status }) => {
  const ran = program(body)
  expect(ran.text).toContain(says)
  expect(ran.text).not.toContain(secret)
  expect(ran.status).toBe(status)
})

test.each(ways)('the twin: $way shows it without the last write', ({ body }) => {
  expect(program(body, false).text).toContain(secret)
})

test('bytes are masked as text is, in base64 too', () => {
  expect(program(`process.stdout.write(Buffer.from(btoa('it is ' + secret)))`).text).toBe('aXQgaXMg(secret)')
})

test('what was held back is written when the process leaves in a hurry', () => {
  expect(program(`process.stdout.write('it is correct-hor'); process.exit(3)`)).toEqual({ status: 3, text: 'it is correct-hor' })
})

test('secrets that are too short are told of once, and what no person gave is not', () => {
  const short = `for (const text of ['on', 'on', 'pw', '']) Secret.of(text); new Secret([{ hidden: 'x' }])`
  expect(program(`${short}; console.log('on and on'); await output.settle()`).text).toBe(
    'on and on\nwarning: 2 secrets have fewer than 8 bytes: hidden wherever the value itself is shown, but not searched for in other text\n',
  )
})
