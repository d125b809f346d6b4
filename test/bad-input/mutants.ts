/** A generator of numbers below 1 (mulberry32): the same seed gives the same mutants on every machine. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

type Mutation = (lines: readonly string[], pick: (below: number) => number) => readonly string[]

/** What slips of fingers, editors and merges write, and what breaks parsers. */
const intruders = [
  ...[
    '{',
    '}',
    '[',
    ']',
    '{{',
    '}}',
    '"',
    "'",
    ':',
    ': ',
    '- ',
    '#',
    '&a ',
    '*a',
    '!x ',
    '|',
    '>',
    '%',
    '@',
    '`',
    '\t',
    '\\',
    ',',
    '?',
    '<<: ',
    '---\n',
    '...\n',
  ],
  ...[
    '\u0000',
    '\u001b',
    '\u00a0',
    '\u202e',
    '\ufeff',
    '\ud83d',
    '0',
    '-1',
    '1e999',
    'null',
    'true',
    '__proto__',
    'constructor',
    '{{#if x}}',
    '{% if %}',
    '&&',
    '(',
    ')',
    '\r',
  ],
]

const mutations: readonly Mutation[] = [
  (lines, pick) => lines.toSpliced(pick(lines.length), 1),
  (lines, pick) => {
    const at = pick(lines.length)
    return lines.toSpliced(at, 0, lines[at] ?? '')
  },
  (lines, pick) => {
    const [one, other] = [pick(lines.length), pick(lines.length)]
    return lines.map((line, at) => (at === one ? (lines[other] ?? '') : at === other ? (lines[one] ?? '') : line))
  },
  (lines, pick) => {
    const at = pick(lines.length)
    return lines.map((line, index) => (index === at ? (pick(2) === 0 ? ` ${line}` : line.replace(/^ {1,2}/, '')) : line))
  },
  (lines, pick) => changed(lines, pick, (line, at) => line.slice(0, at) + line.slice(at + 1)),
  (lines, pick) => changed(lines, pick, (line, at) => line.slice(0, at) + (intruders[pick(intruders.length)] ?? '') + line.slice(at)),
  (lines, pick) => changed(lines, pick, (line, at) => line.slice(0, at) + String.fromCharCode(32 + pick(95)) + line.slice(at + 1)),
  (lines, pick) => changed(lines, pick, (line, at) => line.slice(0, at)),
]

function changed(
  lines: readonly string[],
  pick: (below: number) => number,
  change: (line: string, at: number) => string,
): readonly string[] {
  const row = pick(lines.length)
  return lines.map((line, index) => (index === row ? change(line, pick(line.length + 1)) : line))
}

/** One to three mutations of one of the files. */
export function mutant(files: Readonly<Record<string, string>>, random: () => number): Readonly<Record<string, string>> {
  const pick = (below: number): number => Math.floor(random() * below)
  const paths = Object.keys(files)
  const path = paths[pick(paths.length)] ?? ''
  let lines: readonly string[] = (files[path] ?? '').split('\n')
  for (let left = 1 + pick(3); left > 0; left--) lines = mutations[pick(mutations.length)]?.(lines, pick) ?? lines
  return { ...files, [path]: lines.join('\n') }
}
