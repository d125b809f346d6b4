/** `Wed 2026-11-25 17:58:00.123456 UTC` as seconds since 1970; undefined for anything else, as `n/a` or a time in another zone. */
export function systemdTime(text: string): number | undefined {
  const found = /^[A-Z][a-z]{2} (\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{6}) UTC$/.exec(text)
  if (found === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, micro = 0] = found.slice(1).map(Number)
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 + micro / 1e6
}

/** The argument vector in `{ path=/usr/bin/x ; argv[]=/usr/bin/x --flag $ARGS ; ignore_errors=no ; ... }`, words joined by spaces. */
export function execLine(text: string): string {
  const start = text.indexOf('argv[]=')
  const end = text.lastIndexOf(' ; ignore_errors=')
  return start < 0 || end < start ? '' : text.slice(start + 'argv[]='.length, end)
}

/** A switch of systemd; some that once were yes or no have more words now (PrivateTmp=disconnected, PrivateUsers=self). */
export function yes(text: string): boolean {
  return text !== '' && text !== 'no' && text !== 'false' && text !== 'off'
}

/** Words of a list; one with a space stands in double quotes, as in DropInPaths. */
export function listWords(text: string): readonly string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain = '']) => quoted?.replaceAll(/\\(.)/g, '$1') ?? plain)
}
