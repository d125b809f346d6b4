/** A figure for docs/reliability.md, on a line of its own. */
export function say(line: string): void {
  process.stdout.write(`\nFIGURE ${line}\n`)
}
