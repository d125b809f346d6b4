import { expect, test } from 'vitest'
import type { TaskOutcome } from '../../src/model/event.ts'
import { eventJson } from '../../src/view/events-json.ts'
import { eventText } from '../../src/view/events-text.ts'
import { escapeLine, escapeLines, joinLines } from '../../src/view/escape.ts'
import { planText } from '../../src/view/plan-text.ts'
import { recapText } from '../../src/view/recap.ts'
import { fullPlan, report } from './documents.ts'

test.each([
  { case: 'escape sequences', text: '\u001b[2Jgone', shown: '\\x1b[2Jgone' },
  { case: 'ends of line', text: 'a\nb\rc', shown: 'a\\nb\\rc' },
  { case: 'C1 control characters', text: 'a\u009bb', shown: 'a\\x9bb' },
  { case: 'right-to-left marks', text: 'a\u202eb\u2066c', shown: 'a\\u{202e}b\\u{2066}c' },
  { case: 'zero width characters', text: 'pay\u200bpal\ufeff', shown: 'pay\\u{200b}pal\\u{feff}' },
  { case: 'line separators', text: 'a\u2028b', shown: 'a\\u{2028}b' },
  { case: 'tag characters', text: 'a\u{e0041}b', shown: 'a\\u{e0041}b' },
  { case: 'half a surrogate pair', text: 'a\ud800b', shown: 'a\\u{d800}b' },
  { case: 'commands of CI systems', text: 'x ##vso[task.setvariable]y ##[error]z', shown: 'x #\\#vso[task.setvariable]y #\\#[error]z' },
  { case: 'ordinary text', text: '## [http]\tgrün 日本 🙂', shown: '## [http]\tgrün 日本 🙂' },
])('one line of any text: $case', ({ text, shown }) => {
  expect(escapeLine(text)).toBe(shown)
})

test('several lines keep their ends, a lone carriage return is shown', () => {
  expect(escapeLines('a\r\nb\rc\nd')).toEqual(['a', 'b\\rc', 'd'])
})

test('a line never starts with the mark of a workflow command, not even after blanks or a colour', () => {
  expect(joinLines(['::error::x', '  ::add-mask::y', '\u001b[31m::z', 'a::b'])).toBe(
    '\\::error::x\n  \\::add-mask::y\n\u001b[31m\\::z\na::b\n',
  )
})

const hostile = '\n::error::owned\u001b[31m\u202e\r##[add-mask]x'

/** What no view may print, whatever it is fed. */
function dangersIn(text: string): readonly string[] {
  return text.split('\n').filter((line) => /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]|^\s*::|##\[/.test(line))
}

function poison<T>(value: T): T {
  const fixed = new Set(['type', 'kind', 'action', 'outcome', 'status', 'code', 'phase', 'mode'])
  if (typeof value === 'string') return `${value}${hostile}` as T
  if (Array.isArray(value)) return value.map(poison) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, fixed.has(key) && typeof inner === 'string' ? inner : poison(inner)]),
  ) as T
}

const options = { diff: true, verbosity: 3, colour: false, stats: true }
const outcome: TaskOutcome = {
  ...{
    id: 'a',
    play: 'p',
    host: 'h1',
    label: 'say',
    type: 'debug',
    handler: false,
    item: 'i',
    at: { file: 'site.yml', line: 7, column: 5 },
  },
  ...{ status: 'changed', message: 'done', detail: ['::error::first', 'second'] },
}

test.each([
  { case: 'plan', text: () => planText(poison(fullPlan), options) },
  { case: 'recap', text: () => recapText(poison(report), options) },
  { case: 'outcome', text: () => eventText({ type: 'task_finished', result: poison(outcome) }, options).out },
  { case: 'warning', text: () => eventText(poison({ type: 'warning', message: '' }), options).err },
  { case: 'phase', text: () => eventText(poison({ type: 'phase_started', phase: 'plan', play: 'p', hosts: [] }), options).err },
  {
    case: 'connection',
    text: () => eventText(poison({ type: 'connected', host: 'h', how: 'by ssh', milliseconds: 1 }), options).err,
  },
  { case: 'json', text: () => eventJson({ type: 'plan_ready', plan: poison(fullPlan) }) },
])('hostile text stays harmless in every view: $case', ({ text }) => {
  expect(text()).toContain('owned')
  expect(dangersIn(text())).toEqual([])
})

test('the look-out finds each danger', () => {
  expect(dangersIn(['ok', ' ::error::x', 'a\u001b[0m', 'a\rb', '##[x]', '\u202e'].join('\n'))).toHaveLength(5)
})

test('an event survives the way through JSON', () => {
  const event = { type: 'warning', message: hostile } as const
  expect(eventJson(event)).toContain('\\u202e')
  expect(JSON.parse(eventJson(event))).toEqual(event)
})
