import { isCollection, isScalar, visit } from 'yaml'
import type { Document, ErrorCode, YAMLError } from 'yaml'
import type { Position, Problem } from '../model/problem.ts'

interface Wording {
  readonly message: string
  readonly hint?: string
}

const onlySpaces = 'YAML allows only spaces there'

/** Our words for what yaml 2.9.1 says, by how its sentence starts; one code stands for several mistakes there. */
const sentences: readonly (readonly [start: string, wording: Wording])[] = [
  ['Implicit map keys need', { message: 'a key without ":"', hint: 'end the key with ":"' }],
  [
    'Missing directives-end',
    { message: 'a line that starts with % needs a line with --- below it', hint: 'remove the line, or put the text in quotes' },
  ],
  [
    'Sequence item without',
    { message: 'expected "- ", the lines above form a list', hint: 'start the line with "- ", or indent it like the keys it belongs to' },
  ],
  ['Unexpected scalar at node end', { message: 'a text follows a value that is complete already', hint: 'put the whole value in quotes' }],
  ['Unexpected flow-map-end', { message: 'a } that closes nothing', hint: 'put the text in quotes' }],
  ['Unexpected flow-seq-end', { message: 'a ] that closes nothing', hint: 'put the text in quotes' }],
  [
    'Unexpected block-seq-ind',
    { message: 'a list cannot start on the line of its key', hint: 'put "- " on a line of its own below the key' },
  ],
  ['Block scalar header', { message: 'a text stands behind | or >', hint: 'start the text on the line below' }],
]

/** What the library misses the end of; it points at where that should be, which is often the end of the file. */
const unclosed: readonly (readonly [start: string, wording: Wording])[] = [
  ['Flow map', { message: 'the map that starts here is not closed', hint: 'close it with }, and indent its lines further than its key' }],
  [
    'Flow sequence',
    { message: 'the list that starts here is not closed', hint: 'close it with ], and indent its lines further than its key' },
  ],
  ['Missing closing "quote', { message: 'the quote that starts here is not closed', hint: 'write \\" for a quote inside double quotes' }],
  ["Missing closing 'quote", { message: 'the quote that starts here is not closed', hint: "write '' for a quote inside single quotes" }],
]

/** The same by code, for what the sentences leave; what is in neither keeps the library's own sentence. */
const codes: Partial<Record<ErrorCode, Wording>> = {
  TAB_AS_INDENT: { message: 'a tab is used to indent', hint: onlySpaces },
  BAD_INDENT: { message: 'the indentation fits none of the lines above', hint: 'indent the line like its neighbours' },
  MULTIPLE_DOCS: { message: 'a second document starts here, one file holds one', hint: 'remove the line with ---' },
  BAD_ALIAS: { message: 'the alias names no anchor above it', hint: 'put the text in quotes when it is no alias' },
  BAD_DQ_ESCAPE: { message: 'this escape is not known inside double quotes', hint: 'write \\\\ for a backslash, or use single quotes' },
  BLOCK_AS_IMPLICIT_KEY: { message: 'a second ": " on one line', hint: 'put the value in quotes when it holds ": "' },
  MULTILINE_IMPLICIT_KEY: {
    message: 'a key without ":" or a text that goes on over lines',
    hint: 'end the key with ":", or quote the text',
  },
  BAD_SCALAR_START: { message: 'a plain text cannot start with this character', hint: 'put the text in quotes' },
  KEY_OVER_1024_CHARS: { message: 'a key is longer than 1024 characters' },
  MULTIPLE_ANCHORS: { message: 'a value has two anchors' },
  MULTIPLE_TAGS: { message: 'a value has two tags' },
}

const conflictStart = /^<{7} /m
const conflictEnd = /^>{7} /m

export function syntaxProblem(
  error: YAMLError,
  document: Document,
  text: string,
  place: (start: number, end?: number) => Position,
): Problem {
  const [start, end] = error.pos
  const conflict = conflictStart.exec(text)
  if (conflict !== null && conflictEnd.test(text)) {
    return {
      code: 'YAML_SYNTAX',
      message: 'the file holds both sides of a merge conflict',
      at: place(conflict.index, conflict.index + 7),
      hint: 'keep one side, and remove the lines with <<<<<<<, ======= and >>>>>>>',
    }
  }
  const line = lineAround(text, start)
  // the library sees some of them only by what they lead to
  const blank = /^ *([\t\u00a0])/.exec(line)
  if (blank !== null) {
    const message = blank[1] === '\t' ? 'a tab is used to indent' : 'a no-break space is used to indent'
    return { code: 'YAML_SYNTAX', message, hint: onlySpaces, at: place(start - columnOf(text, start) + blank[0].length - 1) }
  }
  const open = unclosed.find(([sentence]) => error.message.startsWith(sentence))?.[1]
  if (open !== undefined) return { code: 'YAML_SYNTAX', ...open, at: place(openedAt(document, start) ?? start) }
  const below = error.code === 'BLOCK_AS_IMPLICIT_KEY' ? indentedBelow(text, start) : undefined
  if (below !== undefined) {
    return {
      code: 'YAML_SYNTAX',
      message: 'the line is indented further than the one above, which has a value already',
      at: place(below),
      hint: 'indent it like the line above',
    }
  }
  const wording = sentences.find(([sentence]) => error.message.startsWith(sentence))?.[1] ??
    codes[error.code] ?? { message: firstSentence(error.message) }
  const templateHint = /:\s+\{\{/.test(line) || /^\s*-\s+\{\{/.test(line) ? 'a value that starts with {{ must stand in quotes' : undefined
  const hint = templateHint ?? wording.hint
  return {
    code: 'YAML_SYNTAX',
    message: wording.message,
    at: place(Math.min(start, text.length), Math.min(end, text.length)),
    ...(hint === undefined ? {} : { hint }),
  }
}

/** The innermost bracket or quote that is open at an offset. */
function openedAt(document: Document, offset: number): number | undefined {
  let opened: number | undefined
  visit(document, {
    Node: (_, node) => {
      const [start, end] = node.range ?? [0, 0]
      const delimited = isScalar(node) ? String(node.type).startsWith('QUOTE') : isCollection(node) && node.flow === true
      if (delimited && start < offset && end >= offset - 1) opened = start
    },
  })
  return opened
}

/** Where the next line starts, when the line of the offset holds no further `key: value` that could be meant. */
function indentedBelow(text: string, offset: number): number | undefined {
  const found = /^([^\n]*)\n\s*(?=\S)/.exec(text.slice(offset))
  return found === null || /:(?:\s|$)/.test(found[1] ?? '') ? undefined : offset + found[0].length
}

function firstSentence(message: string): string {
  const line = message.split('\n', 1)[0] ?? ''
  return `${line.charAt(0).toLowerCase()}${line.slice(1)}`.replace(/\.$/, '')
}

function columnOf(text: string, offset: number): number {
  return offset === 0 ? 0 : offset - text.lastIndexOf('\n', offset - 1) - 1
}

function lineAround(text: string, offset: number): string {
  const start = offset - columnOf(text, offset)
  const end = text.indexOf('\n', offset)
  return text.slice(start, end === -1 ? text.length : end)
}
