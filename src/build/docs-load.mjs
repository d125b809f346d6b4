import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { loadSchemas, root } from './load-schemas.mjs'

const entry = `
export { taskTypes } from './src/tasks/index.ts'
export { functions, jinjaNames } from './src/compile/functions.ts'
export { usage } from './src/compile/function-types.ts'
export { factAliases, factsMap } from './src/compile/facts.ts'
export { problemCodes } from './src/model/problem-codes.ts'
export { runProgram } from './src/cli/program.ts'
export { lintRules } from './src/diagnose/lint/index.ts'
export { taskWords, taskTypeWords, playWords, questionWords, roleUseWords } from './src/load/ansible-words.ts'
`

/** Commands load what they need when they run; help needs none of it, and no validator must exist yet. */
const withoutCommands = {
  name: 'without-commands',
  setup: ({ onResolve }) =>
    onResolve({ filter: /./ }, ({ kind, path }) => (kind === 'dynamic-import' ? { path, external: true } : undefined)),
}

/** What the reference is made from, as it stands in the sources. Nothing is written. */
export async function loadSources() {
  const bundle = await build({
    stdin: { contents: entry, resolveDir: root, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    logLevel: 'silent',
    plugins: [withoutCommands],
    // packages in CommonJS ask for it
    banner: {
      js: `import { createRequire } from 'node:module'\nconst require = createRequire(${JSON.stringify(join(root, 'package.json'))})`,
    },
  })
  const text = Buffer.from(bundle.outputFiles[0].contents).toString('base64')
  const { runProgram, ...modules } = await import(`data:text/javascript;base64,${text}`)
  return {
    ...modules,
    ...(await loadSchemas()),
    codesText: await readFile(join(root, 'src/model/problem-codes.ts'), 'utf8'),
    help: (...words) => helpOf(runProgram, words),
  }
}

async function helpOf(runProgram, words) {
  const said = []
  const sink = { write: (text) => said.push(text) }
  const { signal } = new AbortController()
  const code = await runProgram({ argv: [...words, '--help'], env: {}, cwd: root, stdout: sink, stderr: sink, interrupted: signal })
  if (code !== 0) throw new Error(`tlsplay ${words.join(' ')} --help ended with ${code}: ${said.join('')}`)
  return said.join('')
}
