import type { Evidence } from '../../model/diagnosis.ts'

/** A row of the catalogue with one piece of evidence, before what belongs together is told together. */
export interface Found {
  readonly row: string
  readonly evidence: Evidence
  /** against what the row says by itself */
  readonly note?: true
}

export function found(row: string, kind: Evidence['kind'], text: string, note?: true): Found {
  return { row, evidence: { kind, text }, ...(note === undefined ? {} : { note }) }
}
