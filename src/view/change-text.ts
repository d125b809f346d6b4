import type { PlannedChange, PlannedDiff, PlannedOutcome } from '../model/plan.ts'
import type { Action, FieldDiff } from '../model/task-type.ts'
import { escapeLine } from './escape.ts'
import type { Paint, Tone } from './paint.ts'

interface Mark {
  readonly glyph: string
  readonly word: string
  readonly tone: Tone
}

const actionMarks: Readonly<Record<Action, Mark>> = {
  create: { glyph: '+', word: 'create', tone: 'good' },
  update: { glyph: '~', word: 'update', tone: 'change' },
  remove: { glyph: '-', word: 'remove', tone: 'bad' },
  restart: { glyph: '!', word: 'restart', tone: 'act' },
  reload: { glyph: '!', word: 'reload', tone: 'act' },
  start: { glyph: '!', word: 'start', tone: 'act' },
  stop: { glyph: '!', word: 'stop', tone: 'act' },
  run: { glyph: '>', word: 'run', tone: 'act' },
  check: { glyph: '?', word: 'check', tone: 'ask' },
}

const outcomeMarks: Readonly<Record<PlannedOutcome, Mark>> = {
  change: { glyph: '~', word: 'change', tone: 'change' },
  ok: { glyph: '=', word: 'ok', tone: 'quiet' },
  skipped: { glyph: '.', word: 'skipped', tone: 'quiet' },
  later: { glyph: '*', word: 'known after apply', tone: 'ask' },
  check: { glyph: '?', word: 'check', tone: 'ask' },
  failed: { glyph: 'x', word: 'fails', tone: 'bad' },
  refused: { glyph: 'x', word: 'refused', tone: 'bad' },
}

/** `x refused  the key cannot be read`, without indent. */
export function outcomeLine(outcome: PlannedOutcome, reason: string, paint: Paint): string {
  const { glyph, word, tone } = outcomeMarks[outcome]
  return `${paint(tone, `${glyph} ${word.padEnd(7)}`)}  ${escapeLine(reason)}`
}

/** The change, why it is needed and, when asked for, how the target differs. */
export function changeLines(change: PlannedChange, withDiffs: boolean, paint: Paint): readonly string[] {
  const { glyph, word, tone } = actionMarks[change.action]
  const why = change.reason === '' || change.reason === change.summary ? [] : [paint('quiet', `    because ${escapeLine(change.reason)}`)]
  return [
    `${paint(tone, `${glyph} ${word.padEnd(7)}`)}  ${subject(change, word)}`,
    ...why,
    ...(withDiffs ? change.diffs.flatMap((diff) => diffLines(diff, change.target, paint)).map((line) => `    ${line}`) : []),
  ]
}

/** The target and what happens to it, saying neither the verb nor the target twice. */
function subject({ summary, target }: PlannedChange, word: string): string {
  if (summary === '') return escapeLine(target)
  const rest = summary.startsWith(`${word} `) ? summary.slice(word.length + 1) : summary
  return escapeLine(rest.includes(target) ? rest : `${target}: ${summary}`)
}

function diffLines(diff: PlannedDiff, target: string, paint: Paint): readonly string[] {
  if (diff.kind === 'fields') return fieldLines(diff.fields, paint)
  const head = diff.path === target ? [] : [paint('quiet', `in ${escapeLine(diff.path)}`)]
  // The bar keeps a line of the file from being the first thing on ours.
  return [...head, ...diff.lines.map((line) => `${paint('quiet', '|')} ${paintDiff(escapeLine(line), paint)}`)]
}

function paintDiff(line: string, paint: Paint): string {
  if (line.startsWith('@@')) return paint('ask', line)
  if (line.startsWith('+')) return paint('good', line)
  if (line.startsWith('-')) return paint('bad', line)
  return line
}

function fieldLines(fields: readonly FieldDiff[], paint: Paint): readonly string[] {
  const width = Math.max(...fields.map((field) => escapeLine(field.name).length), 0)
  return fields.map((field) => {
    const name = escapeLine(field.name).padEnd(width)
    if (field.before === undefined) return paint('good', `+ ${name}  ${escapeLine(field.after ?? '')}`)
    if (field.after === undefined) return paint('bad', `- ${name}  ${escapeLine(field.before)}`)
    if (field.before === field.after) return paint('quiet', `  ${name}  ${escapeLine(field.before)}`)
    return paint('change', `~ ${name}  ${escapeLine(field.before)} -> ${escapeLine(field.after)}`)
  })
}
