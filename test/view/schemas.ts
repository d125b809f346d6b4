import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'

/** A schema of the tree, as the programs of other people use it: faults of a document as `/entries/0/use must be ...`. */
export function faultsBy(name: string): (document: unknown) => readonly string[] {
  const schema = JSON.parse(readFileSync(join(import.meta.dirname, `../../schemas/${name}.json`), 'utf8')) as object
  const validate = new Ajv({ allErrors: true }).compile(schema)
  return (document) =>
    validate(document) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`)
}
