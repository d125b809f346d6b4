import type { Phase, RunEvent, TaskOutcome, TaskStatus } from '../model/event.ts'
import { unreachable } from '../lib/unreachable.ts'
import { escapeLine, joinLines } from './escape.ts'
import { type Paint, painter, type Tone } from './paint.ts'
import { type PlanTextOptions, planText } from './plan-text.ts'
import { recapText } from './recap.ts'
import { count } from './words.ts'

export interface EventTextOptions extends PlanTextOptions {
  readonly stats: boolean
}

/** What an event says to people: results go to stdout, everything about the way there to stderr. */
export interface EventText {
  readonly out: string
  readonly err: string
}

/** Plain lines, one event after the other. Problems are not shown here: they need the texts they point into. */
export function eventText(event: RunEvent, options: EventTextOptions): EventText {
  const paint = painter(options.colour)
  switch (event.type) {
    case 'warning':
      return toErr([`${paint('change', 'warning:')} ${escapeLine(event.message)}`])
    case 'phase_started':
      return toErr([paint('quiet', phaseLine(event.phase, event.play, event.hosts.length))])
    case 'plan_ready':
      return { out: planText(event.plan, options), err: '' }
    case 'connected':
      return toErr([paint('quiet', `connected: [${escapeLine(event.host)}] ${escapeLine(event.how)}`)])
    case 'task_finished':
      return { out: joinLines(outcomeLines(event.result, options, paint)), err: '' }
    case 'run_finished': {
      const stats = options.stats || options.verbosity >= 3
      return { out: event.report.mode === 'run' || stats ? `\n${recapText(event.report, { ...options, stats })}` : '', err: '' }
    }
    case 'run_started':
    case 'host_done':
    case 'phase_finished':
    case 'problem':
      return { out: '', err: '' }
    default:
      return unreachable(event)
  }
}

const phaseWords: Readonly<Record<Phase, string>> = { plan: 'planning', apply: 'applying', converge: 'looking again' }

/** `applying Web servers on 3 hosts`, without anything that moves. */
export function phaseLine(phase: Phase, play: string | undefined, hosts: number): string {
  return `${phaseWords[phase]}${play === undefined ? '' : ` ${escapeLine(play)}`} on ${count(hosts, 'host')}`
}

const statusTones: Readonly<Record<TaskStatus, Tone>> = {
  ok: 'good',
  changed: 'change',
  skipped: 'quiet',
  failed: 'bad',
  rescued: 'change',
  ignored: 'change',
  unreachable: 'bad',
}

function outcomeLines(result: TaskOutcome, options: EventTextOptions, paint: Paint): readonly string[] {
  const quiet = (result.status === 'ok' || result.status === 'skipped') && result.detail.length === 0
  if (quiet && options.verbosity === 0) return []
  const status = paint(statusTones[result.status], `${result.status}:`)
  const item = result.item === undefined ? '' : ` (item ${escapeLine(result.item)})`
  // A failure may bring the last words of a service after its first line.
  const [first = '', ...more] = result.message.split(/\r?\n/)
  const message = first === '' ? '' : `: ${escapeLine(first)}`
  const handler = result.handler ? 'handler ' : ''
  return [
    `${status} [${escapeLine(result.host)}] ${handler}${escapeLine(result.label)}${item}${message}`,
    ...(options.verbosity < 2 ? [] : [`    ${paint('quiet', escapeLine(`${result.type}, ${result.at.file}:${result.at.line}`))}`]),
    ...[...more, ...result.detail].map((line) => `    ${paint('quiet', '|')} ${escapeLine(line)}`),
  ]
}

function toErr(lines: readonly string[]): EventText {
  return { out: '', err: joinLines(lines) }
}
