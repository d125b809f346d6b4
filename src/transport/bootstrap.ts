import { prelude } from '../lib/prelude.ts'
import type { BecomeMethod } from '../ports/channel.ts'

/**
 * The sh texts that turn an exec request into a shell that runs one program after another.
 *
 * Everything inside the command line stands in single quotes and holds no single quote, `!`, newline or backslash, so
 * bash, dash, fish, csh, tcsh, zsh and mksh as login shells all hand it to sh unchanged. The program is never piped into
 * sh: dash and BusyBox sh read ahead of a script on stdin and swallow the next frame.
 */
export interface Bootstrap {
  /** two halves of one random word; no text we send shows them joined, so a shell that echoes commands cannot fake a line of ours */
  readonly nonce: readonly [string, string]
  /** folders searched before those of the host */
  readonly searchPath: string
  readonly become:
    | { readonly user: string; readonly method: BecomeMethod; readonly withPassword: boolean; readonly loginUser: string | undefined }
    | undefined
}

export const defaultSearchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** How sh is started: rbash refuses `exec` and words with a slash, but runs plain `sh`. */
export const shellStarts = ['exec /bin/sh', 'sh'] as const
export type ShellStart = (typeof shellStarts)[number]

/** What may stand bare inside the quoted command line. */
export const becomeUserPattern = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}\$?$/
export const searchPathPattern = /^[A-Za-z0-9_./:+-]+$/

export function nonceFrom(hex: string): readonly [string, string] {
  const middle = hex.length / 2
  return [hex.slice(0, middle), hex.slice(middle)]
}

/** Lines that the host prints before the first program. */
export function loginMarks({ nonce }: Bootstrap) {
  const word = nonce.join('')
  return { ready: `${word} READY\n`, trySudo: `${word} SUDO\n`, sudoEnded: `${word} SUDO ENDED `, prompt: `${word} PASSWORD:` } as const
}

/** Stands before ` END <rc>` after each program. */
export function endMark({ nonce }: Bootstrap): string {
  return `\n\x1e${nonce.join('')} END `
}

/** The loop: each line it reads is a command of ours, which in turn reads the program that follows it. */
function loopText({ nonce: [head, tail] }: Bootstrap): string {
  return `exec 2>&1;echo "${head}""${tail} READY";while IFS= read -r tls__l;do eval "$tls__l";done`
}

/**
 * doas reads a password from a terminal only, and there is none; su takes what is sent to it after its prompt, whose words
 * nothing can choose: it counts only behind a mark of ours.
 */
const withoutFlags = {
  doas: (user: string) => `doas -n -u ${user} /bin/sh -c "$0"`,
  su: (user: string) => `su -s /bin/sh -c "$0" ${user}`,
} as const

/** What root owns tells most login users from root without a process; whose own name is wanted otherwise is asked. */
function isAlready(user: string): string {
  return `${user === 'root' ? '[ -O / ]&&' : ''}[ "$(id -un)" = ${user} ]`
}

function becomeText(bootstrap: Bootstrap, become: NonNullable<Bootstrap['become']>): string {
  const [head, tail] = bootstrap.nonce
  const attempt = (command: string): string =>
    `echo "${head}""${tail} SUDO";${command};tls__r=$?;echo "${head}""${tail} SUDO ENDED $tls__r"`
  const sudo = (flags: string): string => attempt(`sudo ${flags} -u ${become.user} -H -- /bin/sh -c "$0"`)
  const first = [
    'exec 2>&1',
    `PATH=${bootstrap.searchPath}\${PATH:+:$PATH}`,
    'LC_ALL=C',
    'export PATH LC_ALL',
    'unset LANGUAGE',
    `if ${isAlready(become.user)};then eval "$0";exit;fi`,
    become.method === 'sudo' ? sudo('-n') : attempt(withoutFlags[become.method](become.user)),
  ]
  // Status 1 is sudo's own refusal; a root shell that ended with another status must never lead to a password prompt.
  if (become.withPassword && become.method === 'sudo') first.push('[ $tls__r = 1 ]||exit 1', sudo(`-S -p "${head}""${tail} PASSWORD:"`))
  return first.join(';')
}

/** The command of the exec request, and what a local sh is started with. */
export function bootstrapArguments(bootstrap: Bootstrap): readonly string[] {
  const loop = loopText(bootstrap)
  const { become } = bootstrap
  return become === undefined || become.user === become.loginUser ? [loop] : [becomeText(bootstrap, become), loop]
}

export function bootstrapLine(bootstrap: Bootstrap, start: ShellStart): string {
  return `${start} -c ${bootstrapArguments(bootstrap)
    .map((word) => `'${word}'`)
    .join(' ')}`
}

/**
 * Makes the shell the same everywhere, whatever the login left in its environment. One line, read by the loop.
 * A fresh sh sets IFS to space, tab, newline itself, which is where the newline comes from without a fork.
 */
function setupLine({ nonce, searchPath }: Bootstrap): string {
  return [
    'set +aefuvx',
    'unset -f compgen unalias umask read command 2>/dev/null',
    // bash takes functions from the environment even as sh; they would shadow the tools that programs call
    'case ${BASH_VERSION-} in ?*) for tls__l in $(compgen -A function); do unset -f "$tls__l"; done;; esac',
    `PATH=${searchPath}\${PATH:+:$PATH}`,
    'LC_ALL=C',
    'export PATH LC_ALL',
    'unset ENV BASH_ENV CDPATH LANGUAGE',
    'unalias -a 2>/dev/null',
    'umask 077',
    'tls__n=${IFS#??}',
    'tls__n=${tls__n%"${tls__n#?}"}',
    `tls__e=${'\x1e'}${nonce.join('')}`,
    'tls__take() { tls__p=; while IFS= read -r tls__l; do if [ "$tls__l" = "#$tls__e" ]; then return 0; fi; tls__p=$tls__p$tls__l$tls__n; done; exit 1; }',
  ].join('; ')
}

/**
 * Reading lines costs dash about a microsecond a byte and copies the text for each line (8 KB: 9 ms, 64 KB: 138 ms
 * measured), one `head -c` costs 2 ms whatever the size. It may read ahead as BusyBox does: nothing follows a program
 * before its answer.
 */
export const readByLinesUpTo = 1536

/** One program as it goes to the wire. It runs only when its end line has arrived: a cut line never runs half a program. */
export function frame(bootstrap: Bootstrap, program: string): Buffer {
  const body = Buffer.from(`${program}\n#\x1e${bootstrap.nonce.join('')}\n`)
  // Where head knows no -c it has read nothing and the lines are still there.
  const take =
    body.length <= readByLinesUpTo
      ? 'tls__take'
      : `tls__p=$(head -c ${body.length} 2>/dev/null); case $tls__p in *"#$tls__e");; *) tls__take;; esac`
  // `command` keeps dash alive when the program has a syntax error.
  return Buffer.concat([Buffer.from(`${take}; command eval "$tls__p" </dev/null; echo "$tls__n$tls__e END $?"\n`), body])
}

/** The first program, with what every later one may rely on: no exchange of its own. */
export function firstFrame(bootstrap: Bootstrap, program: string): Buffer {
  return Buffer.concat([Buffer.from(`${setupLine(bootstrap)}\n`), frame(bootstrap, `${prelude}\n${program}`)])
}
