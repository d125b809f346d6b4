import { parentOf } from '../lib/paths.ts'
import { quote } from '../lib/sh.ts'
import { closeSection, openSection, type Section } from '../lib/sections.ts'
import { transactionScript, watchScript } from '../lib/transaction-script.ts'
import { type Problem, TlsplayError } from '../model/problem.ts'
import type { RunIdentity, Undone } from '../ports/host-session.ts'
import type { Undo } from './journal.ts'

/** Section that tells whether the transaction stands. */
export const transactionSection = 999_996

/** Committed transactions whose old versions stay on the host; private keys are among them, so there are few. */
const historyKept = 2

/** What beginning a program within a transaction ends with. */
const ends = { open: 0, unguarded: 1, unwritable: 2, shared: 3, gone: 6, unfinished: 7 } as const

const none: Undo = { files: [], units: [], staged: [], kept: [], paths: [] }

/** What a run changes on a host between its first change and its commit, as one thing that is there or is not. */
export class HostTransaction {
  readonly #host: string
  readonly #run: RunIdentity
  readonly #of: string
  #sent = false
  #state: 'closed' | 'opening' | 'open' | 'shared' = 'closed'
  /** its guard was seen */
  #guarded = false
  #programs = 0
  #beats = 0
  #committed = 0
  #kept: string[] = []
  #folders = new Set<string>()
  #told = false
  /** something of it was changed, not only staged */
  #touched = false

  /** `of` names the shell: old versions lie under its name. */
  constructor(host: string, run: RunIdentity, of: string) {
    this.#host = host
    this.#run = run
    this.#of = of
  }

  get isOpen(): boolean {
    return this.#state === 'open'
  }

  /** Whether programs write down what they change. */
  get isJournaled(): boolean {
    return this.#state !== 'shared'
  }

  /** sh text by which the host hears that we are there; for programs that only ask, too. */
  get beat(): string {
    this.#beats += 1
    const clock = '{ read -r tls_u tls_d </proc/uptime; } 2>/dev/null'
    return `[ ! -d "$tls_state/open" ] || { tls_u=; ${clock}; echo "${this.#beats} $tls_u" >"$tls_state/open/beat"; }`
  }

  /**
   * The program within the transaction, which it opens if need be. `undo`: it acts, and this takes it back; `served`: and then
   * these calls look whether what was served before is served again.
   */
  within(program: string, nonce: string, undo?: Undo, served: readonly string[] = []): string {
    const functions = this.#sent ? [] : [`tls_of=${this.#of}`, transactionScript]
    this.#sent = true
    const opens = this.#state === 'closed'
    if (opens) this.#state = 'opening'
    const { files, units, staged, kept, paths } = undo ?? none
    this.#kept.push(...kept)
    for (const path of paths) this.#folders.add(parentOf(path))
    const seconds = this.#run.watchdogSeconds
    const guard =
      undo !== undefined && !this.#guarded && seconds > 0
        ? [`[ $tls_go != 0 ] || tls_guarded || { tls_go=${ends.unguarded}; rm -rf -- "$tls_state/open"; }`]
        : []
    return [
      ...functions,
      openSection(nonce, transactionSection),
      opens ? `tls_open ${quote(watchScript)} ${seconds}; tls_go=$?` : `tls_go=0; [ -d "$tls_state/open" ] || tls_go=${ends.gone}`,
      `[ $tls_go != 0 ] || { ${this.beat}; }`,
      ...guard,
      ...this.#journal(files, 'files'),
      ...this.#journal(units, 'units'),
      ...(undo === undefined || this.#told || served.length === 0
        ? []
        : [`[ $tls_go != 0 ] || printf '%s\\n' ${served.map(quote).join(' ')} >"$tls_state/open/served"`]),
      // Only to take it back later: a path with a line break could not be told apart there.
      ...(paths.length === 0 ? [] : [`[ $tls_go != 0 ] || printf '%s\\n' ${paths.map(quote).join(' ')} >>"$tls_state/open/paths"`]),
      ...(files.length === 0
        ? []
        : [
            `[ $tls_go != 0 ] || tls_settle ${[this.#file('files'), '"$tls_state/open"', ...staged].join(' ')} || tls_go=${ends.unwritable}`,
          ]),
      closeSection(nonce, transactionSection, '$tls_go'),
      `if [ $tls_go = 0 ] || [ $tls_go = ${ends.shared} ]; then`,
      program,
      'fi',
    ].join('\n')
  }

