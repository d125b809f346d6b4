import { code, page, table } from './docs-markdown.mjs'
import { propertyRows } from './docs-schema.mjs'

const head = ['keyword', 'value', 'default', 'what it means']
const refusedHead = ['word', 'what to do']

/** docs/reference/playbook.md */
export function playbookPage({ documents, tasks, playWords, questionWords, roleUseWords, taskWords, taskTypeWords }) {
  const { play, question, importPlaybook, task, block, importRole, roleUse, role, inventory } = documents
  return page(
    'src/load/schemas/ and src/load/ansible-words.ts',
    '# Playbooks, roles and inventories',
    'A playbook is a list of plays. Every key and every type is checked before any host is reached; an unknown key is an error.',
    '## Play',
    keywordTable(play),
    'The sections run in the order `pre_tasks`, `roles`, `tasks`, `post_tasks`; handlers that were notified run at the end of each of `pre_tasks`, `roles` with `tasks`, and `post_tasks`.',
    '### vars_prompt',
    'A list of questions, asked on the terminal before any host is reached. One that `-e` answers is not asked. Without a terminal the default counts, and a question without one is an error that names the `-e` to give.',
    keywordTable(question),
    '## Import of a playbook',
    'In the place of a play: the plays of another file. Paths in it start at its own folder; roles are looked for beside it too.',
    keywordTable(importPlaybook),
    '## Task',
    `A task is a map with keywords and one key that names its type: ${Object.keys(tasks).map(code).join(', ')}. The types stand in [tasks.md](tasks.md).`,
    keywordTable(task),
    '## Block',
    'In the place of a task. A task that fails leads to the tasks of `rescue`; when those end well, the host goes on as if nothing had failed, and the recap counts `rescued`. Every other keyword holds for each task in the block, unless the task says otherwise.',
    keywordTable(block),
    '`import_tasks: FILE` stands in the place of a task too and means a block of the tasks in that file; it takes the same keywords, without `rescue` and `always`. Among handlers it brings in handlers, each notified by its own name.',
    '`import_role` means a block of the tasks of a role, called with inputs of its own; what the role depends on runs before it, and its handlers are those of the play. It takes the keywords of a block, and in its map:',
    keywordTable(importRole.properties.import_role),
    '`meta: flush_handlers` stands there too: handlers that are due run at this point, on hosts for which its `when` holds. `meta: end_host` leaves out the rest of the play on the host, `end_role` the rest of the role, `end_batch` and `end_play` that of all hosts. `meta: reset_connection` ends the connection to the host, and what was changed there until then counts; `clear_host_errors` lets hosts of the play that failed or could not be reached take part in the plays behind. `meta: noop` does nothing.',
    '## A role in `roles`',
    'Either the name of a role as text, or a map:',
    keywordTable(roleUse),
    '## role.yml',
    'A role is a folder with `role.yml`, `tasks/main.yml`, and as needed `handlers/main.yml`, `templates/` and `files/`. It is looked for in `roles/` beside the playbook, then in the folders of `--roles-path`, then among the roles that come with tlsplay; one that `tlsplay.lock` names comes from where the lock says and from nowhere else ([roles.md](roles.md)).',
    keywordTable(role),
    'Each input is a JSON Schema with these keys of its own:',
    keywordTable({ ...role.$defs.input, properties: ownKeys(role.$defs.input.properties) }),
    '## Inventory in YAML',
    'The INI form and lists like `-i h1,h2` are read too: [coming-from-ansible.md](../coming-from-ansible.md).',
    keywordTable(inventory.$defs.group),
    '## Words of Ansible that do not exist here',
    'Each gives the problem `NOT_SUPPORTED` at its place, with the hint of the right column.',
    '### In a play',
    refused(playWords),
    '### In an entry of `vars_prompt`',
    refused(questionWords),
    '### In an entry of `roles`',
    refused(roleUseWords),
    '### In a task',
    refused(taskWords),
    '### As the type of a task',
    refused(taskTypeWords),
  )
}

function keywordTable(schema) {
  return table(
    head,
    propertyRows(schema).map(([name, type, standard, text]) => [name, type, standard, text]),
  )
}

/** The three keys that say something about the input; all others are words of JSON Schema. */
function ownKeys({ description, default: standard, required }) {
  return { description, default: standard, required }
}

function refused(words) {
  return table(
    refusedHead,
    Object.entries(words).map(([word, hint]) => [code(word), hint]),
  )
}
