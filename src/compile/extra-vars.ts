import type { Position, Problem } from '../model/problem.ts'
import type { MapEntry, MapSource, Source } from '../model/source.ts'
import { kindOf } from './secrecy.ts'
import { plainSource } from './render.ts'

export interface ExtraVarsPorts {
  /** text of a file named after `@`, undefined when it cannot be read */
  readFile(path: string): string | undefined
  /** YAML or JSON with places; the loader of inventories and vars files */
  parse(text: string, file: string): { readonly source: Source | undefined; readonly problems: readonly Problem[] }
}

/**
 * The arguments of `-e`, in order; a later one wins. `k=v k2="v 2"`: values are texts, as in Ansible. `{...}`: JSON or
 * YAML. `@file`: the same from a file. Places read `-e:N:column`, N being which -e it was.
 */
export function parseExtraVars(
  args: readonly string[],
  ports: ExtraVarsPorts,
): { readonly vars: MapSource; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const entries = new Map<string, MapEntry>()
  args.forEach((arg, index) => {
    const at: Position = { file: '-e', line: index + 1, column: 1 }
    const read = arg.startsWith('@')
      ? fromFile(arg.slice(1), at, ports)
      : /^\s*[{[]/.test(arg)
        ? fromText(arg, at, ports)
        : fromPairs(arg, at)
    problems.push(...read.problems)
    for (const entry of read.entries) {
      entries.delete(entry.key)
      entries.set(entry.key, entry)
    }
  })
  return { vars: { kind: 'map', entries: [...entries.values()], at: { file: '-e', line: 1, column: 1 } }, problems }
}

interface Read {
  readonly entries: readonly MapEntry[]
  readonly problems: readonly Problem[]
}

const refused = (message: string, at: Position, hint?: string): Read => ({
  entries: [],
  problems: [{ code: 'EXTRA_VARS', message, at, ...(hint === undefined ? {} : { hint }) }],
})

function fromFile(path: string, at: Position, ports: ExtraVarsPorts): Read {
  const text = ports.readFile(path)
  if (text === undefined)
    return {
      entries: [],
      problems: [
        { code: 'FILE_MISSING', message: `cannot read ${path}`, at, hint: 'the path starts at the folder that tlsplay is started in' },
      ],
    }
  const { source, problems } = ports.parse(text, path)
  return asMap(source, problems, { file: path, line: 1, column: 1 })
}

function fromText(text: string, at: Position, ports: ExtraVarsPorts): Read {
  const { source, problems } = ports.parse(text, at.file)
  const moved = source === undefined ? undefined : moveLines(source, at.line - 1)
  return asMap(
    moved,
    problems.map((problem) => (problem.at === undefined ? problem : { ...problem, at: moveLine(problem.at, at.line - 1) })),
    at,
  )
}

function asMap(source: Source | undefined, problems: readonly Problem[], at: Position): Read {
  if (problems.length > 0 || source === undefined) return { entries: [], problems }
  if (source.kind !== 'map')
    return refused(`expected a map of variables, got ${kindOf(plainSource(source))}`, at, '-e \'{"name": "value"}\'')
  return {
    entries: source.entries,
    problems: source.entries.filter(({ key }) => !isName(key)).map(({ key, keyAt }) => wrongName(key, keyAt)),
  }
}

/** What follows a value with a blank in it may be a part of a password and is not shown. */
function wordWithout(word: string, isFirst: boolean): { readonly message: string; readonly hint: string } {
  return isFirst
    ? { message: `expected name=value, got ${word}`, hint: `write ${word}=VALUE, or @FILE for a file of variables` }
    : { message: 'expected name=value, got a word without =', hint: 'quote a value with blanks: -e \'name="two words"\'' }
}

function isName(text: string): boolean {
  return /^[A-Za-z_]\w*$/.test(text)
}

function wrongName(key: string, at: Position): Problem {
  return {
    code: 'EXTRA_VARS',
    message: `"${key}" is not the name of a variable`,
    at,
    hint: 'a name is made of letters, digits and _, and does not start with a digit',
  }
}

function moveLine(at: Position, lines: number): Position {
  return { ...at, line: at.line + lines, ...(at.endLine === undefined ? {} : { endLine: at.endLine + lines }) }
}

function moveLines(source: Source, lines: number): Source {
  const at = moveLine(source.at, lines)
  switch (source.kind) {
    case 'scalar':
      return { ...source, at }
    case 'list':
      return { ...source, at, items: source.items.map((item) => moveLines(item, lines)) }
    case 'map':
      return {
        ...source,
        at,
        entries: source.entries.map((entry) => ({
          key: entry.key,
          keyAt: moveLine(entry.keyAt, lines),
          value: moveLines(entry.value, lines),
        })),
      }
  }
}

/** Words of a line as a shell would split them; quotes group and disappear, a backslash protects one letter inside double quotes. */
function fromPairs(line: string, at: Position): Read {
  const entries: MapEntry[] = []
  const problems: Problem[] = []
  for (const word of line.matchAll(/(?:[^\s"']|"(?:[^"\\]|\\.)*"|'[^']*'|["'])+/g)) {
    const here: Position = { ...at, column: word.index + 1, endLine: at.line, endColumn: word.index + 1 + word[0].length }
    const equals = word[0].indexOf('=')
    const key = word[0].slice(0, Math.max(0, equals))
    const raw = word[0].slice(equals + 1)
    if (equals < 0) problems.push({ code: 'EXTRA_VARS', ...wordWithout(word[0], entries.length === 0), at: here })
    else if (!isName(key)) problems.push(wrongName(key, here))
    else if (/^["']/.test(raw) && !/^(?:"(?:[^"\\]|\\.)*"|'[^']*')/.test(raw))
      problems.push({ code: 'EXTRA_VARS', message: `the quote of ${key} is never closed`, at: here, hint: `write -e '${key}="VALUE"'` })
    else {
      const value = raw.replaceAll(
        /"((?:[^"\\]|\\.)*)"|'([^']*)'/g,
        (_, double: string | undefined, single: string | undefined) => single ?? (double ?? '').replaceAll(/\\(.)/g, '$1'),
      )
      entries.push({ key, keyAt: here, value: { kind: 'scalar', value, at: { ...here, column: here.column + equals + 1 } } })
    }
  }
  return { entries, problems }
}
