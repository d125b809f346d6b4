/** Closes an exhaustive switch: a new variant breaks the build here. */
export function unreachable(value: never): never {
  throw new Error(`unexpected variant: ${JSON.stringify(value)}`)
}
