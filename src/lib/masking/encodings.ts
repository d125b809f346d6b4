import { quote } from '../sh.ts'

/** Shorter values occur by chance: hiding each of their occurrences would hide the rest as well. */
export const shortestMask = 8

/** Longer values are searched for as they are and line by line, not in every encoding: 25 copies of a large file are too much. */
const longestEncoded = 16 * 1024

/**
 * Every form in which a secret may turn up in output, as bytes in latin1 (one character per byte). A form never begins or
 * ends in blanks, so that the end of a line never looks like the beginning of one.
 */
export function encodingsOf(secret: string): ReadonlySet<string> {
  const forms = new Set<string>()
  for (const piece of piecesOf(secret)) {
    const bytes = Buffer.from(piece)
    if (bytes.length < shortestMask) continue
    for (const text of textForms(piece, bytes.length <= longestEncoded)) forms.add(latin1(text.trim()))
    if (bytes.length <= longestEncoded) for (const text of byteForms(bytes)) forms.add(text)
  }
  for (const form of forms) if (form.length < shortestMask) forms.delete(form)
  return forms
}

const frame = /^-----(BEGIN|END) [A-Z0-9 ]+-----$/

/**
 * The whole, and what is left of it where a view escapes or breaks at: lines, control characters, marks of direction, the
 * commands of CI systems. The frame of a PEM text is no secret, and public certificates have such frames too.
 */
function piecesOf(secret: string): ReadonlySet<string> {
  const whole = secret.trim()
  const parts = whole.split(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]+|##|::/u).map((part) => part.trim())
  return new Set([whole, ...parts.filter((part) => !frame.test(part))])
}

function textForms(text: string, all: boolean): readonly string[] {
  if (!all) return [text]
  const inQuotes = quote(text).startsWith("'") ? quote(text).slice(1, -1) : text
  const plain = [
    ...[text, inQuotes, text.replaceAll("'", `'"'"'`), text.replaceAll(/["$`\\]/g, '\\$&'), text.replaceAll(/[^\w./:=@%+,-]/g, '\\$&')],
    text.replaceAll("'", "''"),
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
  ]
  const json = [...new Set(plain)].flatMap((form) => {
    const inJson = JSON.stringify(form).slice(1, -1)
    return [inJson, JSON.stringify(inJson).slice(1, -1), inJson.replaceAll('/', '\\/'), ascii(inJson)]
  })
  return [...plain, ...json, ...urlForms(text)]
}

function urlForms(text: string): readonly string[] {
  const whole = text.replaceAll(/\p{Surrogate}/gu, '\ufffd')
  const component = encodeURIComponent(whole)
  const strict = component.replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
  const form = new URLSearchParams([['', whole]]).toString().slice(1)
  return [component, strict, form, encodeURI(whole)].flatMap((one) => [one, one.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())])
}

/** Characters beyond ASCII as JSON writers of other languages put them. */
function ascii(json: string): string {
  return json.replaceAll(/[^\0-\x7f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function byteForms(bytes: Buffer): readonly string[] {
  const hex = bytes.toString('hex')
  const whole = bytes.toString('base64')
  const base64 = [whole, whole.replace(/=+$/, ''), ...[0, 1, 2].map((offset) => core(bytes, offset))]
  return [
    ...[hex, hex.toUpperCase(), hex.replaceAll(/..(?!$)/g, '$&:'), hex.toUpperCase().replaceAll(/..(?!$)/g, '$&:')],
    ...base64.flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_')]),
  ]
}

/** The characters of base64 that the bytes alone decide, when `offset` other bytes stand before them. */
function core(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replace(/=+$/, '')
  const bits = (offset + bytes.length) * 8
  return text.slice(Math.ceil((offset * 8) / 6), Math.floor(bits / 6))
}

function latin1(text: string): string {
  return Buffer.from(text).toString('latin1')
}
