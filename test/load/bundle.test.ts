import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'tlsplay-bundle-'))
afterAll(() => rmSync(folder, { recursive: true }))

const program = `
import { checkRoleInputs } from './src/load/index.ts'
const at = { file: 'f', line: 1, column: 1 }
const input = { name: 'n', description: 'd', required: true, schema: { type: 'string', pattern: '^[a-z]+$' }, fallback: undefined, at }
const problems = await checkRoleInputs({ name: 'r', inputs: [input], at }, { n: 'UPPER' }, at)
process.stdout.write(problems.map(({ message }) => message).join())
`

test('what is imported lazily works in a bundle with splitting, where a CommonJS package has other exports', async () => {
  await build({
    stdin: { contents: program, resolveDir: join(import.meta.dirname, '../..'), loader: 'ts' },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    banner: { js: `import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)` },
    logLevel: 'silent',
  })
  expect(execFileSync(process.execPath, [join(folder, 'stdin.mjs')], { encoding: 'utf8' })).toBe('role r: n: "UPPER" is not allowed')
})
