import type { Answer, ProcessesFact, ProcessFact } from '../model/fact.ts'
import { absent } from '../model/fact.ts'
import { quoteAll } from '../lib/sh.ts'
import { bootTime } from './clock.ts'
import { binary, fromBase64, unreadable, utf8, wholeNumber } from './bytes.ts'
import { defineProbe } from './probe-kind.ts'

/** Linux counts process times for user space in hundredths of a second on every architecture (USER_HZ). */
const ticksPerSecond = 100
const interpreter = /^(?:.*\/)?(?:sh|ash|dash|bash|node|perl|ruby|python[0-9.]*)$/

/**
 * Processes that run a program, whichever name they were started by: its binary, or argv[0], or the script an interpreter
 * was given. One `ls` reads every /proc/PID/exe, and the shell itself reads the command lines (it drops the NULs between
 * words) to find candidates; only these cost programs of their own, and `parse` judges them word by word.
 *
 * Now, with a fraction: /proc/self/ gets its inode, and with it its times, the moment `stat` looks at it. BusyBox's date
 * has no fraction, and a whole second is too coarse to tell whether a process is older than a file it loads.
 */
export const process = defineProbe<'process'>({
  kind: 'process',
  tools: ['ls', 'stat', 'base64', 'readlink'],
  script: (targets) => String.raw`tls_nl='
'
tls_candidates() {
  ls -l /proc/[0-9]*/exe 2>/dev/null | while IFS= read -r tls_l; do
    tls_p=${'$'}{tls_l#*/proc/}
    tls_l=${'$'}{tls_l#* -> }
    for tls_e do
      case $tls_l in "$tls_e"|"$tls_e (deleted)") printf '%s ' "${'$'}{tls_p%%/*}"; break;; esac
    done
  done
  for tls_p in /proc/[0-9]*; do
    tls_l=
    IFS= read -r tls_l <"$tls_p/cmdline"
    for tls_e do
      case $tls_l in *"$tls_e"*) printf '%s ' "${'$'}{tls_p#/proc/}"; break;; esac
    done
  done 2>/dev/null
}
tls_owner() {
  while read -r tls_k tls_v tls_x; do
    [ "$tls_k" != Uid: ] || { printf %s "$tls_v"; return; }
  done
}
tls_process() {
  for tls_e do
    tls_r=$(readlink -f -- "$tls_e" 2>/dev/null)
    printf '%s\n' "$tls_r"
    [ -z "$tls_r" ] || [ "$tls_r" = "$tls_e" ] || set -- "$@" "$tls_r"
  done
  printf '%s\n' "$(stat -c '%Y %y' /proc/self/ 2>/dev/null)"
  read -r tls_l </proc/uptime && printf '%s\n' "$tls_l"
  tls_done=' '
  for tls_p in $(tls_candidates "$@"); do
    case $tls_done in *" $tls_p "*) continue;; esac
    tls_done="$tls_done$tls_p "
    tls_l=
    IFS= read -r tls_l <"/proc/$tls_p/stat" || continue
    printf '%s\n%s\n%s\n' "$tls_p $(tls_owner <"/proc/$tls_p/status")" "${'$'}{tls_l##*)}" "$(readlink "/proc/$tls_p/exe")"
    base64 <"/proc/$tls_p/cmdline" | { while IFS= read -r tls_l; do printf %s "$tls_l"; done; echo; }
  done 2>/dev/null
}
tls_process ${quoteAll(targets.map(({ exe }) => exe))}
`,
  parse(stdout, targets) {
    const lines = binary(stdout).split('\n')
    const real = lines.slice(0, targets.length)
    const boot = bootTime(lines[targets.length], lines[targets.length + 1])
    const found: Found[] = []
    for (let at = targets.length + 2; at + 3 < lines.length; at += 4) {
      const one = boot === undefined ? undefined : foundOf(lines.slice(at, at + 4), boot)
      if (one !== undefined) found.push(one)
    }
    return targets.map(({ exe }, index): Answer<ProcessesFact> => {
      if (boot === undefined) return unreadable(`processes of ${exe}`)
      const names = [exe, utf8(real[index] ?? '')].filter((name) => name !== '')
      const processes = found.filter((one) => runs(one, names)).map(({ process }) => process)
      return processes.length === 0 ? absent : { processes }
    })
  },
})

interface Found {
  readonly exe: string
  readonly process: ProcessFact
}

function runs({ exe, process: { argv } }: Found, names: readonly string[]): boolean {
  const [first = '', second = ''] = argv
  return names.some((name) => exe === name || exe === `${name} (deleted)` || first === name || (second === name && interpreter.test(first)))
}

function foundOf([who = '', stat = '', exe = '', words = '']: readonly string[], boot: number): Found | undefined {
  const [pid, uid] = who.split(' ').map(wholeNumber)
  // Field 22 of /proc/PID/stat; what follows the name in parentheses starts with field 3.
  const ticks = wholeNumber(stat.trim().split(' ')[19])
  const bytes = fromBase64(words)
  if (pid === undefined || uid === undefined || ticks === undefined || bytes === undefined) return undefined
  const text = Buffer.from(bytes).toString('utf8')
  const argv = text === '' ? [] : (text.endsWith('\0') ? text.slice(0, -1) : text).split('\0')
  return { exe: utf8(exe), process: { pid, argv, uid, startedAt: Math.round((boot + ticks / ticksPerSecond) * 1000) / 1000 } }
}