  /** Throws TlsplayError NO_WATCHDOG, STATE_UNUSABLE, ROLLED_BACK, UNFINISHED when the program did not run. */
  check(sections: readonly Section[], acted: boolean): void {
    const rc = sections.find(({ index }) => index === transactionSection)?.rc
    if (rc === undefined) return
    if (rc === ends.open) {
      this.#state = 'open'
      this.#guarded ||= acted
      this.#told ||= acted
      return
    }
    // Without a journal nothing more is done, but what was done before is still there to be taken back.
    const stays = rc === ends.unwritable && this.#state === 'open'
    this.#state = rc === ends.shared ? 'shared' : stays ? 'open' : 'closed'
    if (rc === ends.shared) return
    throw new TlsplayError([{ ...this.#why(rc), host: this.#host }])
  }

  /** The program that makes it count. `now`: when, for the log on the host. */
  commit(nonce: string, now: string): string {
    this.#committed += 1
    const name = quote(`${this.#run.since}.${this.#run.id}.${this.#committed}`)
    return [
      `tls_until=${quote(now)} tls_keeps=${historyKept}`,
      ...(this.#folders.size === 0 ? [] : [`tls_settle ${[...this.#folders].map(quote).join(' ')} 2>/dev/null`]),
      openSection(nonce, transactionSection),
      `tls_commit ${[name, ...this.#kept.map(quote)].join(' ')} 2>&1; tls_go=$?`,
      closeSection(nonce, transactionSection, '$tls_go'),
    ].join('\n')
  }

  /** The program that takes it back, or that of a run which is gone. */
  rollback(nonce: string, why: string): string {
    const functions = this.#sent ? [] : [transactionScript]
    return [
      ...functions,
      openSection(nonce, transactionSection),
      `tls_undone ${quote(why)} 2>/dev/null; tls_go=$?`,
      closeSection(nonce, transactionSection, '$tls_go'),
    ].join('\n')
  }

  /** Steps that it takes back were reached. */
  touch(): void {
    this.#touched = true
  }

  undone(sections: readonly Section[]): Undone {
    const any = this.#touched
    this.#close()
    const section = sections.find(({ index }) => index === transactionSection)
    if (section === undefined) return { any, left: ['no answer came back'], served: { again: [], other: [] } }
    const lines = Buffer.from(section.stdout)
      .toString('utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
    if (section.rc !== 0) return { any, left: lines, served: { again: [], other: [] } }
    const told = (word: string) => lines.flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []))
    return { any, left: [], served: { again: told('again'), other: told('other') } }
  }

  ended(sections: readonly Section[]): void {
    this.#close()
    const rc = sections.find(({ index }) => index === transactionSection)?.rc
    if (rc !== undefined && rc !== 0) throw new TlsplayError([{ ...this.#why(rc), host: this.#host }])
  }

  #close(): void {
    this.#state = 'closed'
    this.#guarded = false
    this.#told = false
    this.#programs = 0
    this.#kept = []
    this.#folders.clear()
    this.#touched = false
  }

  /** Written before the program acts; a journal that cannot be written stops it. */
  #journal(lines: readonly string[], name: 'files' | 'units'): readonly string[] {
    if (lines.length === 0) return []
    if (name === 'files') this.#programs += 1
    return [`[ $tls_go != 0 ] || printf '%s\\n' ${lines.map(quote).join(' ')} >${this.#file(name)} || tls_go=${ends.unwritable}`]
  }

  #file(name: 'files' | 'units'): string {
    return `"$tls_state/open/${name}.${String(this.#programs).padStart(6, '0')}"`
  }

  #why(rc: number): Pick<Problem, 'code' | 'message' | 'hint'> {
    switch (rc) {
      case ends.unguarded:
        return {
          code: 'NO_WATCHDOG',
          message: `nothing on ${this.#host} can undo a change if we are lost: neither systemd-run nor setsid starts a process there that outlives us`,
          hint: 'nothing was changed; install util-linux, or do without it\n--watchdog 0',
        }
      case ends.gone:
        return {
          code: 'ROLLED_BACK',
          message: `${this.#host} did not hear of this run for ${this.#run.watchdogSeconds} s and took back what it had changed`,
          hint: 'run again; --watchdog gives it more time',
        }
      case ends.unfinished:
        return {
          code: 'ROLLED_BACK',
          message: `a run that is gone has left changes on ${this.#host} that are not taken back yet`,
          hint: 'nothing was changed; run again: that is done first',
        }
      default:
        return {
          code: 'STATE_UNUSABLE',
          message: `the journal of ${this.#host} cannot be written`,
          hint: 'make room on the filesystem of the state folder; nothing is changed without a journal',
        }
    }
  }
}
