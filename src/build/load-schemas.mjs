import { readdir } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..')

/** Schemas as they stand in the sources: of documents, and of the parameters of each task type. Nothing is written. */
export async function loadSchemas() {
  const folder = join(root, 'src/tasks')
  const tasks = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'schema.ts')))
    .map((entry) => entry.name)
    .sort()
  const lines = [
    `export { taskSchema } from './src/load/schemas/task.ts'`,
    `export { blockSchema, importRoleSchema, importTasksSchema, metaSchema } from './src/load/schemas/block.ts'`,
    `export { importPlaybookSchema, playSchema, questionSchema, roleUseSchema } from './src/load/schemas/play.ts'`,
    `export { roleSchema } from './src/load/schemas/role.ts'`,
    `export { roleCaseSchema } from './src/load/schemas/role-case.ts'`,
    `export { lockSchema, requirementsSchema } from './src/load/schemas/requirements.ts'`,
    `export { inventorySchema } from './src/load/schemas/inventory.ts'`,
    `export { savedPlanSchema } from './src/plan/saved/schema.ts'`,
    `export { auditReportSchema, doctorReportSchema } from './src/view/reports/schema.ts'`,
    ...tasks.map((name, index) => `import { schema as task${index} } from './src/tasks/${name}/schema.ts'`),
    `export const tasks = {${tasks.map((name, index) => `${JSON.stringify(taskName(name))}: task${index}`).join(',')}}`,
  ]
  const bundle = await build({
    stdin: { contents: lines.join('\n'), resolveDir: root, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
  })
  const code = Buffer.from(bundle.outputFiles[0].contents).toString('base64')
  const {
    taskSchema,
    blockSchema,
    importRoleSchema,
    importTasksSchema,
    metaSchema,
    importPlaybookSchema,
    playSchema,
    questionSchema,
    roleUseSchema,
    roleSchema,
    inventorySchema,
    lockSchema,
    requirementsSchema,
    roleCaseSchema,
    savedPlanSchema,
    auditReportSchema,
    doctorReportSchema,
    tasks: taskSchemas,
  } = await import(`data:text/javascript;base64,${code}`)
  // through JSON: TypeBox keeps marks of its own beside the schema
  return JSON.parse(
    JSON.stringify({
      documents: {
        task: taskSchema,
        block: blockSchema,
        importTasks: importTasksSchema,
        importRole: importRoleSchema,
        meta: metaSchema,
        importPlaybook: importPlaybookSchema,
        play: playSchema,
        question: questionSchema,
        roleUse: roleUseSchema,
        role: roleSchema,
        inventory: inventorySchema,
        requirements: requirementsSchema,
        lock: lockSchema,
        roleCase: roleCaseSchema,
      },
      tasks: taskSchemas,
      // read by people and programs of theirs, never by tlsplay: no validator is made of these
      savedPlan: savedPlanSchema,
      reports: { audit: auditReportSchema, doctor: doctorReportSchema },
    }),
  )
}

/** A folder may be written wait-for, the word in a playbook is wait_for. */
function taskName(folder) {
  return folder.replaceAll('-', '_')
}
