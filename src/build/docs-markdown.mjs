/** Texts of Markdown. Pure: the pages of docs/reference/ are built from these and nothing else. */

/** A cell stays one cell and one line, whatever stands in it. */
export function cell(text) {
  return String(text)
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll('|', '\\|')
}

export function table(head, rows) {
  const line = (cells) => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}

export function code(text) {
  return `\`${text}\``
}

export function fenced(language, text) {
  return ['```', language, '\n', text.replace(/\n$/, ''), '\n```'].join('')
}

/** Parts of a page, one blank line between them; what is undefined is left out. */
export function page(source, ...parts) {
  const note = `<!-- made from ${source} by \`npm run generate\`; edits here are lost -->`
  return `${[note, ...parts.flat()].filter((part) => part !== undefined && part !== '').join('\n\n')}\n`
}

/** A summary begins in lower case, as everything that tlsplay prints; a page begins its sentences as people write them. */
export function sentence(text) {
  const capital = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?]$/.test(capital) ? capital : `${capital}.`
}
