import { isDeepStrictEqual } from 'node:util'
import { revealText, Secret } from '../../model/value.ts'
import {
  type Edit,
  edited,
  impossible,
  indentOf,
  insertLines,
  newlineAt,
  parseEditPath,
  type Segment,
  type Setting,
  splice,
} from './edit-path.ts'
import { assign, guarded, parseToml, type PlainRoot, unassign } from './toml-guard.ts'
import { commentedSample } from './toml-sample.ts'
import { scanToml, type TomlEntry, type TomlPath, type TomlScan } from './toml-scan.ts'

/**
 * Sets one key and leaves every other byte alone. Where the key is there, its value is replaced; else it goes below the
 * last commented sample `# key =` of its table, else below the last key of the table, else into a new table at the end.
 * Measured against toml-patch and toml-edit-js: neither keeps line endings, indents and samples of influxdb.conf.
 */
export function setToml(text: string, path: string, setting: Setting): Edit {
  return change(
    text,
    path,
    (scan, target) => setIn(text, scan, target, setting),
    (root, target) => assign(root, target, plain(setting)),
  )
}

/** Removes the line of one key; a key that is not there is no error. */
export function removeToml(text: string, path: string): Edit {
  return change(
    text,
    path,
    (scan, target) => removeFrom(text, scan, target),
    (root, target, scan) => unassign(root, target, (parent) => scan.tables.some((table) => isDeepStrictEqual(table.path, parent))),
  )
}

type Work = (scan: TomlScan, target: TomlPath) => Edit

function change(text: string, path: string, work: Work, expect: (root: PlainRoot, target: TomlPath, scan: TomlScan) => void): Edit {
  const parsed = parseEditPath(path)
  if (parsed.kind === 'invalid') return impossible(parsed.why)
  const scanned = scanToml(text)
  if (scanned.kind === 'broken') return impossible(`line ${scanned.line}: ${scanned.why}`)
  const target = resolve(text, scanned.scan, parsed.segments)
  if (target.kind === 'impossible') return impossible(target.why)
  const result = work(scanned.scan, target.path)
  if (result.kind === 'impossible' || result.text === text) return result
  return guarded(text, result.text, (root) => expect(root, target.path, scanned.scan)) ?? result
}

type Resolved = { readonly kind: 'path'; readonly path: TomlPath } | { readonly kind: 'impossible'; readonly why: string }

/** Turns selectors into numbers of `[[table]]` instances. */
function resolve(text: string, scan: TomlScan, segments: readonly Segment[]): Resolved {
  const path: (string | number)[] = []
  for (const [position, segment] of segments.entries()) {
    if (segment.kind === 'key') {
      path.push(segment.name)
      const instances = instancesOf(scan, path)
      const next = segments[position + 1]
      if (instances.length === 0 || next === undefined || next.kind !== 'key') continue
      if (instances.length > 1)
        return {
          kind: 'impossible',
          why: `[[${path.join('.')}]] is there ${instances.length} times: choose one by number or by a key, as in ${path.join('.')}[0] or ${path.join('.')}[key=value]`,
        }
      path.push(0)
    } else if (segment.kind === 'index') {
      path.push(segment.index)
    } else {
      const found = instancesOf(scan, path).find((number) => holds(text, scan, [...path, number, segment.key], segment.values))
      if (found === undefined)
        return { kind: 'impossible', why: `no [[${path.join('.')}]] has ${segment.key} = ${segment.values.join(' or ')}` }
      path.push(found)
    }
  }
  return { kind: 'path', path }
}

function instancesOf(scan: TomlScan, path: TomlPath): readonly number[] {
  return scan.tables.flatMap((table) => {
    const number = table.path.at(-1)
    return table.array && typeof number === 'number' && isDeepStrictEqual(table.path.slice(0, -1), path) ? [number] : []
  })
}

function holds(text: string, scan: TomlScan, path: TomlPath, wanted: readonly string[]): boolean {
  const entry = entryAt(scan, path)
  const value = entry === undefined ? undefined : meaningOf(text.slice(entry.value.start, entry.value.end))
  return wanted.includes(String(value)) || (Array.isArray(value) && value.some((item) => wanted.includes(String(item))))
}

function entryAt(scan: TomlScan, path: TomlPath): TomlEntry | undefined {
  return scan.entries.find((entry) => isDeepStrictEqual(entry.path, path))
}

function setIn(text: string, scan: TomlScan, target: TomlPath, setting: Setting): Edit {
  const entry = entryAt(scan, target)
  if (entry !== undefined) {
    const { start, end } = entry.value
    const now = text.slice(start, end)
    return isDeepStrictEqual(meaningOf(now), plain(setting)) ? edited(text) : edited(splice(text, start, end, literal(setting)))
  }
  if (scan.tables.some((table) => isDeepStrictEqual(table.path, target))) return impossible(`${target.join('.')} is a table, not a key`)
  const inline = scan.entries.find((other) => startsWith(target, other.path))
  if (inline !== undefined)
    return impossible(`${inline.path.join('.')} is written on one line, in which tlsplay changes no single key: write it as a table`)
  return insert(text, scan, target, literal(setting))
}

