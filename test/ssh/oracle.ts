import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Problem } from '../../src/model/problem.ts'

/** One path as it may be: everything that a rename brings along. */
export type Version =
  | 'absent'
  | { readonly kind: 'file'; readonly content: string; readonly mode: number; readonly uid: number; readonly gid: number }
  | { readonly kind: 'link'; readonly to: string }
  | { readonly kind: 'folder' | 'other' }

export interface Expected {
  /** everything below it is looked at */
  readonly folder: string
  /** managed paths below the folder: what they were, and what they are to become */
  readonly managed: Readonly<Record<string, { readonly old: Version; readonly new: Version }>>
  /** everything else below the folder, which nobody may touch */
  readonly others: Readonly<Record<string, Version>>
  /** paths of keys and the certificates that belong to them */
  readonly pairs?: readonly { readonly key: string; readonly certificate: string }[]
  /** what the controller says of the host */
  readonly told: 'done' | readonly Problem[]
  /** codes it may tell of this fault */
  readonly codes: readonly Problem['code'][]
  /** processes that were started on the host and must be gone */
  readonly processes?: readonly number[]
  /** whether the lock of the run can be had */
  readonly lockFree?: () => boolean
  /** what a client that shook hands all the time saw: fingerprints, or why there was none */
  readonly served?: { readonly old: string; readonly new: string; readonly seen: readonly ({ fingerprint: string } | { error: string })[] }
  /** all of it is old or all of it is new, never some of each */
  readonly together?: boolean
  /** state folder of tlsplay on the host: no transaction may be left in it, and nobody who stands guard over one */
  readonly state?: string
  /** everything that was written for people, and what must not be in it */
  readonly output?: { readonly text: string; readonly secrets: readonly string[] }
}

/** What one path is now. */
export function versionOf(path: string): Version {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return 'absent'
  if (stat.isSymbolicLink()) return { kind: 'link', to: readlinkSync(path) }
  if (stat.isDirectory()) return { kind: 'folder' }
  if (!stat.isFile()) return { kind: 'other' }
  return { kind: 'file', content: readFileSync(path, 'latin1'), mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid }
}

/** Everything below a folder, by its path in it. */
export function snapshot(folder: string): Record<string, Version> {
  const found: Record<string, Version> = {}
  const walk = (path: string): void => {
    for (const name of readdirSync(path)) {
      const inner = join(path, name)
      const version = versionOf(inner)
      found[relative(folder, inner)] = version
      if (version !== 'absent' && version.kind === 'folder') walk(inner)
    }
  }
  walk(folder)
  return found
}

/**
 * The one judge of every injected fault: what may never be, whatever broke when. Answers with what is wrong, in words; nothing:
 * all is well.
 */
export function violations(expected: Expected): readonly string[] {
  return [
    ...pathViolations(expected),
    ...pairViolations(expected),
    ...toldViolations(expected),
    ...(expected.processes ?? []).filter(isAlive).map((pid) => `the process ${pid} still runs on the host`),
    ...(expected.lockFree?.() === false ? ['the lock of the run is still held'] : []),
    ...servedViolations(expected),
    ...stateViolations(expected),
    ...secretViolations(expected),
  ]
}

function pathViolations({ folder, managed, others, together }: Expected): readonly string[] {
  const now = snapshot(folder)
  const of = (path: string): Version => now[path] ?? 'absent'
  const torn = Object.entries(managed).flatMap(([path, versions]) =>
    same(of(path), versions.old) || same(of(path), versions.new)
      ? []
      : [`${path} is neither old nor new: ${differs(of(path), nearest(of(path), versions))}`],
  )
  const touched = Object.entries(others).flatMap(([path, version]) =>
    same(of(path), version) ? [] : [`${path} was touched: ${differs(of(path), version)}`],
  )
  const states = new Set(
    Object.entries(managed).flatMap(([path, versions]) =>
      same(versions.old, versions.new) ? [] : same(of(path), versions.old) ? ['old'] : same(of(path), versions.new) ? ['new'] : [],
    ),
  )
  const mixed = together === true && states.size > 1 ? ['some of it is old, and some is new'] : []
  const debris = Object.keys(now).filter((path) => managed[path] === undefined && others[path] === undefined)
  return [...torn, ...mixed, ...touched, ...debris.map((path) => `${path} was left behind`)]
}

function same(one: Version, other: Version): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** Of which of the two it fell short. */
function nearest(is: Version, versions: { readonly old: Version; readonly new: Version }): Version {
  const content = (version: Version): unknown => (version !== 'absent' && version.kind === 'file' ? version.content : version)
  return content(is) === content(versions.new) ? versions.new : versions.old
}

