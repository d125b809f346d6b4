/** Number of edits (insert, delete, replace, swap of neighbours) that lead from one word to the other. */
export function editDistance(from: string, to: string): number {
  let older: number[] = []
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      let best = Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (previous[column - 1] ?? 0) + (same ? 0 : 1))
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        best = Math.min(best, (older[column - 2] ?? 0) + 1)
      }
      current.push(best)
    }
    older = previous
    previous = current
  }
  return previous[to.length] ?? 0
}

const longestWord = 64

/** The known word that was most likely meant, or undefined when none is near: about one edit in three letters. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > longestWord) return undefined
  const folded = fold(word)
  let best: { readonly word: string; readonly distance: number } | undefined
  for (const candidate of known) {
    if (candidate.length > longestWord) continue
    const distance = editDistance(folded, fold(candidate))
    if (
      distance <= Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3)) &&
      distance < (best?.distance ?? Number.POSITIVE_INFINITY)
    ) {
      // two short words are always one or two edits apart: `on` is not a misspelt `to`
      if (Math.min(word.length, candidate.length) > distance) best = { word: candidate, distance }
    }
  }
  return best?.word
}

function fold(word: string): string {
  return word.toLowerCase().replaceAll('-', '_')
}

/** A hint for a word that is not known: the nearest one, else all of them when they are few. */
export function suggestion(word: string, known: readonly string[], what = 'known here'): string | undefined {
  const near = nearest(word, known)
  if (near !== undefined) return `did you mean "${near}"?`
  return known.length > 0 && known.length <= 24 ? `${what}: ${known.join(', ')}` : undefined
}
