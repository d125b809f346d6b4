import { quote } from '../lib/sh.ts'
import { closeSection, openSection, parseSections, type Section } from '../lib/sections.ts'
import { transactionScript } from '../lib/transaction-script.ts'
import { type Problem, TlsplayError } from '../model/problem.ts'
import type { ConnectionTarget, Transport } from '../ports/channel.ts'
import type { RunIdentity } from '../ports/host-session.ts'
import type { Random } from '../ports/ports.ts'
import { HostLock } from './host-lock.ts'
import { rollbackIncomplete } from './rolled-back.ts'

const idleSeconds = 300
const answer = 1

/** One line of a host's log, and whether it can still be taken back. */
export interface PastTransaction {
  readonly outcome: string
  readonly run: string
  readonly text: string
  readonly kept: boolean
}

/** What tlsplay keeps on one host of runs that are over. Every call throws TlsplayError of the channel, LOCKED, STATE_UNUSABLE. */
export interface HostHistory {
  list(): Promise<readonly PastTransaction[]>
  /** Takes back what a run committed. Throws TlsplayError HISTORY_UNKNOWN, DRIFT, ROLLBACK_INCOMPLETE. */
  rollback(run: string): Promise<void>
  /** Removes all of it. Throws TlsplayError ROLLED_BACK when something is not taken back yet. */
  clean(): Promise<void>
  close(): Promise<void>
}

export async function hostHistory(target: ConnectionTarget, transport: Transport, run: RunIdentity, random: Random): Promise<HostHistory> {
  const channel = await transport.open(target)
  const lock = new HostLock(target, run)

  async function exchange(program: string, guarded: boolean): Promise<Section> {
    const nonce = Buffer.from(random.bytes(16)).toString('hex')
    const own = [openSection(nonce, answer), `${program}; tls_go=$?`, closeSection(nonce, answer, '$tls_go')].join('\n')
    const whole = guarded ? lock.guard(`${transactionScript}\n${own}`, nonce) : `${lock.look(nonce)}\n${own}`
    const sections = parseSections((await channel.exchange(whole, { idleSeconds })).output, nonce)
    lock.check(sections)
    const section = sections.find(({ index }) => index === answer)
    if (section !== undefined) return section
    throw new TlsplayError([{ code: 'PROTOCOL', host: target.name, message: 'no answer came back', hint: 'run again with -vvv' }])
  }

  const refuse = (problem: Omit<Problem, 'host'>): TlsplayError => new TlsplayError([{ ...problem, host: target.name }])

  return {
    async list() {
      const { stdout } = await exchange('{ cat "$tls_state/log"; echo; ls -A "$tls_state/history"; } 2>/dev/null', false)
      const [log = '', kept = ''] = text(stdout).split('\n\n')
      return log.split('\n').flatMap((line) => pastOf(line, kept) ?? [])
    },
    async rollback(id) {
      const { rc, stdout } = await exchange(`tls_later ${quote(id)}`, true)
      const lines = text(stdout)
        .split('\n')
        .filter((line) => line !== '')
      if (rc === 4)
        throw refuse({
          code: 'HISTORY_UNKNOWN',
          message: `${target.name} keeps nothing of a run ${id}`,
          hint: 'tlsplay history names the runs that can be taken back',
        })
      if (rc === 5)
        throw refuse({
          code: 'DRIFT',
          message: `not what run ${id} left on ${target.name}: ${lines.map(pathOf).join(', ')}`,
          hint: 'nothing was changed; take back what came after it first, or put the files right by hand',
        })
      if (rc !== 0) throw new TlsplayError([rollbackIncomplete(target.name, lines)])
    },
    async clean() {
      const { rc } = await exchange('{ [ ! -e "$tls_state/open" ] && [ ! -e "$tls_state/undoing" ] && rm -rf -- "$tls_state"; }', true)
      if (rc !== 0)
        throw refuse({
          code: 'ROLLED_BACK',
          message: `changes of a run that is gone are not taken back yet on ${target.name}, and what is needed for that lies there`,
          hint: 'run a playbook on it, which does that first',
        })
    },
    close: () => channel.close(),
  }
}

function pastOf(line: string, kept: string): PastTransaction | undefined {
  const [, outcome = '', when = '', why = '', run = '', since = '', who = '', from = ''] =
    /^(committed|undone|incomplete) (\S+) (?:([a-z]+) )?([0-9a-f]{8}) (\S+) (\S+) (\S+)$/.exec(line) ?? []
  if (outcome === '') return undefined
  const reason = why === '' ? '' : ` (${why})`
  return {
    outcome,
    run,
    text: `${when}  ${run}  ${outcome}${reason}, begun ${since} by ${who} on ${from}`,
    kept: outcome === 'committed' && kept.includes(`.${run}.`),
  }
}

/** The path in a line of `tls_after`. */
function pathOf(line: string): string {
  return /^[0-9a-f]{64} [ *](.*)$/.exec(line)?.[1] ?? line.split('\t').slice(2).join('\t')
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8')
}
