/** What doctor says of one service of a host, and of one row of the catalogue. */
export interface Diagnosis {
  readonly host: string
  /** unit, or program without one */
  readonly service: string
  readonly product: string
  /** number in the catalogue, or a name for what it does not number */
  readonly row: string
  readonly severity: 'fault' | 'note'
  /** lower case, no final period */
  readonly title: string
  readonly cause: string
  readonly evidence: readonly Evidence[]
  readonly fix: string
  /** role or task type that does it; undefined: none of ours does */
  readonly playbook: string | undefined
  /** what a given playbook would do about files, ports and unit of the service */
  readonly planned: readonly string[]
}

export interface Evidence {
  /** where it was seen */
  readonly kind: 'log' | 'call' | 'file' | 'served' | 'settings' | 'process'
  readonly text: string
}

/** A program with its version, and what is known to be wrong with it. */
export interface Installed {
  readonly host: string
  readonly program: string
  /** as it tells it; '' when it does not */
  readonly version: string
  readonly defects: readonly string[]
}
