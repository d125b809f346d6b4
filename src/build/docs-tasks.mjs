import { code, fenced, page, sentence, table } from './docs-markdown.mjs'
import { propertyRows } from './docs-schema.mjs'
import { taskNotes } from './docs-task-notes.mjs'

/** What a plan can say of a task; the words of model/task-type.ts, for people. */
const knowledge = {
  predicted: 'the exact change, and later tasks are planned as if it had happened',
  overlay: 'the answer itself, as if the earlier tasks had run',
  asked: 'the real answer of the moment; when an earlier task changes the host it is asked after that',
  named: 'only what it would run; its result is known after apply. `creates`, `removes`, `unless`, `onlyif` and `reads` tell a plan more',
}

/** docs/reference/tasks.md */
export function tasksPage({ taskTypes, tasks }) {
  const names = [...taskTypes.keys()].sort()
  for (const name of Object.keys(taskNotes))
    if (!taskTypes.has(name)) throw new Error(`notes for the task type ${name}, which does not exist`)
  return page(
    'src/tasks/*/schema.ts and src/build/docs-task-notes.mjs',
    '# Task types',
    'A task has keywords ([playbook.md](playbook.md)) and one key that names its type. Unknown parameters and wrong types are errors before any host is reached. Where a parameter is no plain text, a template may stand for it: `port: "{{ port }}"`.',
    'Every result that `register` keeps has `changed`, `failed`, `skipped` and `msg`.',
    table(
      ['type', 'what it is for', 'in a plan'],
      names.map((name) => [`[${name}](#${name})`, taskTypes.get(name).summary, taskTypes.get(name).knowledge]),
    ),
    Object.entries(knowledge)
      .map(([word, text]) => `- ${word}: ${text}`)
      .join('\n'),
    names.flatMap((name) => section(taskTypes.get(name), tasks[name])),
  )
}

function section(type, schema) {
  const notes = taskNotes[type.name]
  if (notes === undefined) throw new Error(`no example of the task type ${type.name}`)
  const rows = propertyRows(schema)
  return [
    `## ${type.name}`,
    sentence(type.summary),
    fenced('yaml', notes.example),
    rows.length > 0 ? table(['parameter', 'value', 'default', 'what it means'], rows) : sentence(schema.description),
    facts(type, notes).join('\n'),
    'Beside Ansible:',
    notes.differences.map((line) => `- ${line}`).join('\n'),
  ]
}

function facts(type, { register }) {
  const also = type.aliases ?? []
  return [
    `- In a plan: ${knowledge[type.knowledge]}.`,
    ...(also.length === 0 ? [] : [`- Also written ${also.map(code).join(', ')}.`]),
    ...(type.shorthand === undefined ? [] : [`- A plain text is short for ${code(type.shorthand)}.`]),
    ...(type.unrendered ?? []).map((name) => `- Braces in ${code(name)} are text.`),
    ...(type.conditions ?? []).map((name) => `- ${code(name)} takes conditions without braces.`),
    ...(type.expressions ?? []).map((name) => `- ${code(name)} takes an expression without braces.`),
    ...(register === undefined ? [] : [`- \`register\` also keeps ${register}.`]),
  ]
}
