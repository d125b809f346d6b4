import type { Position, Problem } from '../model/problem.ts'
import { frame } from './code-frame.ts'

export interface ProblemsOptions {
  readonly colour: boolean
}

/** Problems as people read them: place, code, message, the lines around the place, and what to do. */
export function problemsText(problems: readonly Problem[], texts: ReadonlyMap<string, string>, { colour }: ProblemsOptions): string {
  const paint = painter(colour)
  const groups = grouped([...problems].sort(byPlace))
  return groups.map((group) => problemText(group, texts, paint)).join('\n')
}

/** One problem and every host that has it. */
interface Group {
  readonly problem: Problem
  readonly hosts: readonly string[]
}

function grouped(problems: readonly Problem[]): readonly Group[] {
  const groups = new Map<string, { readonly problem: Problem; readonly hosts: string[] }>()
  for (const problem of problems) {
    const { host, ...shared } = problem
    const key = JSON.stringify([shared.code, shared.message, shared.at, shared.task, shared.hint])
    const group = groups.get(key) ?? { problem, hosts: [] }
    groups.set(key, group)
    if (host !== undefined && !group.hosts.includes(host)) group.hosts.push(host)
  }
  return [...groups.values()]
}

/** By file, line and column; what has no place comes last. */
function byPlace(one: Problem, other: Problem): number {
  if (one.at === undefined || other.at === undefined) return Number(one.at === undefined) - Number(other.at === undefined)
  if (one.at.file !== other.at.file) return one.at.file < other.at.file ? -1 : 1
  return one.at.line - other.at.line || one.at.column - other.at.column
}

type Paint = (text: string, ink: Ink) => string
type Ink = 'bold' | 'red' | 'dim' | 'cyan'

const codes: Readonly<Record<Ink, number>> = { bold: 1, red: 31, dim: 2, cyan: 36 }

function painter(colour: boolean): Paint {
  return (text, ink) => (colour ? `\u{1b}[${codes[ink]}m${text}\u{1b}[0m` : text)
}

const hostsShown = 8

function problemText({ problem, hosts }: Group, texts: ReadonlyMap<string, string>, paint: Paint): string {
  const { at, code, message, hint, task } = problem
  const place = at === undefined ? '' : `${paint(placeText(at), 'bold')}: `
  // What a host said stands below what went wrong, behind a bar, so that no line of it can pass for one of ours.
  const [first = '', ...said] = message.split('\n')
  const lines = [`${place}${paint(`error ${code}`, 'red')}: ${visible(first)}`]
  const text = at === undefined ? undefined : texts.get(at.file)
  if (at !== undefined && text !== undefined) {
    lines.push(...frame(text, at).map(({ line, isMark }) => `  ${paint(visible(line), isMark ? 'red' : 'dim')}`))
  }
  lines.push(...said.map((line) => `  | ${visible(line.trim())}`))
  if (task !== undefined) lines.push(`  task: ${visible(task)}`)
  if (hosts.length > 0) lines.push(`  ${hostsText(hosts)}`)
  if (hint !== undefined && hint !== '') lines.push(...hintLines(hint, paint))
  return `${lines.join('\n')}\n`
}

function placeText({ file, line, column }: Position): string {
  return `${visible(file)}:${line}:${column}`
}

function hostsText(hosts: readonly string[]): string {
  const shown = hosts.slice(0, hostsShown).map(visible).join(', ')
  const more = hosts.length - hostsShown
  return `${hosts.length === 1 ? 'host' : `${hosts.length} hosts`}: ${shown}${more > 0 ? ` and ${more} more` : ''}`
}

/** The first line after the word, what follows (a command to copy) on lines of its own. */
function hintLines(hint: string, paint: Paint): readonly string[] {
  const [first = '', ...rest] = hint.split('\n')
  return [`  ${paint('hint:', 'cyan')} ${visible(first)}`, ...rest.map((line) => `    ${visible(line)}`)]
}

/** Texts come from files and hosts: what would move the cursor or turn the reading direction is shown as a sign instead. */
function visible(text: string): string {
  return text.replaceAll(/[\u{0}-\u{8}\u{a}-\u{1f}\u{7f}-\u{9f}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{2060}-\u{2069}\u{feff}]/gu, '\u{fffd}')
}
