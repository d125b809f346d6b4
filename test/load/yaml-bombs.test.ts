import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'

// An abort cannot be caught, so each bomb goes off in a process of its own; twice, because it is the second one that kills.
const folder = mkdtempSync(join(tmpdir(), 'tlsplay-bombs-'))
const program = join(folder, 'parse.cjs')

const source = `
import { parseDocument } from 'yaml'
import { parseYaml } from './src/load/yaml.ts'
const text = eval(process.argv[3])
if (process.argv[2] === 'bare') {
  parseDocument(text)
  parseDocument(text)
} else {
  const problems = []
  parseYaml({ file: 'bomb.yml', text }, 'core', problems)
  parseYaml({ file: 'bomb.yml', text }, 'core', [])
  process.stdout.write(problems.map(({ code }) => code).join(' '))
}
`

beforeAll(async () => {
  await build({
    stdin: { contents: source, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile: program,
    logLevel: 'silent',
  })
})

afterAll(() => rmSync(folder, { recursive: true }))

const explode = (parser: 'ours' | 'bare', text: string) =>
  spawnSync(process.execPath, [program, parser, text], { encoding: 'utf8', timeout: 60_000 })

const brackets = `'['.repeat(1000)`

test.each([
  { case: '1,000 brackets', text: brackets, codes: 'YAML_LIMIT' },
  { case: '4 MiB of brackets', text: `'['.repeat(4194304)`, codes: 'YAML_LIMIT' },
  { case: '4 MiB of braces with keys', text: `'{a: '.repeat(1048576)`, codes: 'YAML_LIMIT' },
  { case: '4 MiB of lists in lists', text: `'- '.repeat(2097152)`, codes: 'YAML_LIMIT' },
  { case: '4 MiB of complex keys', text: `'? '.repeat(2097152)`, codes: 'YAML_LIMIT' },
  { case: '50,000 anchors', text: `Array.from({ length: 50000 }, (_, n) => '- &a' + n + ' x').join('\\n')`, codes: 'YAML_LIMIT' },
  { case: '100,000 directives', text: `'%A\\n'.repeat(100000)`, codes: 'YAML_LIMIT' },
  { case: '10,000 documents', text: `'--- a\\n'.repeat(10000)`, codes: 'YAML_SYNTAX' },
  { case: 'a key of 4 MiB', text: `'a'.repeat(4194300) + ': 1'`, codes: 'YAML_SYNTAX' },
  { case: '10,000 open quotes', text: `'"\\n'.repeat(10000)`, codes: 'YAML_SYNTAX' },
])('$case: a problem, and the process lives', ({ text, codes }) => {
  const { status, signal, stdout } = explode('ours', text)
  expect({ status, signal, stdout }).toEqual({ status: 0, signal: null, stdout: codes })
})

test('the parser alone aborts on the first of them, and only on that', () => {
  expect(explode('bare', `'a: 1'`)).toMatchObject({ status: 0, signal: null })
  // V8 of Node 26 has room for it (measured with 26.10.0); Node 20 and 22 end there, and cannot be caught.
  expect(explode('bare', brackets).signal).toBe(Number(process.versions.node.split('.')[0]) < 26 ? 'SIGABRT' : null)
})
