import { baseOf, parentOf } from '../lib/paths.ts'
import { quote, quoteAll } from '../lib/sh.ts'
import type { DirectoryStep, InstallStep, LinkStep, WriteStep } from '../model/step.ts'
import type { ActStep, Numbered } from '../ports/host-session.ts'

/** Path of a file that a `make` step made -> sh variable that holds its staged path. */
export type Made = ReadonlyMap<string, string>

/** Exit status of a write whose target is not what the plan saw. */
export const driftStatus = 97

/** What stands alone on the line that ends a here-document. */
export const here = 'TLSPLAY_END'

/** What one process does for several steps of a task that follow each other. */
export interface Neighbours {
  /** an earlier one has done it */
  readonly done: boolean
  /** steps that this one does it for */
  readonly along: readonly Numbered<ActStep>[]
}

/** Files that get the same owner, and links into one folder that are named as what they lead to. */
export function neighbours(steps: readonly Numbered<ActStep>[], at: number): Neighbours {
  const alike = (one: number, other: number): boolean => areAlike(steps[one]?.step, steps[other]?.step)
  let end = at + 1
  while (alike(at, end)) end += 1
  return alike(at - 1, at) ? { done: true, along: [] } : { done: false, along: steps.slice(at + 1, end) }
}

function areAlike(one: ActStep | undefined, other: ActStep | undefined): boolean {
  if (one?.kind === 'install' && other?.kind === 'install') return one.owner === other.owner && one.group === other.group
  if (one?.kind !== 'link' || other?.kind !== 'link') return false
  return parentOf(one.path) === parentOf(other.path) && [one, other].every(({ to, path }) => baseOf(to) === baseOf(path))
}

/**
 * A folder is born private, and opened only once its owner is right; GNU `install` does that by one process, over the folder it made and
 * not over its name. Others open it first, which harms nothing where nobody but the owner may write.
 */
export function makeDirectory(step: DirectoryStep): readonly string[] {
  const path = quote(step.path)
  const apart = [`${onward} mkdir -m 0700 -- ${path} 2>&1 || tls_rc=$?`, attributes(path, step)]
  if ((step.mode & 0o022) !== 0) return apart
  const owner = step.owner === undefined ? '' : ` -o ${quote(step.owner)}`
  const group = step.group === undefined ? '' : ` -g ${quote(step.group)}`
  // It would make the folders above as well, and take one that is there for its own.
  const fresh = `[ ! -e ${path} ] && [ ! -L ${path} ] && [ -d ${quote(parentOf(step.path))} ]`
  return [
    `if [ $tls_rc = 0 ] && ${fresh} && command -v install >/dev/null 2>&1; then`,
    `install -d -m ${octal(step.mode)}${owner}${group} -- ${path} 2>&1 || tls_rc=$?`,
    'else',
    ...apart,
    'fi',
  ]
}

/** `ln` takes a link that is there for one to replace, and never makes one below the folder that it leads to. */
export function makeLinks(step: LinkStep, along: readonly Numbered<ActStep>[]): string {
  const all = [step, ...along.map((one) => one.step as LinkStep)]
  const words =
    along.length === 0
      ? `-sfn -- ${quote(step.to)} ${quote(step.path)}`
      : `-sf -- ${quoteAll(all.map(({ to }) => to))} ${quote(`${parentOf(step.path)}/`)}`
  return `${onward} ln ${words} 2>&1 || tls_rc=$?`
}

const onward = '[ $tls_rc != 0 ] ||'

export function before(journal: string | undefined): readonly string[] {
  return journal === undefined ? [] : [`${onward} ${journal} 2>&1 || tls_rc=$?`]
}

export function install(step: InstallStep, { done, along }: Neighbours, made: Made, journal: string | undefined): string {
  const [staged = '', ...others] = [step, ...along.map((one) => one.step as InstallStep)].map(
    ({ path }) => `"$${madeVariable(path, made)}"`,
  )
  const owner = done ? [] : owned([staged, ...others], step)
  return [...owner, moded(staged, step.mode), swap(staged, step.path, undefined, journal)].join('\n')
}

export function madeVariable(path: string, made: Made): string {
  const variable = made.get(path)
  if (variable === undefined) throw new Error(`no step made ${path}`)
  return variable
}

/** mv onto a directory would move below it (measured: reliability facts, F15): a directory is refused first. */
export function swap(staged: string, path: string, expect: WriteStep['expect'] | undefined, journal: string | undefined): string {
  const word = quote(path)
  const drift =
    expect === undefined
      ? []
      : expect === 'absent'
        ? [`if [ -e ${word} ] || [ -L ${word} ]; then tls_rc=${driftStatus}; fi`]
        : [`sha256sum -c - >/dev/null 2>&1 <<'${here}' || tls_rc=${driftStatus}\n${expect.sha256}  ${path}\n${here}`]
  return [
    ...drift,
    `${onward} [ ! -d ${word} ] || { echo 'is a directory'; tls_rc=1; }`,
    ...before(journal),
    `${onward} tls_mv ${staged} ${word} 2>&1 || tls_rc=$?`,
  ].join('\n')
}

interface Attributes {
  readonly owner: string | undefined
  readonly group: string | undefined
  readonly mode: number | undefined
}

/** Owner before mode: chown clears setuid and setgid, and a wrong owner must never see an open mode. */
export function attributes(path: string, wanted: Attributes): string {
  return [...owned([path], wanted), ...(wanted.mode === undefined ? [] : [moded(path, wanted.mode)])].join('\n')
}

function moded(path: string, mode: number): string {
  return `${onward} tls_mode ${octal(mode)} ${path} 2>&1 || tls_rc=$?`
}

function owned(paths: readonly string[], wanted: Attributes): readonly string[] {
  const owner = `${wanted.owner ?? ''}${wanted.group === undefined ? '' : `:${wanted.group}`}`
  if (owner === '') return []
  return [`${onward} ${isRoots(paths, wanted)}chown -h ${quote(owner)} ${paths.join(' ')} 2>&1 || tls_rc=$?`]
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0')
}

/**
 * What root makes is root's unless its folder gives it another group, and to see that costs no process. tls_uid is set where the
 * user that we are is known (host-lock.ts).
 */
function isRoots(paths: readonly string[], { owner = 'root', group = 'root' }: Attributes): string {
  if (owner !== 'root' || group !== 'root') return ''
  return `{ [ "$tls_uid" = 0 ] && ${paths.map((path) => `[ ! -L ${path} ] && [ -O ${path} ] && [ -G ${path} ]`).join(' && ')}; } || `
}
