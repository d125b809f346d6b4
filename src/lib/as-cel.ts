/** Stretches of quoted text, which are never touched. */
const quoted = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g

/** A name with its parts, a quoted text that was set aside, or a call of one of them. */
const operand = String.raw`[\w.\u0001]+(?:\([^()]*\)|\[[^\]]*\])*`

/** Nobody reads a hint that is longer, and the patterns below take the square of it. */
const longest = 500

/**
 * What a condition of Ansible probably means in CEL, for a hint only. It knows the words that are common in real roles;
 * what it does not know it leaves as it is, so whoever shows it looks first whether it is CEL at all.
 */
export function asCel(condition: string): string {
  if (condition.length > longest) return condition
  // `!a == 1` would negate a alone
  const negated = /^\s*not\s+(?!.*\s(?:and|or)\s)([^(].*[=<>].*)$/s.exec(condition)?.[1]
  if (negated !== undefined) return `!(${asCel(negated)})`
  const texts: string[] = []
  const bare = condition.replaceAll(quoted, (text) => `\u0001${texts.push(text) - 1}\u0001`)
  const textOf = (at: string): string => texts[Number(at)] ?? ''
  const anchored = (at: string): string => textOf(at).replace(/^(["'])\^?/, '$1^')
  return words(bare)
    .replaceAll(/\u0002\u0001(\d+)\u0001/g, (_, at: string) => anchored(at))
    .replaceAll(/\u0001(\d+)\u0001/g, (_, at: string) => textOf(at))
    .replaceAll(/\s+/g, ' ')
    .trim()
}

const rule = (pattern: string): RegExp => new RegExp(pattern, 'g')

function words(text: string): string {
  return filters(text)
    .replaceAll(rule(String.raw`\bnot\s+([\w.]+)\s+is\s+defined\b`), '!defined("$1")')
    .replaceAll(
      rule(String.raw`([\w.]+)\s+is\s+(not\s+)?(defined|undefined)\b`),
      (_, name: string, not: string | undefined, word: string) =>
        (not === undefined) === (word === 'defined') ? `defined("${name}")` : `!defined("${name}")`,
    )
    .replaceAll(rule(`(${operand})\\s+is\\s+(not\\s+)?(\\w+)(?:\\(([^()]*)\\))?`), tested)
    .replaceAll(rule(`(${operand})\\s+not\\s+in\\s+(${operand})`), '!($1 in $2)')
    .replaceAll(rule(`\\bnot\\s+(${operand}\\s+in\\s+${operand})`), '!($1)')
    .replaceAll(/\s+and\s+/g, ' && ')
    .replaceAll(/\s+or\s+/g, ' || ')
    .replaceAll(/\bnot\s+/g, '!')
    .replaceAll(/(^|[^=!<>])=(?!=)/g, '$1==')
    .replaceAll(/\bTrue\b/g, 'true')
    .replaceAll(/\bFalse\b/g, 'false')
    .replaceAll(/\bNone\b/g, 'null')
}

/** A chain of filters from the left: what the first gives is what the next one gets. */
function filters(text: string): string {
  const next = new RegExp(`(${operand})\\s*\\|(?!\\|)\\s*(\\w+)\\b(?:\\s*\\(([^()]*)\\))?`)
  const step = next.exec(text)
  if (step === null) return text
  const [whole, value = '', filter = '', args] = step
  return filters(text.slice(0, step.index) + filtered(value, filter, args) + text.slice(step.index + whole.length))
}

function filtered(value: string, filter: string, args: string | undefined): string {
  switch (filter) {
    case 'bool':
      return value
    case 'length':
    case 'count':
      return `size(${value})`
    case 'regex_search':
      return `${value}.matches(${args ?? ''})`
    default:
      return called(filter === 'd' ? 'default' : filter, value, args)
  }
}

function called(name: string, value: string, args: string | undefined): string {
  return `${name}(${[value, ...(args?.trim() ? [args] : [])].join(', ')})`
}

/** Tests of Jinja for the type of a value, and the types of CEL. */
const types: ReadonlyMap<string, string> = new Map([
  ['string', 'string'],
  ['mapping', 'map'],
  ['sequence', 'list'],
  ['iterable', 'list'],
  ['boolean', 'bool'],
  ['integer', 'int'],
  ['float', 'double'],
])

function tested(whole: string, value: string, not: string | undefined, test: string, args: string | undefined): string {
  const [no, equal] = not === undefined ? ['', '=='] : ['!', '!=']
  const type = types.get(test)
  if (type !== undefined) return `type(${value}) ${equal} ${type}`
  switch (test) {
    case 'none':
      return `${value} ${equal} null`
    case 'changed':
    case 'failed':
    case 'skipped':
      return `${no}${value}.${test}`
    case 'succeeded':
    case 'success':
      return `${not === undefined ? '!' : ''}${value}.failed`
    case 'match':
      return `${no}${value}.matches(\u0002${args ?? ''})`
    case 'version':
    case 'version_compare':
      return `${no}${called('isVersion', value, args)}`
    case 'search':
    case 'regex':
      return `${no}${value}.matches(${args ?? ''})`
    default:
      return whole
  }
}
