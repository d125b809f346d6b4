import type { Plan } from '../../model/plan.ts'

/**
 * A plan as it lies in a file between `plan -o` and `apply`. It holds what was reviewed and digests of what that was made
 * from, no content: every digest is keyed, so nobody can find out by trying what a short file or fact was.
 */
export interface SavedPlan {
  readonly kind: 'tlsplay saved plan'
  readonly formatVersion: 1
  /** version of tlsplay that made it */
  readonly tlsplay: string
  /** random, for this plan alone: it is applied once */
  readonly id: string
  readonly request: SavedRequest
  /** `file /path`, `environment NAME`, `authority NAME`, `extra variables` -> digest; everything of this machine that was read */
  readonly inputs: Readonly<Record<string, string>>
  /** host -> what was observed of it */
  readonly facts: Readonly<Record<string, readonly SavedFact[]>>
  readonly plan: Plan
}

/** What to call again, passwords and extra variables aside: those are given anew. */
export interface SavedRequest {
  readonly cwd: string
  readonly playbook: string
  /** options of the command line by name, those that say where to look and whom to reach */
  readonly options: Readonly<Record<string, string | number | boolean | readonly string[]>>
}

export interface SavedFact {
  /** the question in words: `file /etc/prometheus/web.yml` */
  readonly what: string
  /** digest of the whole question */
  readonly question: string
  /** name of each part of the answer that decides anything -> digest */
  readonly answer: Readonly<Record<string, string>>
}
