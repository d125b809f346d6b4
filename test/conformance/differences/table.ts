/** Where the table of differences stands. */
export const differencesPage = 'docs/coming-from-ansible.md'

export interface Row {
  readonly id: string
  readonly there: string
  readonly here: string
}

/** Rows of every table of a page whose first column is `id`; each line below its head is one. */
export function rowsOf(page: string): readonly Row[] {
  const lines = page.split('\n')
  return lines.flatMap((line, at) => {
    const isRow = line.startsWith('|') && !/^\| id \||^\|---/.test(line)
    if (!isRow || !headOf(lines, at).startsWith('| id |')) return []
    const [, id = '', there = '', here = ''] = cells(line)
    return [{ id: id.replaceAll('`', ''), there, here }]
  })
}

function headOf(lines: readonly string[], at: number): string {
  const before = lines.slice(0, at).findLastIndex((line) => !line.startsWith('|'))
  return lines[before + 1] ?? ''
}

/** A bar that belongs to the text is written `\|`. */
function cells(line: string): readonly string[] {
  return line.split(/(?<!\\)\|/).map((cell) => cell.trim())
}

/** What has no counterpart: a row without a case, a case without a row, a row that stands twice. */
export function unpaired(rows: readonly Row[], cases: readonly string[]): readonly string[] {
  const ids = rows.map(({ id }) => id)
  return [
    ...ids.filter((id) => !cases.includes(id)).map((id) => `no case shows the row ${id}`),
    ...cases.filter((id) => !ids.includes(id)).map((id) => `no row tells of the case ${id}`),
    ...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `the row ${id} stands twice`),
  ]
}
