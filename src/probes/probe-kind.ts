import type { Answer, Fact, ProbeKindName, Target } from '../model/fact.ts'

/**
 * One question as text for sh and back. All targets of a kind that a host is asked for in one exchange come together,
 * so that a hundred files cost one `stat`, not a hundred.
 */
export interface ProbeKind<K extends ProbeKindName> {
  readonly kind: K
  /** external programs the script needs; a missing one is reported before anything runs */
  readonly tools: readonly string[]
  /**
   * sh text that prints the answers on stdout. Runs with empty stdin under LC_ALL=C and the host prelude (lib/prelude.ts), in
   * one subshell with the other kinds: it never exits, exports nothing, and trusts no variable or function that it did not set
   * itself. It changes nothing, and never relies on anything but POSIX sh and `tools`. Every value is quoted.
   * `nonce`: a word of this exchange alone, which nothing on the host can know before.
   */
  script(targets: readonly Target<K>[], nonce: string): string
  /** Same order as `targets`. Bytes come from the host: they are data, and may be anything. */
  parse(stdout: Uint8Array, targets: readonly Target<K>[], nonce: string): readonly Answer<Fact<K>>[]
}

export function defineProbe<K extends ProbeKindName>(probe: ProbeKind<K>): ProbeKind<K> {
  return probe
}
