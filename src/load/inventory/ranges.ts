import type { Position, Problem } from '../../model/problem.ts'

/** Hosts one inventory may name; a range like h[1:999999999] must not fill the memory. */
const hostLimit = 100_000

export interface HostPattern {
  readonly names: readonly string[]
  readonly port: number | undefined
}

/** `web[01:12].lab:2222` as names and port. Undefined when it was reported. */
export function expandHosts(pattern: string, at: Position, problems: Problem[]): HostPattern | undefined {
  const { text, port } = splitPort(pattern)
  if (port === 'bad' || text.endsWith(':')) {
    problems.push({
      code: 'INVENTORY_SYNTAX',
      message: `"${pattern}" ends in a port that is none`,
      at,
      hint: 'write NAME:PORT with a port from 1 to 65535',
    })
    return undefined
  }
  const names = expandRanges(text)
  if ('wrong' in names) {
    problems.push({
      code: 'INVENTORY_SYNTAX',
      message: `the range in "${pattern}" ${names.wrong}`,
      at,
      hint: 'write [START:END] or [START:END:STEP], both ends are included',
    })
    return undefined
  }
  return { names: names.found, port }
}

/** As Ansible does: a port follows a name without further colons, or anything in brackets. */
function splitPort(pattern: string): { readonly text: string; readonly port: number | undefined | 'bad' } {
  const found = /^\[([^[\]]+(?:\[[^\]]*\][^[\]]*)*)\]:([0-9]+)$/.exec(pattern) ?? /^((?:[^:[\]]|\[[^\]]*\])+):([0-9]+)$/.exec(pattern)
  if (found !== null) {
    const port = Number(found[2])
    return { text: found[1] ?? '', port: port >= 1 && port <= 65_535 ? port : 'bad' }
  }
  const bare = /^\[([0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)\]$/.exec(pattern)
  return { text: bare?.[1] ?? pattern, port: undefined }
}

type Expansion = { readonly found: readonly string[] } | { readonly wrong: string }

function expandRanges(text: string): Expansion {
  const open = text.indexOf('[')
  if (open === -1) return text.includes(']') ? { wrong: 'has no opening bracket' } : { found: [text] }
  const close = text.indexOf(']', open)
  if (close === -1) return { wrong: 'is not closed' }
  const steps = rangeSteps(text.slice(open + 1, close))
  if ('wrong' in steps) return steps
  const tails = expandRanges(text.slice(close + 1))
  if ('wrong' in tails) return tails
  if (steps.found.length * tails.found.length > hostLimit) return { wrong: `gives more than ${hostLimit} hosts` }
  const head = text.slice(0, open)
  return { found: steps.found.flatMap((step) => tails.found.map((tail) => head + step + tail)) }
}

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

function rangeSteps(range: string): Expansion {
  const bounds = range.split(':')
  if (bounds.length !== 2 && bounds.length !== 3) return { wrong: 'is not of the form START:END' }
  const [start = '', end = '', stepText = '1'] = bounds
  if (end === '') return { wrong: 'has no end' }
  if (!/^[0-9]{1,9}$/.test(stepText) || Number(stepText) === 0) return { wrong: 'has a step that is no whole number above 0' }
  const step = Number(stepText)
  if (/^[a-zA-Z]$/.test(start) && /^[a-zA-Z]$/.test(end)) {
    const [first, last] = [letters.indexOf(start), letters.indexOf(end)]
    if (first > last) return { wrong: 'ends before it starts' }
    return { found: [...letters.slice(first, last + 1)].filter((_, index) => index % step === 0) }
  }
  const from = start === '' ? '0' : start
  if (!/^[0-9]{1,9}$/.test(from) || !/^[0-9]{1,9}$/.test(end)) return { wrong: 'must go from number to number or from letter to letter' }
  // a leading zero asks for that many digits, so both ends must have them
  const padded = from.startsWith('0') && from.length > 1
  if (padded && from.length !== end.length) return { wrong: 'has a start and an end of different length' }
  if (Number(from) > Number(end)) return { wrong: 'ends before it starts' }
  const count = Math.floor((Number(end) - Number(from)) / step) + 1
  if (count > hostLimit) return { wrong: `gives more than ${hostLimit} hosts` }
  return { found: Array.from({ length: count }, (_, index) => String(Number(from) + index * step).padStart(padded ? from.length : 0, '0')) }
}
