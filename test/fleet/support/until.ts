/** Waits for a condition, asking again and again; rejects with what was waited for once the deadline has passed. */
export async function until<T>(what: () => string, ask: () => Promise<T | undefined>, deadlineMs = 60_000): Promise<T> {
  const deadline = Date.now() + deadlineMs
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (Date.now() > deadline) throw new Error(`not within ${deadlineMs / 1000} s: ${what()}`)
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}
