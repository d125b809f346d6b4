/** One argv as one line of POSIX sh. */
export function quote(argv: readonly string[]): string {
  return argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
}
