/** Stretches of quoted text, which are never touched. */
const quoted = /("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/

/**
 * What a condition of Ansible probably means in CEL, for a hint only. It knows the words that are common in real roles;
 * what it does not know it leaves as it is.
 */
export function asCel(condition: string): string {
  // `!a == 1` would negate a alone
  const negated = /^\s*not\s+(?!.*\s(?:and|or)\s)([^(].*[=<>].*)$/s.exec(condition)?.[1]
  if (negated !== undefined) return `!(${asCel(negated)})`
  const pieces = condition.split(quoted).map((piece, index) => (index % 2 === 1 ? piece : words(piece)))
  return pieces.join('').replaceAll(/\s+/g, ' ').trim()
}

function words(text: string): string {
  return text
    .replaceAll(/\bnot\s+([\w.]+)\s+is\s+defined\b/g, '!defined("$1")')
    .replaceAll(/([\w.]+)\s+is\s+not\s+defined\b/g, '!defined("$1")')
    .replaceAll(/([\w.]+)\s+is\s+undefined\b/g, '!defined("$1")')
    .replaceAll(/([\w.]+)\s+is\s+defined\b/g, 'defined("$1")')
    .replaceAll(/([\w.]+)\s+is\s+(?:changed|succeeded|failed|skipped)\b/g, (whole, name: string) =>
      whole.endsWith('succeeded') ? `!${name}.failed` : `${name}.${whole.split(/\s+/).at(-1) ?? ''}`,
    )
    .replaceAll(/([\w.]+)\s*\|\s*(\w+)\b(?!\s*\()/g, (_, name: string, filter: string) =>
      filter === 'bool'
        ? name
        : filter === 'length' || filter === 'count'
          ? `size(${name})`
          : filter === 'int'
            ? `int(${name})`
            : `${filter}(${name})`,
    )
    .replaceAll(/([\w.]+)\s+not\s+in\s+([\w.]+)/g, '!($1 in $2)')
    .replaceAll(/\s+and\s+/g, ' && ')
    .replaceAll(/\s+or\s+/g, ' || ')
    .replaceAll(/\bnot\s+/g, '!')
    .replaceAll(/(^|[^=!<>])=(?!=)/g, '$1==')
    .replaceAll(/\bTrue\b/g, 'true')
    .replaceAll(/\bFalse\b/g, 'false')
    .replaceAll(/\bNone\b/g, 'null')
}
