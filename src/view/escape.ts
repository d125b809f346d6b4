/**
 * Makes one line of any text, so that nothing a host or a playbook says can move the cursor, hide behind a
 * right-to-left mark, break out of its line or be taken for a command by the log reader of a CI system.
 */
export function escapeLine(text: string): string {
  return text.replace(unsafe, escapeCharacter).replace(ciCommand, '#\\#$1[')
}

/** Same, for JSON: only what JSON.stringify leaves as it is, in the escape that JSON knows. */
export function escapeJson(json: string): string {
  return json.replace(unsafe, utf16).replace(ciCommand, '#\\u0023$1[')
}

/** A document of JSON in lines that are indented by so many blanks. */
export function jsonLines(document: unknown, indent = 2): string {
  return `${JSON.stringify(document, undefined, indent).split('\n').map(escapeJson).join('\n')}\n`
}

/** Several lines, each escaped; ends of line are `\n` or `\r\n`, a lone `\r` is a character to show. */
export function escapeLines(text: string): readonly string[] {
  return text.split(/\r?\n/).map(escapeLine)
}

/**
 * Joins the lines of a view. Runners of GitHub Actions trim a line and obey it when it starts with `::`
 * (ActionCommand.TryParseV2 in actions/runner), so indenting is no protection.
 */
export function joinLines(lines: readonly string[]): string {
  return lines.map((line) => `${line.replace(lineCommand, '$1\\::').trimEnd()}\n`).join('')
}

// C0 without tab, DEL, C1; marks that reorder or hide text (bidi, zero width, byte order mark), line and paragraph
// separators, tag characters, halves of surrogate pairs.
const unsafe =
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Surrogate}/gu

// Older commands of GitHub (##[error]), Azure (##vso[...]) and TeamCity (##teamcity[...]) count anywhere in a line.
const ciCommand = /##([a-z]*)\[/g
const lineCommand = /^((?:\s|\u001b\[[0-9;]*m)*)::/

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r' }

function escapeCharacter(char: string): string {
  const code = char.codePointAt(0) ?? 0
  return short[char] ?? (code <= 0xff ? `\\x${hex(code, 2)}` : `\\u{${hex(code, 4)}}`)
}

function utf16(char: string): string {
  return char
    .split('')
    .map((unit) => `\\u${hex(unit.charCodeAt(0), 4)}`)
    .join('')
}

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, '0')
}
