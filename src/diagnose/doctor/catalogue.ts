import type { CatalogueRow } from './row.ts'
import { callRows, lastCallRows } from './rows-calls.ts'
import { certificateRows, lookRows, trustRows } from './rows-certificates.ts'
import { handshakeRows, harmlessRows, refusalRows } from './rows-handshakes.ts'
import { startRows } from './rows-start.ts'

/** All rows, the cause before what follows from it: of what is found, the earliest row is told first. */
export const catalogue: readonly CatalogueRow[] = [
  ...startRows,
  ...callRows,
  ...handshakeRows,
  ...certificateRows,
  ...refusalRows,
  ...lastCallRows,
  ...trustRows,
  ...harmlessRows,
  ...lookRows,
]

export function rowOf(id: string): CatalogueRow {
  const found = catalogue.find((row) => row.id === id)
  if (found === undefined) throw new Error(`the catalogue has no row ${id}`)
  return found
}

export function rankOf(id: string): number {
  return catalogue.findIndex((row) => row.id === id)
}
