import type { Position, Problem } from '../../src/model/problem.ts'
import { problemsText } from '../../src/view/problems.ts'
import type { Attempt } from './attempt.ts'
import type { Expected } from './bad-case.ts'

/** A stack trace of Node in any text. */
export const stackTrace = /\n\s+at .+:\d+:\d+/

/** What is not as it should be about the answer to a broken input; empty when all is well. */
export function complaints(expected: Expected, { problems, texts }: Attempt): readonly string[] {
  if (problems.length === 0) return ['nothing was found to be wrong']
  const shown = problemsText(problems, texts, { colour: false })
  return [
    ...(problems.some((problem) => fits(expected, problem)) ? [] : [`expected ${JSON.stringify(expected)}, got\n${shown}`]),
    ...problems.flatMap((problem) => styleFaults(problem)),
    ...problems.flatMap((problem) => placeFaults(problem, texts, expected.at !== undefined)),
    ...(expected.hides !== undefined && shown.includes(expected.hides) ? [`shows ${expected.hides}`] : []),
    ...(stackTrace.test(shown) ? [`a stack trace:\n${shown}`] : []),
  ]
}

function fits({ code, at, message, hint }: Expected, problem: Problem): boolean {
  return (
    problem.code === code && placeOf(problem.at) === at && problem.message.includes(message) && (problem.hint ?? '').includes(hint ?? '')
  )
}

function placeOf(at: Position | undefined): string | undefined {
  return at === undefined ? undefined : `${at.file}:${at.line}:${at.column}`
}

/** House style: lower case, no final period, one line, no inner names of JavaScript. */
export function styleFaults({ code, message, hint }: Problem): readonly string[] {
  const faults: string[] = []
  if (/[.!]$/.test(message) || (hint !== undefined && /[^.]\.$/.test(hint))) faults.push('ends in a period')
  // what nothing defines is quoted as it was written
  if (/^[A-Z][a-z]/.test(message) && code !== 'VARIABLE_UNDEFINED') faults.push('starts with a capital')
  if (/[\n\r]/.test(message)) faults.push('has more than one line')
  if (/\[object |\bundefined\b|\bNaN\b|\bTypeError\b|^$/.test(message)) faults.push('speaks JavaScript')
  if (hint !== undefined && /\[object |\bundefined\b|\bNaN\b|^$/.test(hint)) faults.push('has a hint that speaks JavaScript')
  return faults.map((fault) => `"${message}"${hint === undefined ? '' : ` (${hint})`} ${fault}`)
}

/** What holds whatever a text quotes: messages of one line, at places that are there, without a stack trace. */
export function alwaysFaults({ problems, texts }: Attempt): readonly string[] {
  return [
    ...problems.flatMap(({ message }) => (/[\n\r]/.test(message) ? [`"${message}" has more than one line`] : [])),
    ...problems.flatMap((problem) => placeFaults(problem, texts, false)),
    ...(stackTrace.test(problemsText(problems, texts, { colour: false })) ? ['a stack trace'] : []),
  ]
}

/** Every problem points at a character that is there, or just behind the last one of its line. */
function placeFaults({ message, at }: Problem, texts: ReadonlyMap<string, string>, needed: boolean): readonly string[] {
  if (at === undefined) return needed ? [`"${message}" has no place`] : []
  const text = texts.get(at.file)
  if (text === undefined) return []
  const line = text.split('\n')[at.line - 1]
  if (line === undefined || at.column < 1 || at.column > line.length + 1)
    return [`"${message}" points at ${placeOf(at)}, which is not there`]
  return []
}
