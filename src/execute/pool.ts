/** Runs `act` over items, at most `width` at a time, started in order. One that throws makes the whole reject after those in flight ended. */
export async function eachBounded<T>(items: readonly T[], width: number, act: (item: T) => Promise<void>): Promise<void> {
  let next = 0
  const errors: unknown[] = []
  const worker = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined && errors.length === 0; item = items[next++]) {
      try {
        await act(item)
      } catch (error) {
        errors.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, Math.min(width, items.length)) }, worker))
  if (errors.length > 0) throw errors[0]
}

/** Serialises acts on something shared: each starts when the one before has ended, well or badly. */
export function turnstile(): <T>(act: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (act) => {
    const mine = last.then(act, act)
    last = mine
    return mine
  }
}
