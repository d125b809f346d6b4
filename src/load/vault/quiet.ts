import type { Problem } from '../../model/problem.ts'
import { problemCodes } from '../../model/problem-codes.ts'
import type { MapEntry, MapSource, Source } from '../../model/source.ts'
import { Secret } from '../../model/value.ts'

/** Keys of a play or block below which tasks stand. */
const taskLists: ReadonlySet<string> = new Set(['pre_tasks', 'tasks', 'post_tasks', 'handlers', 'block', 'rescue', 'always'])

/** Keys of plays, and of what runs nothing itself: the tasks of another file are that file's, which may stand in clear. */
const notATask = /^(?:hosts|(?:[\w.]+\.)?(?:meta|(?:import|include)_(?:tasks|role|playbook)))$/

/**
 * A playbook, a file of tasks or a role.yml that was encrypted as a whole. Its words must be read to be obeyed, and are told to
 * nobody: the values of its variables become secrets, and each task is `no_log` unless it says otherwise.
 */
export function quietDocument(source: Source): Source {
  return source.kind === 'map' ? quietRole(source) : quietList(source)
}

/** Problems of such a text say where and what in general, not what stands there. */
export function discreet(problem: Problem, sealed: ReadonlySet<string>): Problem {
  const { code, at, host } = problem
  if (at === undefined || !sealed.has(at.file) || code.startsWith('VAULT_')) return problem
  const hint = `the file is encrypted, so its words are not shown\ntlsplay vault view ${at.file}`
  return { code, message: problemCodes[code], at, hint, ...(host === undefined ? {} : { host }) }
}

/** Texts become secrets. One with a template stays what it is: a secret is data and would not be rendered. */
export function quietTexts(source: Source): Source {
  switch (source.kind) {
    case 'scalar': {
      const { value, unsafe, at } = source
      return typeof value === 'string' && (unsafe === true || !value.includes('{{'))
        ? { kind: 'scalar', value: Secret.of(value), at }
        : source
    }
    case 'list':
      return { ...source, items: source.items.map(quietTexts) }
    case 'map':
      return { ...source, entries: source.entries.map((entry) => ({ ...entry, value: quietTexts(entry.value) })) }
  }
}

function quietList(source: Source): Source {
  if (source.kind !== 'list') return source
  return { ...source, items: source.items.map((item) => (item.kind === 'map' ? quietItem(item) : item)) }
}

function quietItem(item: MapSource): MapSource {
  const entries = item.entries.map((entry) => (taskLists.has(entry.key) ? { ...entry, value: quietList(entry.value) } : quietVars(entry)))
  if (item.entries.some(({ key }) => key === 'no_log' || notATask.test(key))) return { ...item, entries }
  const { at } = item
  return { ...item, entries: [...entries, { key: 'no_log', keyAt: at, value: { kind: 'scalar', value: true, at } }] }
}

function quietVars(entry: MapEntry): MapEntry {
  return entry.key === 'vars' ? { ...entry, value: quietTexts(entry.value) } : entry
}

function quietRole(role: MapSource): MapSource {
  return {
    ...role,
    entries: role.entries.map((entry) => {
      if (entry.key !== 'inputs' || entry.value.kind !== 'map') return quietVars(entry)
      return { ...entry, value: { ...entry.value, entries: entry.value.entries.map(quietInput) } }
    }),
  }
}

function quietInput(input: MapEntry): MapEntry {
  if (input.value.kind !== 'map') return input
  const entries = input.value.entries.map((entry) => (entry.key === 'default' ? { ...entry, value: quietTexts(entry.value) } : entry))
  return { ...input, value: { ...input.value, entries } }
}
