import { prelude } from '../lib/prelude.ts'
import { quote, quoteAll, quoteCommand } from '../lib/sh.ts'
import { closeSection, openSection, splitSection } from '../lib/sections.ts'
import { bytesOf, sha256Of } from '../lib/content.ts'
import { unreachable } from '../lib/unreachable.ts'
import { journalBefore } from './journal.ts'
import { likeness, replaces } from './likeness.ts'
import { roomSection } from './room.ts'
import {
  attributes,
  before,
  here,
  install,
  type Made,
  madeVariable,
  makeDirectory,
  makeLinks,
  type Neighbours,
  neighbours,
  swap,
} from './put-in-place.ts'
import type { MakeStep, RunStep, WriteStep } from '../model/step.ts'
import { revealText, Secret, type Text } from '../model/value.ts'
import type { ActGroup, ActStep, Numbered, StageStep } from '../ports/host-session.ts'

/** Section of the digest check of a staging program; steps are numbered from 0. */
export const checkSection = 999_999

/** Per stream of one command. */
const outputLimitBytes = 1024 * 1024

/** The sh variable that holds what a step puts in place, if it puts anything. */
export function stagedAt({ number, step }: Numbered<ActStep>, made: Made): string | undefined {
  if (step.kind === 'write') return stagedVariable(number)
  return step.kind === 'install' ? made.get(step.path) : undefined
}

/** The sh variable that holds where step `number` staged its file (of that name). */
export function stagedVariable(number: number, name = ''): string {
  return `tls_s${number}${name}`
}

/**
 * Stages all bytes and makes all files on the host; nothing visible changes. A staged file lies in the nearest folder
 * above its target that is there already: same filesystem, one rename away. Section number = step number.
 */
export function prepareProgram(steps: readonly Numbered<StageStep>[], made: Made, nonce: string, runId: string, journaled = false): string {
  const staged = steps.flatMap(stagedFiles)
  const removal = `tls_unstage_${steps[0]?.number ?? 0}`
  return [
    ...staged.map(({ variable, path }) => `tls_near ${quote(path)}; ${variable}="\${tls_dir%/}/.tlsplay.${runId}.${variable}"`),
    `${removal}() { ${staged.length === 0 ? ':' : `tls_drop ${staged.map(({ variable }) => `"$${variable}"`).join(' ')}`}; }`,
    `tls_generations="$tls_generations ${removal}"`,
    ...(journaled && staged.length > 0
      ? [`printf '%s\\n' ${staged.map(({ variable }) => `"$${variable}"`).join(' ')} >>"$tls_state/open/staged"`]
      : []),
    ...likeness(steps),
    'tls_short=0',
    ...steps.flatMap(({ number, step }) => [
      step.kind === 'write' ? stageWrite(number, step, nonce) : stageMake(number, step, made, nonce),
      '[ $tls_rc = 0 ] || tls_short=1',
    ]),
    checkStaged(steps, nonce),
    ...(staged.length === 0 ? [] : [tellRoom(staged, nonce)]),
  ].join('\n')
}

/** Removes everything that was staged on this channel and not put in place. */
export const discardProgram = 'tls_unstage 2>/dev/null'

/**
 * Runs everything visible in order and stops at the first failure of a group that must not fail: what comes after
 * has no section. Behind a group whose command ended with another status than 0 it stops too, since its task has to judge
 * that first. `journaled`: within a transaction, what a step replaces is kept first.
 */
export function actProgram(groups: readonly ActGroup[], made: Made, nonce: string, journaled = false): string {
  const written = new Set<string>()
  const lines = ['tls_ok=1']
  for (const group of groups) {
    lines.push('tls_was=$tls_ok', 'tls_wait=0')
    for (const [at, { number, step }] of group.steps.entries()) {
      const judged = step.kind === 'run' && step.mayFail ? ['[ $tls_rc = 0 ] || tls_wait=1'] : ['[ $tls_rc = 0 ] || tls_ok=0']
      lines.push(
        'if [ $tls_ok = 1 ]; then',
        openSection(nonce, number),
        'tls_rc=0',
        act(number, step, neighbours(group.steps, at), made, written, nonce, journaled),
        closeSection(nonce, number, '$tls_rc'),
        ...judged,
        'fi',
      )
      if (step.kind === 'write' || step.kind === 'install') written.add(step.path)
    }
    // Only its own failure is forgiven: what failed before it still keeps the rest from running.
    if (group.mayFail) lines.push('tls_ok=$tls_was')
    else if (group.steps.some(({ step }) => step.kind === 'run' && step.mayFail)) lines.push('[ $tls_wait = 0 ] || tls_ok=0')
  }
  return lines.join('\n')
}

