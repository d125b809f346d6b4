/**
 * One program, many answers: each answer of a program stands between marks that carry a nonce of its own exchange.
 * What a host prints between them is data of any kind; only the nonce, which nothing on the host can know before
 * the exchange, makes a line a mark.
 */
const recordSeparator = '\x1e'

export interface Section {
  readonly index: number
  readonly rc: number
  readonly stdout: Uint8Array
  readonly stderr: Uint8Array
}

/** sh text that opens section `index`. Printing is a builtin: a section costs no process. */
export function openSection(nonce: string, index: number): string {
  return `printf '\\n\\036%s B %s\\n' ${nonce} ${index}`
}

/** sh text that ends the stdout part of a section; what follows up to `closeSection` is its stderr. */
export function splitSection(nonce: string, index: number): string {
  return `printf '\\n\\036%s X %s\\n' ${nonce} ${index}`
}

/** sh text that closes section `index`; `status` is a sh word with the exit status. */
export function closeSection(nonce: string, index: number, status: string): string {
  return `printf '\\n\\036%s E %s %s\\n' ${nonce} ${index} ${status}`
}

/** Sections in the order they were printed. One that was opened but never closed is left out. */
export function parseSections(output: Uint8Array, nonce: string): readonly Section[] {
  const bytes = Buffer.from(output.buffer, output.byteOffset, output.byteLength)
  const mark = Buffer.from(`\n${recordSeparator}${nonce} `)
  const sections: Section[] = []
  let open: { index: number; start: number; split: { end: number; start: number } | undefined } | undefined
  for (let at = bytes.indexOf(mark); at !== -1; at = bytes.indexOf(mark, at + 1)) {
    const lineEnd = bytes.indexOf(10, at + mark.length)
    if (lineEnd === -1) break
    const [letter, index, rc] = bytes.toString('latin1', at + mark.length, lineEnd).split(' ')
    if (letter === 'B') open = { index: Number(index), start: lineEnd + 1, split: undefined }
    else if (open === undefined || Number(index) !== open.index) continue
    else if (letter === 'X') open.split = { end: at, start: lineEnd + 1 }
    else if (letter === 'E') {
      const stdoutEnd = open.split?.end ?? at
      sections.push({
        index: open.index,
        rc: Number(rc),
        stdout: bytes.subarray(Math.min(open.start, stdoutEnd), stdoutEnd),
        stderr: open.split === undefined ? new Uint8Array() : bytes.subarray(Math.min(open.split.start, at), at),
      })
      open = undefined
    }
    // The newline that begins the next mark may be the one that ends this line.
    at = lineEnd - 1
  }
  return sections
}
