import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import standaloneCode from 'ajv/dist/standalone/index.js'
import { build } from 'esbuild'
import { parse } from 'yaml'
import { loadSchemas, root } from './load-schemas.mjs'

const declarations = `import type { Validate } from '../../load/schema-problems.ts'
export declare const documents: Readonly<Record<'play' | 'question' | 'importPlaybook' | 'task' | 'block' | 'importTasks' | 'importRole' | 'meta' | 'roleUse' | 'role' | 'inventory' | 'requirements' | 'lock' | 'roleCase', Validate>>
export declare const tasks: ReadonlyMap<string, Validate>
/** of a JSON Schema itself, draft 7 */
export declare const schema: Validate
/** of the inputs of the roles that are shipped, by the JSON of their schema */
export declare const inputs: ReadonlyMap<string, Validate>
`

/** name below src/generated/validators -> text: validators that run without ajv and without making code at run time. */
export async function validatorFiles() {
  const { documents, tasks } = await loadSchemas()
  const files = new Map([['index.d.ts', declarations]])
  const imports = []
  const add = async (
    file,
    schema,
    engine = newEngine(Ajv2020, { strict: true, strictTypes: false, strictTuples: false, strictRequired: false }),
  ) => {
    files.set(`${file}.js`, await validatorCode(engine.compile(schema), engine))
    const local = `v${imports.length}`
    imports.push(`import ${local} from './${file}.js'`)
    return local
  }
  const documentLines = []
  for (const [name, schema] of Object.entries(documents)) documentLines.push(`${name}: ${await add(`document-${name}`, schema)}`)
  const taskLines = []
  for (const [name, schema] of Object.entries(tasks)) taskLines.push(`[${JSON.stringify(name)}, ${await add(`task-${name}`, schema)}]`)
  // The schemas of role inputs are compiled at run time; to compile the schema of schemas there as well would cost a start 80 ms.
  const draft = createRequire(import.meta.url).resolve('ajv/dist/refs/json-schema-draft-07.json')
  const { $id, $schema, ...schema } = JSON.parse(await readFile(draft, 'utf8'))
  const schemaName = await add('json-schema', schema, newEngine(Ajv, { strict: false, validateFormats: false }))
  // One file for all: most inputs of a role look like those of another, and share what they are checked with.
  const inputs = await inputValidators()
  files.set('role-inputs.js', inputs.code)
  files.set(
    'index.js',
    `${imports.join('\n')}\nimport * as roleInputs from './role-inputs.js'\nexport const inputs = new Map([${inputs.entries.join(', ')}])\nexport const documents = {${documentLines.join(', ')}}\nexport const tasks = new Map([${taskLines.join(', ')}])\nexport const schema = ${schemaName}\n`,
  )
  return files
}

/** Loading ajv and RE2 to compile the same schemas at every start would cost a third of what comes before the first connection. */
async function inputValidators() {
  const folder = join(root, 'roles')
  const own = ['description', 'required', 'default']
  const texts = new Set()
  for (const role of (await readdir(folder)).sort()) {
    const { inputs = {} } = parse(await readFile(join(folder, role, 'role.yml'), 'utf8'))
    for (const input of Object.values(inputs))
      texts.add(JSON.stringify(Object.fromEntries(Object.entries(input).filter(([key]) => !own.includes(key)))))
  }
  const all = [...texts]
  const engine = newEngine(Ajv, { strict: false, meta: false, validateSchema: false })
  all.forEach((text, index) => engine.addSchema(JSON.parse(text), `input${index}`))
  const names = Object.fromEntries(all.map((_, index) => [`input${index}`, `input${index}`]))
  const entries = all.map((text, index) => `[${JSON.stringify(text)}, roleInputs.input${index}]`)
  return { code: await bundled(standaloneCode.default(engine, names)), entries }
}

function newEngine(Engine, options) {
  // verbose puts the failed schema and value into each error: messages quote its description and its known keys
  return new Engine({ allErrors: true, verbose: true, code: { source: true, esm: true, optimize: true }, ...options })
}

async function validatorCode(validate, engine) {
  return bundled(standaloneCode.default(engine, validate))
}

async function bundled(contents) {
  const bundle = await build({
    stdin: { contents, resolveDir: root, loader: 'js' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minifyWhitespace: true,
    logLevel: 'silent',
  })
  return bundle.outputFiles[0].text
}