function stagedFiles({ number, step }: Numbered<StageStep>): readonly { readonly variable: string; readonly path: string }[] {
  if (step.kind === 'write') return [{ variable: stagedVariable(number), path: step.path }]
  return Object.entries(step.files).map(([name, path]) => ({ variable: stagedVariable(number, name), path }))
}

/** noclobber opens with O_EXCL: a name that somebody else made first is refused, not followed. */
function stageWrite(number: number, step: WriteStep, nonce: string): string {
  const path = `"$${stagedVariable(number)}"`
  const plain = plainText(step)
  const give = plain === undefined ? `base64 -d ${hereDocument(bytesOf(step.content))}` : `printf %s ${quote(plain)}`
  // What it is like is settled while it is empty: nobody whom its old mode let in sees the new content.
  const put = `{ ${replaces(step) ? `tls_like ${quote(step.path)} && ` : ''}${give}\n} >${path}`
  return [
    openSection(nonce, number),
    `set -C; { ${put}\n} 2>&1; tls_rc=$?; set +C`,
    attributes(path, step),
    closeSection(nonce, number, '$tls_rc'),
  ].join('\n')
}

function stageMake(number: number, step: MakeStep, made: Made, nonce: string): string {
  const names = [
    ...Object.keys(step.files).map((name) => `${name}="$${stagedVariable(number, name)}"`),
    ...Object.entries(step.uses ?? {}).map(([name, path]) => `${name}="$${madeVariable(path, made)}"`),
  ]
  return [
    openSection(nonce, number),
    `( ${names.join('; ')}\n${revealText(step.script)}\n) </dev/null 2>&1; tls_rc=$?`,
    closeSection(nonce, number, '$tls_rc'),
  ].join('\n')
}

/**
 * One process checks every staged write. Exit codes of the writers are not trusted: on a full disk BusyBox base64 -d
 * answers 0 and leaves half a file (measured: reliability facts, F3).
 */
function checkStaged(steps: readonly Numbered<StageStep>[], nonce: string): string {
  const lines = steps.flatMap(({ number, step }) =>
    step.kind === 'write' ? [`${sha256Of(step.content)}  $${stagedVariable(number)}`] : [],
  )
  if (lines.length === 0) return ':'
  return [
    openSection(nonce, checkSection),
    `sha256sum -c - 2>&1 <<${here}\n${lines.join('\n')}\n${here}\ntls_rc=$?; [ $tls_rc = 0 ] || tls_short=1`,
    closeSection(nonce, checkSection, '$tls_rc'),
  ].join('\n')
}

/** Where something could not be staged: the room on the filesystem of every staged file, as room.ts reads it. */
function tellRoom(staged: readonly { readonly variable: string }[], nonce: string): string {
  return [
    'if [ $tls_short = 1 ]; then',
    openSection(nonce, roomSection),
    `for tls_f in ${staged.map(({ variable }) => `"$${variable}"`).join(' ')}; do`,
    `  echo "for $tls_f"; df -Pk -- "\${tls_f%/*}/" 2>/dev/null; df -Pi -- "\${tls_f%/*}/" 2>/dev/null`,
    'done',
    closeSection(nonce, roomSection, '0'),
    'fi',
  ].join('\n')
}

function act(
  number: number,
  step: ActStep,
  { done, along }: Neighbours,
  made: Made,
  written: ReadonlySet<string>,
  nonce: string,
  journaled: boolean,
): string {
  const journal = journaled ? journalBefore(number, step) : undefined
  switch (step.kind) {
    case 'write':
      return swap(`"$${stagedVariable(number)}"`, step.path, written.has(step.path) ? undefined : step.expect, journal)
    case 'install':
      return install(step, { done, along }, made, journal)
    case 'directory':
      return [...before(journal), ...makeDirectory(step)].join('\n')
    case 'link': {
      if (done) return ':'
      const kept = along.flatMap((one) => before(journaled ? journalBefore(one.number, one.step) : undefined))
      return [...before(journal), ...kept, makeLinks(step, along)].join('\n')
    }
    case 'attributes':
      return [...before(journal), attributes(quote(step.path), step)].join('\n')
    case 'remove':
      // Within a transaction it is put aside, and goes with the commit.
      return [...before(journal ?? `rm ${step.recursive ? '-rf' : '-f'} -- ${quote(step.path)}`)].join('\n')
    case 'run':
      return journal === undefined
        ? run(step, number, nonce)
        : [...before(journal), `if [ $tls_rc = 0 ]; then`, run(step, number, nonce), 'fi'].join('\n')
    default:
      return unreachable(step)
  }
}

