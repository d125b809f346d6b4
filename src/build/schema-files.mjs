import { loadSchemas } from './load-schemas.mjs'

const draft = 'http://json-schema.org/draft-07/schema#'

/** path below schemas/ -> text. What editors and the reference read; made from the same sources as the validators. */
export async function schemaFiles() {
  const { documents, tasks, savedPlan, reports } = await loadSchemas()
  const files = new Map()
  const add = (path, name, schema) =>
    files.set(path, `${JSON.stringify({ $schema: draft, $id: `urn:tlsplay:schema:${name}`, ...schema }, null, 2)}\n`)
  for (const [name, schema] of Object.entries(tasks)) add(`task/${name}.json`, `task:${name}`, schema)
  const playbook = playbookSchema(documents, tasks)
  add('playbook.json', 'playbook', playbook)
  add(
    'tasks.json',
    'tasks',
    listSchema(playbook, 'item', 'Tasks', 'a file of tasks: tasks/main.yml of a role, and what is imported or included'),
  )
  add('handlers.json', 'handlers', listSchema(playbook, 'handler', 'Handlers', 'a file of handlers: handlers/main.yml of a role'))
  add('role.json', 'role', withRoleUses(documents.role, documents.roleUse))
  add('inventory.json', 'inventory', documents.inventory)
  add('requirements.json', 'requirements', documents.requirements)
  add('role-case.json', 'role-case', documents.roleCase)
  add('lock.json', 'lock', documents.lock)
  add('saved-plan.json', 'saved-plan', savedPlan)
  for (const [name, schema] of Object.entries(reports)) add(`${name}-report.json`, `${name}-report`, schema)
  return files
}

/** The form for editors, with every task type in one schema. tlsplay itself picks the schema of a task by its key. */
function playbookSchema({ play, question, importPlaybook, task, block, importTasks, importRole, meta, roleUse }, tasks) {
  const items = { type: 'array', items: { $ref: '#/$defs/item' } }
  const handlers = { type: 'array', items: { $ref: '#/$defs/handler' } }
  const lists = Object.fromEntries(
    ['pre_tasks', 'tasks', 'post_tasks', 'handlers'].map((key) => [
      key,
      { ...titles(play.properties[key]), anyOf: [key === 'handlers' ? handlers : items, { type: 'null' }] },
    ]),
  )
  const params = Object.entries(tasks).map(([name, schema]) => [
    name,
    { ...titles(schema), anyOf: [templated(schema), { type: ['string', 'null'] }] },
  ])
  return {
    title: 'Playbook',
    description: 'a list of plays',
    type: 'array',
    items: { anyOf: ['play', 'import_playbook'].map((name) => ({ $ref: `#/$defs/${name}` })) },
    $defs: {
      play: {
        ...play,
        properties: {
          ...play.properties,
          ...lists,
          vars_prompt: { ...titles(play.properties.vars_prompt), type: 'array', items: { $ref: '#/$defs/question' } },
          roles: roleList(play.properties.roles, '#/$defs/roleUse'),
        },
      },
      question,
      import_playbook: importPlaybook,
      roleUse,
      item: { anyOf: ['block', 'import_tasks', 'import_role', 'meta', 'task'].map((name) => ({ $ref: `#/$defs/${name}` })) },
      handler: { anyOf: ['import_tasks', 'task'].map((name) => ({ $ref: `#/$defs/${name}` })) },
      block: {
        ...block,
        properties: {
          ...block.properties,
          ...Object.fromEntries(['block', 'rescue', 'always'].map((key) => [key, { ...titles(block.properties[key]), ...items }])),
        },
      },
      import_tasks: {
        ...importTasks,
        required: ['import_tasks'],
        properties: {
          import_tasks: { title: 'Import tasks', description: 'file of tasks, beside the file it stands in', type: 'string' },
          ...importTasks.properties,
        },
      },
      import_role: importRole,
      meta: {
        ...meta,
        required: ['meta'],
        properties: {
          meta: {
            title: 'Meta',
            description: 'flush_handlers: handlers that are due run here; end_...: the tasks behind it are left out',
            enum: [
              'flush_handlers',
              'end_host',
              'end_play',
              'end_batch',
              'end_role',
              'clear_facts',
              'clear_host_errors',
              'reset_connection',
              'noop',
            ],
          },
          ...meta.properties,
        },
      },
      task: {
        ...task,
        properties: { ...task.properties, ...Object.fromEntries(params) },
        oneOf: Object.keys(tasks).map((name) => ({ required: [name] })),
      },
    },
  }
}

/** A file that holds the list alone which stands under a key of a play. */
function listSchema({ $defs: { play, question, import_playbook, roleUse, ...$defs } }, item, title, description) {
  return { title, description, type: ['array', 'null'], items: { $ref: `#/$defs/${item}` }, $defs }
}

function withRoleUses(role, roleUse) {
  return {
    ...role,
    $defs: { ...role.$defs, roleUse },
    properties: {
      ...role.properties,
      dependencies: { ...titles(role.properties.dependencies), ...roleList(role.properties.dependencies, '#/$defs/roleUse') },
    },
  }
}

function roleList(schema, ref) {
  return { ...titles(schema), anyOf: [{ type: 'array', items: { anyOf: [{ type: 'string' }, { $ref: ref }] } }, { type: 'null' }] }
}

function titles({ title, description }) {
  return { ...(title === undefined ? {} : { title }), ...(description === undefined ? {} : { description }) }
}

const template = { type: 'string', pattern: '\\{\\{' }

/** Lets a template stand wherever a parameter takes something else than text. */
function templated(schema) {
  const own = { ...schema }
  if (own.properties !== undefined) {
    own.properties = Object.fromEntries(Object.entries(own.properties).map(([key, value]) => [key, orTemplate(value)]))
  }
  if (own.items !== undefined && !Array.isArray(own.items)) own.items = orTemplate(own.items)
  for (const union of ['anyOf', 'oneOf', 'allOf']) {
    if (own[union] !== undefined) own[union] = own[union].map(templated)
  }
  return own
}

function orTemplate(schema) {
  const inner = templated(schema)
  const isFreeText = inner.type === 'string' && inner.pattern === undefined && inner.enum === undefined && inner.const === undefined
  return isFreeText ? inner : { ...titles(schema), anyOf: [inner, template] }
}
