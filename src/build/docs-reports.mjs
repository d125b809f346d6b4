import { code, page, table } from './docs-markdown.mjs'
import { typeText } from './docs-schema.mjs'

/** docs/reference/reports.md */
export function reportsPage({ reports }) {
  return page(
    'src/view/reports/schema.ts',
    '# Reports in JSON',
    'What `tlsplay audit` and `tlsplay doctor` print with `--output json`: one document each, with nothing before or behind it. A member that stands here is always there; one that may have no value is `null` then. More members may come without another `version`, so programs pass over those they do not know; the schemas are those of this version of tlsplay and refuse them.',
    'Other forms of `audit`, and what both look at: [doctor.md](../doctor.md). Codes of `problems`: [problems.md](problems.md).',
    section('tlsplay audit', 'audit-report.json', reports.audit),
    section('tlsplay doctor', 'doctor-report.json', reports.doctor),
  )
}

function section(command, file, schema) {
  return [
    `## ${command}`,
    `Schema: [schemas/${file}](../../schemas/${file}).`,
    table(
      ['member', 'value', 'what it means'],
      rowsOf(schema, '').map(([name, type, text]) => [code(name), type, text]),
    ),
  ]
}

/** Members of lists stand behind `[]`. */
function rowsOf({ properties = {} }, prefix) {
  return Object.entries(properties).flatMap(([key, schema]) => {
    const own = [`${prefix}${key}`, typeText(schema), schema.description ?? '']
    const inner = objectIn(schema)
    return [own, ...(inner === undefined ? [] : rowsOf(inner.schema, `${prefix}${key}${inner.mark}.`))]
  })
}

function objectIn(schema) {
  if (schema.type === 'object') return { schema, mark: '' }
  if (schema.type === 'array') return schema.items.type === 'object' ? { schema: schema.items, mark: '[]' } : undefined
  const found = schema.anyOf?.find(({ type }) => type === 'object')
  return found === undefined ? undefined : { schema: found, mark: '' }
}