/**
 * stdout and stderr are kept apart in a private folder. Descriptor 9 holds the lock of the run, and a daemon that kept it open
 * would hold the lock for ever (measured: reliability facts, F7). A script is part of the program text, or the input of a sh of its
 * own, and an input comes from a here-document: neither is ever an argument that others could read in the process list.
 */
function run(step: RunStep, number: number, nonce: string): string {
  const { argv, input, script } = invocation(step)
  const end = `${here}_${nonce}`
  const stdin = script !== undefined ? `<<'${end}'\n${revealText(script)}\n${end}` : input === undefined ? '</dev/null' : '<"$tls_t/i"'
  const bound = step.timeoutSeconds === undefined ? argv : ['timeout', String(step.timeoutSeconds), ...argv]
  const command = step.as === undefined ? quoteCommand(bound) : `tls_as ${quote(step.as)} ${quoteAll(bound)}`
  const lines = [
    'umask 022',
    ...(step.chdir === undefined ? [] : [`cd -- ${quote(step.chdir)} || exit 1`]),
    ...Object.entries(step.env ?? {}).map(([name, value]) => `export ${name}=${quote(value)}`),
    argv.length === 0 && 'script' in step.command ? revealText(step.command.script) : command,
  ]
  return [
    'if tls_tmp 2>&1; then',
    ...(input === undefined ? [] : [`base64 -d >"$tls_t/i" ${hereDocument(Buffer.from(revealText(input), 'utf8'))}`]),
    `(\n${lines.join('\n')}\n) >"$tls_t/o" 2>"$tls_t/e" 9>&- ${stdin}`,
    'tls_rc=$?',
    shown('"$tls_t/o"'),
    splitSection(nonce, number),
    shown('"$tls_t/e"'),
    // Emptied, not removed: that costs no process, and the folder goes with the shell.
    ': >"$tls_t/o" 2>"$tls_t/e"',
    ...(input === undefined ? [] : ['rm -f -- "$tls_t/i"']),
    // Without a folder of our own nothing may run: its output would land in files of somebody else.
    'else tls_rc=1; fi',
  ].join('\n')
}

/** Most commands print nothing to at least one of the two, and then no process is needed to show it. */
function shown(file: string): string {
  return `[ ! -s ${file} ] || head -c ${outputLimitBytes} ${file}`
}

interface Invocation {
  readonly argv: readonly string[]
  /** exact bytes for its stdin */
  readonly input?: Text | undefined
  /** lines for its stdin */
  readonly script?: Text
}

/** What is called and what it reads. A script that nothing bounds needs no sh of its own: it runs where it stands. */
function invocation(step: RunStep): Invocation {
  if ('argv' in step.command) return { argv: step.command.argv, input: step.stdin }
  if (step.as === undefined && step.timeoutSeconds === undefined) return { argv: [], input: step.stdin }
  if (step.stdin !== undefined) throw new Error('a script that runs as another user or with a deadline is itself the input of its sh')
  return { argv: ['/bin/sh'], script: Secret.join([prelude, step.command.script]) }
}

/** How much a step adds to the program that stages it. */
export function stagedBytes(step: StageStep): number {
  return step.kind === 'write' ? bytesOf(step.content).length : 0
}

/**
 * Text that the shell itself can write, with no process. No secret: mksh has no printf of its own, and what it calls would hold the
 * text as an argument. That is also why it is short: Linux takes 128 KiB for one.
 */
function plainText({ content }: WriteStep): string | undefined {
  return typeof content === 'string' && content.length <= 16_384 && !content.includes('\0') ? content : undefined
}

function hereDocument(bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,4096}/g) ?? []
  return `<<'${here}'\n${lines.map((line) => `${line}\n`).join('')}${here}`
}
