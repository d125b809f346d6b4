import type { Finding } from '../model/finding.ts'
import { escapeLine, joinLines, jsonLines } from './escape.ts'

/** One finding per paragraph; why and what to do once per rule, where it is met first. */
export function lintText(findings: readonly Finding[]): string {
  const told = new Set<string>()
  const lines = findings.flatMap(({ rule, at, message, reason, fix }) => {
    const head = escapeLine(`${at.file}:${at.line}:${at.column}: ${rule}: ${message}`)
    if (told.has(rule)) return [head]
    told.add(rule)
    return [head, `    why: ${reason}`, `    fix: ${fix}`]
  })
  const count = findings.length === 0 ? 'nothing found' : `${findings.length} finding${findings.length === 1 ? '' : 's'}`
  return joinLines([...lines, count])
}

/** One document: `{version, findings}`. */
export function lintJson(findings: readonly Finding[]): string {
  const document = {
    version: 1,
    findings: findings.map(({ rule, at, message, reason, fix }) => ({
      rule,
      file: at.file,
      line: at.line,
      column: at.column,
      message,
      reason,
      fix,
    })),
  }
  return jsonLines(document)
}