function differs(is: Version, was: Version): string {
  if (is === 'absent' || was === 'absent' || is.kind !== was.kind) return `${kindOf(was)} became ${kindOf(is)}`
  if (is.kind === 'link' && was.kind === 'link') return `it leads to ${is.to}, not to ${was.to}`
  if (is.kind !== 'file' || was.kind !== 'file') return 'another kind'
  if (is.content !== was.content) return `${is.content.length} bytes instead of ${was.content.length}`
  if (is.mode !== was.mode) return `mode ${is.mode.toString(8)} instead of ${was.mode.toString(8)}`
  return `owner ${is.uid}:${is.gid} instead of ${was.uid}:${was.gid}`
}

function kindOf(version: Version): string {
  return version === 'absent' ? 'nothing' : `a ${version.kind}`
}

function pairViolations({ folder, pairs = [] }: Expected): readonly string[] {
  return pairs.flatMap(({ key, certificate }) => {
    const [one, other] = [versionOf(join(folder, key)), versionOf(join(folder, certificate))]
    if (one === 'absent' && other === 'absent') return []
    try {
      const text = (version: Version): string => (version !== 'absent' && version.kind === 'file' ? version.content : '')
      const spki = createPublicKey(createPrivateKey(text(one))).export({ type: 'spki', format: 'der' })
      const issued = new X509Certificate(text(other)).publicKey.export({ type: 'spki', format: 'der' })
      return spki.equals(issued) ? [] : [`${key} does not belong to ${certificate}`]
    } catch {
      return [`${key} or ${certificate} cannot be read`]
    }
  })
}

/** Success means that all is new; every failure is told once, with a code that fits, the host and its place. */
function toldViolations({ folder, managed, told, codes }: Expected): readonly string[] {
  if (told === 'done') {
    const old = Object.entries(managed).filter(([path, versions]) => !same(versionOf(join(folder, path)), versions.new))
    return old.map(([path]) => `success was told, and ${path} is not new`)
  }
  if (told.length !== 1) return [`one diagnostic was expected, ${told.length} came`]
  return told.flatMap((problem) => [
    ...(codes.includes(problem.code) ? [] : [`the code ${problem.code} does not fit: ${problem.message}`]),
    ...(problem.host === undefined || problem.at === undefined ? [`the diagnostic ${problem.code} names no host or no place`] : []),
    ...(/\n\s+at |undefined|\[object /.test(problem.message) ? [`the diagnostic is no sentence: ${problem.message}`] : []),
  ])
}

function servedViolations({ served }: Expected): readonly string[] {
  if (served === undefined) return []
  const failed = served.seen.filter((one) => 'error' in one)
  const foreign = served.seen.filter((one) => 'fingerprint' in one && one.fingerprint !== served.old && one.fingerprint !== served.new)
  const last = served.seen.at(-1)
  return [
    ...(failed.length > 0 ? [`${failed.length} of ${served.seen.length} handshakes failed`] : []),
    ...(foreign.length > 0 ? [`${foreign.length} handshakes met a certificate that is neither old nor new`] : []),
    ...(last === undefined ? ['nobody looked at what is served'] : []),
  ]
}

function stateViolations({ state }: Expected): readonly string[] {
  if (state === undefined || versionOf(state) === 'absent') return []
  const text = (...names: readonly string[]): string => {
    const version = versionOf(join(state, ...names))
    return version !== 'absent' && version.kind === 'file' ? version.content : ''
  }
  const names = readdirSync(state)
  const left = names.filter((name) => name === 'open' || name.startsWith('undoing'))
  return [
    ...left.map((name) => `a transaction is left: ${name}${text(name, 'failed') === '' ? '' : `, ${text(name, 'failed').trim()}`}`),
    ...[...left.map((name) => join(name, 'armed')), ...readdirIf(join(state, 'history')).map((name) => join('history', name, 'armed'))]
      .map((path) => Number(text(path)))
      .filter((pid) => pid > 0 && isAlive(pid))
      .map((pid) => `the guard ${pid} still stands`),
  ]
}

function readdirIf(folder: string): readonly string[] {
  return versionOf(folder) === 'absent' ? [] : readdirSync(folder)
}

function secretViolations({ output }: Expected): readonly string[] {
  return (output?.secrets ?? []).flatMap((secret, number) => (output?.text.includes(secret) ? [`secret ${number} is in the output`] : []))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
