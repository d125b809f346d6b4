import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import standaloneCode from 'ajv/dist/standalone/index.js'
import { build } from 'esbuild'
import { loadSchemas, root } from './load-schemas.mjs'

const declarations = `import type { Validate } from '../../load/schema-problems.ts'
export declare const documents: Readonly<Record<'play' | 'task' | 'block' | 'importTasks' | 'meta' | 'roleUse' | 'role' | 'inventory', Validate>>
export declare const tasks: ReadonlyMap<string, Validate>
/** of a JSON Schema itself, draft 7 */
export declare const schema: Validate
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
  files.set(
    'index.js',
    `${imports.join('\n')}\nexport const documents = {${documentLines.join(', ')}}\nexport const tasks = new Map([${taskLines.join(', ')}])\nexport const schema = ${schemaName}\n`,
  )
  return files
}

function newEngine(Engine, options) {
  // verbose puts the failed schema and value into each error: messages quote its description and its known keys
  return new Engine({ allErrors: true, verbose: true, code: { source: true, esm: true, optimize: true }, ...options })
}

async function validatorCode(validate, engine) {
  const bundle = await build({
    stdin: { contents: standaloneCode.default(engine, validate), resolveDir: root, loader: 'js' },
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
