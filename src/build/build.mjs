import { chmod, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { generateValidators } from './generate.mjs'
import { root } from './load-schemas.mjs'

await generateValidators()
const dist = join(root, 'dist')
await rm(dist, { recursive: true, force: true })
await build({
  entryPoints: [join(root, 'src/cli/main.ts')],
  outdir: dist,
  bundle: true,
  // one chunk per lazily imported command: the entry parses arguments and nothing else
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // ES modules first: a CommonJS package that is imported lazily becomes a chunk with nothing but a default export
  mainFields: ['module', 'main'],
  minifyWhitespace: true,
  // native parts of ssh2, which are optional
  external: ['cpu-features', '*.node'],
  // packages in CommonJS inside a bundle of modules ask for these three names
  banner: {
    js: [
      `import { createRequire as tlsplayCreateRequire } from 'node:module'`,
      `import { dirname as tlsplayDirname } from 'node:path'`,
      `import { fileURLToPath as tlsplayFileUrl } from 'node:url'`,
      'const require = tlsplayCreateRequire(import.meta.url)',
      'const __filename = tlsplayFileUrl(import.meta.url)',
      'const __dirname = tlsplayDirname(__filename)',
    ].join('\n'),
  },
  logLevel: 'warning',
})
await chmod(join(dist, 'main.js'), 0o755)
