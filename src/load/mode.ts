import type { Problem } from '../model/problem.ts'
import { sourceAt } from '../model/source.ts'
import type { Source } from '../model/source.ts'

/** A number where a file mode belongs: YAML 1.2 reads 0644 as 644, YAML 1.1 as 420, so neither can be trusted. */
export function modeProblem(pointer: string, value: unknown, source: Source): Problem | undefined {
  const key = pointer.slice(pointer.lastIndexOf('/') + 1)
  if (typeof value !== 'number' || !/(?:^|_)mode$/.test(key)) return undefined
  const place = sourceAt(source, pointer)
  const digits = String(value)
  // the number stands in the text itself, as the digits that were meant
  const written = place.kind === 'scalar' && place.value === value && /^[0-7]{3,4}$/.test(digits) && widthOf(place) <= digits.length + 1
  const got =
    written && widthOf(place) > digits.length ? `0${digits}, which YAML 1.2 reads as the number ${digits}` : `the number ${digits}`
  return {
    code: 'MODE_NUMBER',
    message: `${key}: expected octal digits in quotes, got ${got}`,
    at: place.at,
    hint: written ? `write ${key}: '0${digits}'` : `write the mode as octal digits in quotes where it is set, like '0644'`,
  }
}

/** Columns the value takes: `0o644` is wider than the 420 it means. */
function widthOf(place: Source): number {
  return (place.at.endColumn ?? place.at.column) - place.at.column
}
