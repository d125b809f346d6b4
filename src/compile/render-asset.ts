import type { Position, Problem } from '../model/problem.ts'
import type { Text, Unknown } from '../model/value.ts'
import { renderText } from './render.ts'
import type { Scope } from './scope.ts'

/**
 * A `.hbs` file with the variables of the task that installs it. Its last newline is kept, as everything outside braces.
 * An Unknown it reads makes the whole text Unknown.
 */
export function renderAsset(
  text: string,
  file: string,
  scope: Scope,
): { readonly text: Text | Unknown; readonly problems: readonly Problem[] } {
  const { value, problems } = renderText(text, assetPlace(file), scope)
  return { text: value, problems }
}

const places = new Map<string, Position>()

/** One Position per file, because templates are remembered per place. */
function assetPlace(file: string): Position {
  const known = places.get(file)
  if (known !== undefined) return known
  const place = { file, line: 1, column: 1 }
  places.set(file, place)
  return place
}
