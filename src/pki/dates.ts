export const msPerDay = 86_400_000
export const msPerMinute = 60_000

/** `2026-12-01`, in UTC. */
export function formatDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

/** Whole days until `at`; negative when it has passed. */
export function daysUntil(at: number, now: number): number {
  return Math.floor((at - now) / msPerDay)
}
