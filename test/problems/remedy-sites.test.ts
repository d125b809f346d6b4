import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { type ProblemCode, problemCodes } from '../../src/model/problem-codes.ts'

const src = fileURLToPath(new URL('../../src', import.meta.url))

/** Codes that may come without a hint, and why. */
const selfEvident: { readonly [C in ProblemCode]?: string } = {
  VALUE_INVALID: 'the message says what was expected, or what is wrong with the value',
  TYPE_WRONG: 'the message says what was expected',
  YAML_SYNTAX: 'the message says what the parser expected there',
  TEMPLATE_VALUE: 'the message says what was expected',
  EXPRESSION_VALUE: 'the message names what the condition must not use',
  EXTRA_VARS: 'the message says what word is wrong',
  TASK_FAILED: 'the words of what failed stand with it',
  ROLLED_BACK: 'it stands beside the failure that led to it',
  INTERRUPTED: 'a person ended it, who knows what to do',
}

/** The text between the braces around a place; braces within texts are taken to be balanced, as they are in templates. */
function around(text: string, at: number): readonly [from: number, to: number] {
  let [from, to, depth] = [at, at, 0]
  for (; from >= 0; from -= 1) {
    if (text[from] === '}') depth += 1
    else if (text[from] === '{' && depth-- === 0) break
  }
  for (depth = 0; to < text.length; to += 1) {
    if (text[to] === '{') depth += 1
    else if (text[to] === '}' && depth-- === 0) break
  }
  return [from, to]
}

interface Site {
  readonly line: number
  readonly code: ProblemCode
  readonly text: string
}

/** Every place of a text where a problem is made as an object. Where the code stands in a part that is spread, the whole counts. */
function sitesOf(text: string): readonly Site[] {
  return [...text.matchAll(/\bcode: (?:[^'\n,{}]*\? )?'([A-Z_]+)'/g)].flatMap((match) => {
    const code = match[1] ?? ''
    if (!Object.hasOwn(problemCodes, code)) return []
    let [from, to] = around(text, match.index)
    if (text.slice(from - 3, from) === '...') [from, to] = around(text, from - 1)
    return [{ line: text.slice(0, match.index).split('\n').length, code: code as ProblemCode, text: text.slice(from, to + 1) }]
  })
}

const says = ({ text }: Site): boolean => /\bhint\b|\bhinted\(/.test(text)

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.ts') && !name.startsWith('generated'),
)
const sites = files.flatMap((file) => sitesOf(readFileSync(join(src, file), 'utf8')).map((site) => ({ ...site, file })))

test('every problem says what to do, wherever it is made', () => {
  expect(sites.length).toBeGreaterThan(300)
  const silent = sites.filter((site) => !says(site) && selfEvident[site.code] === undefined)
  expect(silent.map(({ file, line, code }) => `${file}:${line} ${code}`)).toEqual([])
})

test('a code that may come without a hint does somewhere', () => {
  const silent = new Set(sites.filter((site) => !says(site)).map(({ code }) => code))
  expect(Object.keys(selfEvident).filter((code) => !silent.has(code as ProblemCode))).toEqual([])
})

test('the twin: an object without a hint is found, alone and spread into a larger one', () => {
  const silent = (text: string) => sitesOf(text).filter((site) => !says(site)).length
  expect(silent("throw refusal({ code: 'WRITE_FAILED', message: `${path} is {full}` })")).toBe(1)
  expect(silent("({ ...{ code: 'WRITE_FAILED', message: 'x' }, at })")).toBe(1)
  expect(silent("({ code: isBig ? 'NO_SPACE' : code, message: 'x' })")).toBe(1)
  expect(silent("({ ...{ code: 'WRITE_FAILED', message: 'x' }, hint: 'make room' })")).toBe(0)
  expect(silent("({ code: 'NO_CODE_OF_OURS', message: 'x' })")).toBe(0)
})
