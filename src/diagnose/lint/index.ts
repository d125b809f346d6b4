import type { Finding } from '../../model/finding.ts'
import type { Position } from '../../model/problem.ts'
import { riskRules } from './risk.ts'
import type { LintInput, LintRule } from './rule.ts'
import { styleRules } from './style.ts'

export type { LintInput, LintRule } from './rule.ts'

/** Every rule, in the order of the reference page. */
export const lintRules: readonly LintRule[] = [...riskRules, ...styleRules]

export interface LintOptions {
  /** ids of rules that are not asked */
  readonly skip: readonly string[]
  /** whether a file is one that people of this project write */
  isOwn(file: string): boolean
}

/** What the rules find, each place once, by file and line. A comment `# lint: allow ID` on the line or the one above says it is meant. */
export function lint(input: LintInput, { skip, isOwn }: LintOptions): readonly Finding[] {
  const findings = lintRules
    .filter(({ id }) => !skip.includes(id))
    .flatMap((rule) =>
      rule
        .look(input)
        .filter(({ at }) => isOwn(at.file) && !isAllowed(rule.id, at, input.texts))
        .map(({ at, message }) => ({
          rule: rule.id,
          at,
          // a file that was encrypted has no text here, and its words are not shown
          message: input.texts.has(at.file) ? message : rule.title,
          reason: rule.reason,
          fix: rule.fix,
        })),
    )
  return [...new Map(findings.map((one) => [keyOf(one), one])).values()].toSorted(byPlace)
}

function keyOf({ rule, at, message }: Finding): string {
  return JSON.stringify([rule, at.file, at.line, at.column, message])
}

function byPlace(one: Finding, other: Finding): number {
  const [a, b] = [one.at, other.at]
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return a.line - b.line || a.column - b.column || (one.rule < other.rule ? -1 : 1)
}

function isAllowed(rule: string, { file, line }: Position, texts: ReadonlyMap<string, string>): boolean {
  const lines = texts.get(file)?.split('\n') ?? []
  return [lines[line - 1], lines[line - 2]?.trimStart().startsWith('#') === true ? lines[line - 2] : undefined].some((text) => {
    const allowed = /#\s*lint:\s*allow\s+([\w\s,-]+)/.exec(text ?? '')?.[1]
    return allowed?.split(/[\s,]+/).includes(rule) === true
  })
}
