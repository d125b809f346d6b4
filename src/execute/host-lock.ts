import { lockScript } from '../lib/lock-script.ts'
import { quote } from '../lib/sh.ts'
import { closeSection, openSection, type Section } from '../lib/sections.ts'
import { type Problem, TlsplayError } from '../model/problem.ts'
import type { ConnectionTarget } from '../ports/channel.ts'
import type { RunIdentity } from '../ports/host-session.ts'

/** Section that tells whether the run may act. */
export const lockSection = 999_997

/** Section of a look: whether a transaction lies there. */
export const unfinishedSection = 999_995

/** How long a run that takes a host from another waits for the step in which that one is. */
const seizeSeconds = 30

/** What `tls_enter` ends with. */
const ends = { locked: 1, unusable: 2, taken: 3, overtaken: 4, amidst: 5, again: 6 } as const

/** Keeps a host for one run while it acts; everything of it rides in programs that are sent anyway. */
export class HostLock {
  readonly #target: ConnectionTarget
  readonly #run: RunIdentity
  #sent = false

  constructor(target: ConnectionTarget, run: RunIdentity) {
    this.#target = target
    this.#run = run
  }

  /**
   * sh text for a program that asks: remembers which run acted last, for nobody else may act between this and our first act,
   * and tells whether a run that is not over, or never will be, left changes.
   */
  look(nonce: string): string {
    return [
      `tls_state=${this.#folder}; tls_seen=; { read -r tls_seen <"$tls_state/owner"; } 2>/dev/null`,
      `if [ -e "$tls_state/open" ] || [ -e "$tls_state/undoing" ]; then`,
      openSection(nonce, unfinishedSection),
      closeSection(nonce, unfinishedSection, '0'),
      'fi',
    ].join('\n')
  }

  /** The program, run only if the host is ours, and once: its nonce stays with the shell. */
  guard(program: string, nonce: string): string {
    const functions = this.#sent ? [] : [lockScript, ...this.#settings(), 'tls_ops=${tls_ops-}']
    this.#sent = true
    return [
      ...functions,
      openSection(nonce, lockSection),
      `case " $tls_ops " in *" ${nonce} "*) tls_say= tls_go=${ends.again};; *) tls_ops="$tls_ops ${nonce}"; tls_enter; tls_go=$?;; esac`,
      `[ $tls_go = 0 ] || printf '%s\\n' "$tls_say"`,
      closeSection(nonce, lockSection, '$tls_go'),
      'if [ $tls_go = 0 ]; then',
      program,
      'tls_leave',
      'fi',
    ].join('\n')
  }

  /** Throws TlsplayError LOCKED, STATE_UNUSABLE when the program did not run. */
  check(sections: readonly Section[]): void {
    const section = sections.find(({ index }) => index === lockSection)
    if (section === undefined || section.rc === 0) return
    const said = Buffer.from(section.stdout).toString('utf8').trim()
    throw new TlsplayError([{ ...this.#why(section.rc, said), host: this.#target.name }])
  }

  get #user(): string {
    return this.#target.become?.user ?? this.#target.user
  }

  /** A sh word. On the machine of tlsplay itself it is where tlsplay keeps its own state. */
  get #folder(): string {
    const { stateFolder, transport } = this.#target
    if (stateFolder !== undefined) return quote(stateFolder)
    return this.#user === 'root' && transport !== 'local' ? '/var/lib/tlsplay' : '"${XDG_STATE_HOME:-$HOME/.local/state}/tlsplay"'
  }

  #settings(): readonly string[] {
    const { id, since, who, from, force } = this.#run
    return [
      `tls_state=${this.#folder}`,
      `tls_id=${quote(id)} tls_line=${quote(`${id} ${since} ${who} ${from}`)} tls_force=${quote(force ?? '')} tls_left=${seizeSeconds}`,
      this.#user === 'root' ? 'tls_uid=0' : 'tls_uid=$(id -u)',
    ]
  }

  #why(rc: number, said: string): Pick<Problem, 'code' | 'message' | 'hint'> {
    const { name } = this.#target
    const other = runOf(said)
    switch (rc) {
      case ends.locked:
        return {
          code: 'LOCKED',
          message: `${other?.text ?? 'another run, which has just begun,'} has ${name}`,
          hint:
            other === undefined
              ? 'run again when it has ended'
              : `nothing was changed; run again when it has ended, or take the host from it: it then stops before its next step\n--force-unlock ${other.id}`,
        }
      case ends.taken:
        return {
          code: 'LOCKED',
          message: `${name} was taken from this run by ${other?.text ?? 'another one'}`,
          hint: 'what this run did before stays; run again when the other has ended',
        }
      case ends.overtaken:
        return {
          code: 'LOCKED',
          message: `${other?.text ?? 'another run'} acted on ${name} after this one had looked at it`,
          hint: 'nothing was changed; run again, and it is planned anew',
        }
      case ends.again:
        return {
          code: 'PROTOCOL',
          message: `${name} was given a program a second time and did not run it again`,
          hint: 'run again with -vvv',
        }
      case ends.amidst:
        return {
          code: 'LOCKED',
          message: `${name} was taken from ${other?.text ?? 'the other run'}, which is still in the middle of a step after ${seizeSeconds} s`,
          hint: 'nothing was changed; it stops behind that step, run again then',
        }
      default:
        return {
          code: 'STATE_UNUSABLE',
          message: `what tlsplay keeps on ${name} is not safe there: ${said}`,
          hint: 'put that right, or name another folder for it in the inventory\ntlsplay_state_folder: /absolute/path',
        }
    }
  }
}

/** `owner` as `tls_line` writes it. Whoever may write it is the host, so only what looks like our own line is read. */
function runOf(line: string): { readonly id: string; readonly text: string } | undefined {
  const [, id, since, who, from] = /^([0-9a-f]{8}) ([0-9TZ:.-]{10,32}) (\S{1,64}) (\S{1,255})$/.exec(line) ?? []
  return id === undefined ? undefined : { id, text: `run ${id} of ${who} on ${from}, since ${since},` }
}
