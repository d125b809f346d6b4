import { isDeepStrictEqual } from 'node:util'
import { parse } from 'smol-toml'
import { type Edit, impossible, splice } from './edit-path.ts'
import { scanToml, type TomlPath } from './toml-scan.ts'

export type PlainRoot = Record<string, unknown>
export type TomlParsed = { readonly kind: 'root'; readonly root: PlainRoot } | { readonly kind: 'broken'; readonly why: string }

/** Parses with smol-toml; bare `${NAME}` values, which it refuses, count as texts of their own. */
export function parseToml(text: string): TomlParsed {
  try {
    return { kind: 'root', root: toPlain(parse(maskVariables(text), { integersAsBigInt: 'asNeeded' })) as PlainRoot }
  } catch (error) {
    // smol-toml throws for a text that is no TOML; its first line says where, the rest is a code frame.
    return { kind: 'broken', why: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) }
  }
}

/** Same length, so that a position in a message still fits the text. */
function maskVariables(text: string): string {
  const scanned = scanToml(text)
  if (scanned.kind === 'broken') return text
  return scanned.scan.variables.reduce(
    (masked, { start, end }) => splice(masked, start, end, `"${masked.slice(start + 1, end - 1).replace(/["\\]/g, '_')}"`),
    text,
  )
}

/**
 * The editor only looked for places; this proves what it did: the old text with `expect` applied means what the new
 * text means. Undefined when it does.
 */
export function guarded(before: string, after: string, expect: (root: PlainRoot) => void): Edit | undefined {
  const old = parseToml(before)
  if (old.kind === 'broken') return impossible(`the file is no valid TOML: ${old.why}`)
  const fresh = parseToml(after)
  if (fresh.kind === 'broken') return impossible(`the edit would make invalid TOML: ${fresh.why}`)
  expect(old.root)
  return isDeepStrictEqual(old.root, fresh.root)
    ? undefined
    : impossible('the edit would change more than the one setting: write the setting into the file by hand once')
}

export function toPlain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toPlain)
  if (value instanceof Date) return { date: value.toISOString() }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, toPlain(inner)]))
}

export function assign(root: PlainRoot, path: TomlPath, value: unknown): void {
  let node: PlainRoot | unknown[] = root
  path.slice(0, -1).forEach((part, index) => {
    const held = node as Record<string | number, unknown>
    held[part] ??= typeof path[index + 1] === 'number' ? [] : {}
    node = held[part] as PlainRoot
  })
  const last = path.at(-1)
  if (last !== undefined) (node as Record<string | number, unknown>)[last] = value
}

/** A table that only the removed dotted key implied goes with it. */
export function unassign(root: PlainRoot, path: TomlPath, keptParents: (path: TomlPath) => boolean): void {
  const last = path.at(-1)
  const parent = path
    .slice(0, -1)
    .reduce<unknown>(
      (node, part) => (typeof node === 'object' && node !== null ? (node as Record<string | number, unknown>)[part] : undefined),
      root,
    )
  if (last === undefined || typeof parent !== 'object' || parent === null) return
  delete (parent as Record<string | number, unknown>)[last]
  if (path.length > 1 && Object.keys(parent).length === 0 && !keptParents(path.slice(0, -1))) unassign(root, path.slice(0, -1), keptParents)
}
