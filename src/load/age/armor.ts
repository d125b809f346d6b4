/** The text form of age files: strict PEM with lines of 64 characters (C2SP age.md, "ASCII armor"). */

export const armorMark = '-----BEGIN AGE ENCRYPTED FILE-----'
const armorEnd = '-----END AGE ENCRYPTED FILE-----'
/** First line of a file that is not armored. */
export const plainMark = 'age-encryption.org/v1\n'

export function armored(bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `${[armorMark, ...lines, armorEnd].join('\n')}\n`
}

/** Undefined: not exactly that form. */
export function unarmored(text: string): Uint8Array | undefined {
  const lines = text.trim().split(/\r?\n/)
  if (lines[0] !== armorMark || lines.at(-1) !== armorEnd) return undefined
  const body = lines.slice(1, -1)
  if (body.some((line, index) => (index < body.length - 1 ? line.length !== 64 : line.length < 1 || line.length > 64))) return undefined
  const text64 = body.join('')
  const bytes = Buffer.from(text64, 'base64')
  return bytes.toString('base64') === text64 ? bytes : undefined
}
