import { code, page, table } from './docs-markdown.mjs'
import { propertyRows } from './docs-schema.mjs'

const head = ['key', 'value', 'default', 'what it means']

/** docs/reference/roles.md */
export function rolesPage({ documents }) {
  const { requirements, lock, roleCase } = documents
  const required = formsOf(requirements.properties.roles)
    .flatMap(({ items }) => formsOf(items ?? {}))
    .find(({ type }) => type === 'object')
  const [locked] = Object.values(lock.properties.roles.patternProperties)
  return page(
    'src/load/schemas/',
    '# Roles of other teams, and cases of roles',
    'How they are used stands in the [guide](../guide.md); the commands in [options.md](options.md); role.yml in [playbook.md](playbook.md).',
    '## requirements.yml',
    'Beside the playbook: a map with `roles`, or the list itself. Each role is a map with the keys below, or a text with `src`, `version` and `name` between commas. `collections` is passed over.',
    table(head, propertyRows(required)),
    '## tlsplay.lock',
    'Written by `tlsplay role`, as JSON, beside requirements.yml. Under `roles`, by name:',
    table(head, propertyRows(locked)),
    `${code('tree')} is the SHA-256 of a list of all files in the form of ${code('sha256sum')}, sorted by path; the list lies beside the installed role, with ${code('.sha256')} behind its name.`,
    '## cases/*.yml',
    'One case of a role, for `tlsplay role test`. The host is a Debian 12 on which root logs in; its clock stands at 2026-01-02 03:04:05 UTC.',
    table(head, propertyRows(roleCase)),
    'A file as a map has `type`, `content`, `owner`, `group`, `mode` and `link`. A fact is asked for by its kind, with as much of its target as tells it apart:',
    table(
      ['kind', 'target', 'without a fact'],
      [
        ['`unit`', '`name`', 'there is none'],
        ['`user`, `group`', '`name`', 'root and the owners of `files` are there'],
        ['`command`', '`argv`', 'the case fails and shows the fact to add'],
        ['`certificate`', '`path`', 'what `files` has there'],
        ['`key`', '`path`', 'there is none'],
        ['`process`, `listener`, `log`', '`exe`; `port`; `unit` or `file`', 'nothing runs, listens or was written'],
        ['`tool`, `space`, `system`', '`name`; `path`; none', 'every tool, plenty of room, Debian 12'],
      ],
    ),
  )
}

function formsOf(schema) {
  return schema.anyOf ?? [schema]
}
