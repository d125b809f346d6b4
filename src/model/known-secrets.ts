/** A text that must not leave this process, except to the host it is meant for. */
export interface KnownSecret {
  readonly text: string
  /** given by a person (a vault, a prompt, a password), not computed from such a text */
  readonly given: boolean
}

const seen = new Set<string>()
const known: KnownSecret[] = []

/** Everything that any Secret of this process hides, in the order it became known; the last writer searches for it. */
export const knownSecrets: readonly KnownSecret[] = known

export function knowSecret(text: string, given: boolean): void {
  if (seen.has(text)) return
  seen.add(text)
  known.push({ text, given })
}
