import { advice } from './docs-advice.mjs'
import { code, page, sentence, table } from './docs-markdown.mjs'

/** Where each group of codes is found out. */
const titles = {
  load: ['While reading', 'Before any host is reached. All of them come at once, each with file, line and column. Exit code 1.'],
  compile: ['While compiling', 'Before any host is reached: hosts, variables, templates, conditions and options. Exit code 1.'],
  connect: [
    'While connecting',
    'The host is left out and reported as unreachable, the others go on. Exit code 4 when nothing else failed.',
  ],
  'plan and preflight': ['While planning', 'A refusal on any host stops the whole run before its first change. Exit code 1.'],
  apply: ['While applying', 'The host is reported as failed, the others go on. Exit code 2.'],
}

/** docs/reference/problems.md */
export function problemsPage({ problemCodes, codesText }) {
  const groups = groupsOf(codesText)
  const grouped = groups.flatMap(({ codes }) => codes)
  const all = Object.keys(problemCodes)
  if (grouped.join() !== all.join()) throw new Error('the groups of problem-codes.ts do not hold every code once')
  for (const name of all) if (advice[name] === undefined) throw new Error(`no advice for ${name}`)
  for (const name of Object.keys(advice)) if (problemCodes[name] === undefined) throw new Error(`advice for ${name}, which does not exist`)
  return page(
    'src/model/problem-codes.ts',
    '# Problems',
    'Every message of tlsplay carries one of these codes: `error CODE:` or, below a plan, `[CODE]` in text, `code` in `--output json`. A code is never renamed. The hint below a message says what to do in that very case; the right column says what to do in general.',
    groups.flatMap(({ name, codes }) => section(name, codes, problemCodes)),
  )
}

function section(name, codes, problemCodes) {
  const found = titles[name]
  if (found === undefined) throw new Error(`no title for the group ${name}`)
  const [title, about] = found
  const rows = codes.map((key) => [code(key), problemCodes[key], advice[key]])
  return [`## ${title}`, sentence(about), table(['code', 'what it means', 'what to do'], rows)]
}

/** The groups stand in the source as comments between the codes. */
function groupsOf(text) {
  const groups = []
  for (const line of text.split('\n')) {
    const title = /^ {2}\/\/ (.+)$/.exec(line)?.[1]
    const name = /^ {2}([A-Z_]+):/.exec(line)?.[1]
    if (title !== undefined) groups.push({ name: title, codes: [] })
    else if (name !== undefined) groups.at(-1).codes.push(name)
  }
  return groups
}
