import type { TomlScan } from './toml-scan.ts'

export interface Sample {
  /** start of the sample's first line and first byte after its last one */
  readonly start: number
  readonly end: number
  readonly indent: string
}

// One # makes a sample; ## and more are prose, which Telegraf uses for the documentation of an option.
const sampleLine = /^([ \t]*)#(?!#)[ \t]*(?:"([^"]+)"|([A-Za-z0-9_-]+))[ \t]*=[ \t]*(.*?)\r?\n?$/
const commentedHeader = /^[ \t]*#(?!#)[ \t]*\[{1,2}[A-Za-z0-9_."\- ]+\]{1,2}[ \t]*\r?\n?$/

/**
 * The last commented sample of a key in the body of one table. Telegraf ships whole plugins as comments: below such a
 * commented header the samples belong to another table.
 */
export function commentedSample(text: string, scan: TomlScan, table: number, key: string): Sample | undefined {
  const lines = scan.comments.filter((comment) => comment.table === table)
  let found: Sample | undefined
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index]
    if (line === undefined) break
    const written = text.slice(line.lineStart, line.lineEnd)
    if (commentedHeader.test(written)) break
    const match = sampleLine.exec(written)
    if (match === null) continue
    const [, indent = '', quoted, bare, value = ''] = match
    let last = line
    // A commented list goes on over the next comment lines until its brackets close.
    for (let open = bracketsOpen(value); open > 0; ) {
      const next = lines[index + 1]
      if (next === undefined || next.lineStart !== last.lineEnd) break
      index += 1
      last = next
      open += bracketsOpen(text.slice(next.lineStart, next.lineEnd).replace(/^[ \t]*#/, ''))
    }
    if ((quoted ?? bare) === key) found = { start: line.lineStart, end: last.lineEnd, indent }
  }
  return found
}

/** Opening less closing brackets outside of strings and of a comment behind the value. */
function bracketsOpen(value: string): number {
  const code = value.replace(/"(?:[^"\\]|\\.)*"|'[^']*'/g, '').replace(/#.*/s, '')
  return (code.match(/[[{]/g)?.length ?? 0) - (code.match(/[\]}]/g)?.length ?? 0)
}
