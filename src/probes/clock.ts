/** `1795446699 2026-11-23 15:11:39.509255091 +0000`, or whole seconds alone, as seconds since 1970. */
export function clockTime(text: string | undefined): number | undefined {
  const found = /^(\d{1,12})(?: \d+-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,9})?.*)?$/.exec(text ?? '')
  return found === null ? undefined : Number(`${found[1]}${found[2] ?? ''}`)
}

/**
 * Seconds since 1970 at which a host started, out of what `stat -c '%Y %y' /proc/self/` and /proc/uptime print: start times
 * of processes and the monotonic times of systemd count from there.
 */
export function bootTime(now: string | undefined, uptime: string | undefined): number | undefined {
  const clock = clockTime(now)
  const up = /^(\d{1,12}(?:\.\d{1,9})?) /.exec(uptime ?? '')
  return clock === undefined || up === null ? undefined : clock - Number(up[1])
}
