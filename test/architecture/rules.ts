/** A file of src/ by its path below src/. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

interface Rule {
  /** folders of src/ it may import, its own aside */
  readonly folders: readonly string[]
  /** node: modules and packages; `*` any but those forbidden everywhere */
  readonly modules: readonly string[]
}

const pureNode = ['node:crypto', 'node:path', 'node:util', 'node:buffer', 'node:net']
const registries = ['tasks/index.ts', 'probes/index.ts', 'probes/probe-kind.ts', 'services/index.ts']

/** The table of docs/architecture.md, "Who may import whom". */
const rules: Readonly<Record<string, Rule>> = {
  model: { folders: [], modules: [] },
  lib: { folders: ['model'], modules: [...pureNode, 'diff', 'smol-toml', 'yaml', 're2js', 'handlebars'] },
  pki: { folders: ['model', 'lib'], modules: pureNode },
  ports: { folders: ['model'], modules: [] },
  probes: { folders: ['model', 'lib', 'pki'], modules: pureNode },
  services: { folders: ['model', 'lib', 'pki'], modules: pureNode },
  tasks: { folders: ['model', 'lib', 'pki', 'services'], modules: [...pureNode, 're2js'] },
  load: { folders: ['model', 'lib', 'pki', 'ports', 'generated', ...registries], modules: [...pureNode, 'yaml', 'ajv', 're2js', 'semver'] },
  compile: {
    folders: ['model', 'lib', 'pki', 'ports', ...registries],
    modules: [...pureNode, 'handlebars', '@marcbachmann/cel-js', 're2js', 'yaml', 'smol-toml', 'bcryptjs'],
  },
  plan: { folders: ['model', 'lib', 'pki', 'ports', 'compile', ...registries], modules: pureNode },
  view: { folders: ['model', 'lib', 'pki', 'ports'], modules: [...pureNode, 'node:stream', 'listr2'] },
  diagnose: { folders: ['model', 'lib', 'pki', 'ports', 'services', 'compile', ...registries], modules: pureNode },
  execute: { folders: ['model', 'lib', 'pki', 'ports', 'plan', 'compile', ...registries], modules: pureNode },
  transport: { folders: ['model', 'lib', 'pki', 'ports'], modules: ['*'] },
  issuers: { folders: ['model', 'lib', 'pki', 'ports'], modules: ['*'] },
  sources: { folders: ['model', 'lib', 'ports'], modules: ['*'] },
  embedded: { folders: ['*'], modules: ['*'] },
  cli: { folders: ['*'], modules: ['*'] },
}

/** The list of authorities that Node was built with, and nothing else of the module: no connection is opened there. */
const readsRoots = (path: string, target: string, text: string): boolean =>
  path === 'pki/public-roots.ts' && target === 'node:tls' && text.includes("import { rootCertificates } from 'node:tls'")

/** Schemas are written in TypeBox, which only the build runs: at run time it would cost more than the whole program. */
const isSchema = (path: string): boolean => path.endsWith('/schema.ts') || path.startsWith('load/schemas/')

const knowsProcess = new Set(['cli/main.ts', 'cli/output.ts'])
/** The last write, which hides every secret. */
const mayPrint = new Set(['cli/output.ts'])

/** One line per breach: `path: what it does`. */
export function breaches(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap(({ path, text }) => [...importBreaches(path, text), ...globalBreaches(path, text)])
}

function importBreaches(path: string, text: string): readonly string[] {
  const room = path.split('/')[0] ?? ''
  const rule = rules[room]
  if (rule === undefined) return [`${path}: no rule for the folder ${room}`]
  return importsOf(text).flatMap((target) => {
    if (!target.startsWith('.')) {
      if (readsRoots(path, target, text)) return []
      if (target === 'typebox') return isSchema(path) ? [] : [`${path}: imports typebox outside a schema`]
      const allowed = rule.modules.includes('*') || rule.modules.includes(target) || rule.modules.includes(packageOf(target))
      return allowed ? [] : [`${path}: imports ${target}`]
    }
    const resolved = resolve(path, target)
    const other = resolved.split('/')[0] ?? ''
    if (other === 'cli' && room !== 'cli') return [`${path}: imports the command line`]
    if (room === 'tasks' && other === 'tasks') return sameTask(path, resolved) ? [] : [`${path}: imports another task type`]
    const allowed = other === room || rule.folders.includes('*') || rule.folders.includes(other) || rule.folders.includes(resolved)
    return allowed ? [] : [`${path}: imports ${resolved}`]
  })
}

/** Only cli/main.ts knows the process it runs in, and only cli/output.ts writes; embedded/ holds programs of their own (the stand-in service). */
function globalBreaches(path: string, text: string): readonly string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '')
  const prints =
    /(?<![\w.'"`])(?:console\s*[.[]|(?:globalThis\.)?process\s*(?:\.\s*(?:stdout|stderr|_rawDebug|report|emitWarning)\b|\[))|\b(?:stdout|stderr)\b[^=;\n]*\}\s*=\s*process\b|\bwriteSync\(\s*[12]\b/
  if (prints.test(code) && !mayPrint.has(path)) return [`${path}: writes past the last write`]
  if (knowsProcess.has(path) || path.startsWith('embedded/')) return []
  const touches = /(?<![\w.'"`])process\.(?:env|argv|exit|exitCode|stdin|cwd|on|once|pid|platform|execPath|kill|nextTick|hrtime)\b/
  return touches.test(code) ? [`${path}: touches process`] : []
}

/** `a/b/c` belongs to the package `a`, `@s/a/b` to `@s/a`. */
function packageOf(target: string): string {
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/')
}

function importsOf(text: string): readonly string[] {
  return [
    ...text.matchAll(/(?:^|\n)\s*(?:import|export)\b[^'"\n;]*?from\s+'([^']+)'|(?:^|\n)\s*import\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g),
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
}

function resolve(from: string, target: string): string {
  const parts = from.split('/').slice(0, -1)
  for (const part of target.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.') parts.push(part)
  }
  return parts.join('/')
}

function sameTask(from: string, to: string): boolean {
  return from === 'tasks/index.ts' || from.split('/')[1] === to.split('/')[1]
}