function insert(text: string, scan: TomlScan, target: TomlPath, value: string): Edit {
  const parent = target.slice(0, -1)
  const key = target.at(-1)
  if (typeof key !== 'string') return impossible(`${target.join('.')} names a whole table, not a key`)
  const index = parent.length === 0 ? -1 : scan.tables.findIndex((table) => isDeepStrictEqual(table.path, parent))
  const line = `${bareKey(key)} = ${value}`
  if (index >= 0 || parent.length === 0) {
    const sample = commentedSample(text, scan, index, key)
    if (sample !== undefined) return edited(insertLines(text, sample.end, [`${sample.indent}${line}`], newlineAt(text, sample.start)))
    const last = scan.entries.filter((entry) => entry.table === index).at(-1)
    if (last !== undefined) return below(text, last, line)
    const body = scan.tables[index]?.bodyStart ?? 0
    return edited(insertLines(text, body, [`${firstIndent(text, scan, index)}${line}`], newlineAt(text, scan.tables[index]?.start ?? 0)))
  }
  const dotted = scan.entries
    .filter((entry) => startsWith(entry.path, parent) && (scan.tables[entry.table]?.path.length ?? 0) < parent.length)
    .at(-1)
  if (dotted !== undefined) {
    const depth = scan.tables[dotted.table]?.path.length ?? 0
    return below(
      text,
      dotted,
      `${target
        .slice(depth)
        .map((name) => bareKey(String(name)))
        .join('.')} = ${value}`,
    )
  }
  return newTable(text, scan, parent, line)
}

function newTable(text: string, scan: TomlScan, parent: TomlPath, line: string): Edit {
  const number = parent.at(-1)
  const names = typeof number === 'number' ? parent.slice(0, -1) : parent
  if (typeof number === 'number' && number !== instancesOf(scan, names).length)
    return impossible(`there is no [[${names.join('.')}]] number ${number}`)
  const newline = newlineAt(text, 0)
  const header = names
    .filter((name) => typeof name === 'string')
    .map(bareKey)
    .join('.')
  const lines = [typeof number === 'number' ? `[[${header}]]` : `[${header}]`, line]
  return edited(insertLines(text, text.length, text.trim() === '' || /\n\r?\n$/.test(text) ? lines : ['', ...lines], newline))
}

function below(text: string, entry: TomlEntry, line: string): Edit {
  return edited(insertLines(text, entry.lineEnd, [`${indentOf(text, entry.lineStart)}${line}`], newlineAt(text, entry.lineStart)))
}

/** A table that holds comments only: a new key is indented as they are. */
function firstIndent(text: string, scan: TomlScan, index: number): string {
  const comment = scan.comments.find((one) => one.table === index)
  const table = scan.tables[index]
  if (table === undefined) return ''
  const near =
    comment !== undefined &&
    text.slice(table.bodyStart, comment.lineStart).trim() === '' &&
    !/\n\r?\n/.test(text.slice(table.start, comment.lineStart))
  return indentOf(text, near ? comment.lineStart : table.start)
}

function removeFrom(text: string, scan: TomlScan, target: TomlPath): Edit {
  const entry = entryAt(scan, target)
  if (entry !== undefined) return edited(splice(text, entry.lineStart, entry.lineEnd, ''))
  if (scan.tables.some((table) => startsWith(table.path, target) || isDeepStrictEqual(table.path, target)))
    return impossible(`${target.join('.')} is a table: only single keys are removed`)
  const inline = scan.entries.find((other) => startsWith(target, other.path))
  if (inline !== undefined && /^\{/.test(text.slice(inline.value.start)))
    return impossible(`${inline.path.join('.')} is written on one line, in which tlsplay changes no single key: write it as a table`)
  return edited(text)
}

function startsWith(path: TomlPath, prefix: TomlPath): boolean {
  return path.length > prefix.length && prefix.every((part, index) => path[index] === part)
}

function bareKey(name: string): string {
  return /^[A-Za-z0-9_-]+$/.test(name) ? name : JSON.stringify(name)
}

/** What a literal means; a bare `${NAME}` means its own text. */
function meaningOf(written: string): unknown {
  if (written.startsWith('$')) return written
  const parsed = parseToml(`v = ${written}`)
  return parsed.kind === 'root' ? parsed.root['v'] : written
}

function plain(setting: Setting): unknown {
  if (setting instanceof Secret) return revealText(setting)
  return Array.isArray(setting) ? setting.map((item: Setting) => plain(item)) : setting
}

/** Strings of JSON are basic strings of TOML. */
function literal(setting: Setting): string {
  const value = plain(setting)
  return Array.isArray(value) ? `[${value.map((item) => JSON.stringify(item)).join(', ')}]` : JSON.stringify(value)
}
