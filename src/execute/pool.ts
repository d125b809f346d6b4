/**
 * Runs `act` over items, at most `width` at a time, started in order. One that throws makes the whole reject after those in
 * flight ended. Between two starts the event loop turns once: what the first has sent for is on its way while the next thinks.
 */
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
  const workers: Promise<void>[] = []
  for (let index = 0; index < Math.max(1, Math.min(width, items.length)); index++) {
    if (index > 0) await new Promise((resolve) => setImmediate(resolve))
    workers.push(worker())
  }
  await Promise.all(workers)
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
