import { quote } from '../lib/sh.ts'
import { unreachable } from '../lib/unreachable.ts'
import type { ActGroup, ActStep, Numbered } from '../ports/host-session.ts'

/** What undoes one program, as calls of the functions in lib/transaction-script.ts. */
export interface Undo {
  /** in the order in which they undo: the last step first */
  readonly files: readonly string[]
  /** then, in the order in which they were started */
  readonly units: readonly string[]
  /** sh words for the staged files that it puts in place */
  readonly staged: readonly string[]
  /** where old versions may lie meanwhile */
  readonly kept: readonly string[]
  /** what is there afterwards is remembered, so that it can be taken back later if it is still so */
  readonly paths: readonly string[]
}

const here = '"$tls_state/open"'

/** sh text that writes down what one step will change, before it does; undefined when there is nothing to keep. */
export function journalBefore(number: number, step: ActStep): string | undefined {
  switch (step.kind) {
    case 'write':
    case 'install':
    case 'link':
      return `tls_keep ${number} ${quote(step.path)}`
    case 'directory':
      return `{ [ -d ${here} ] && { [ -e ${quote(step.path)} ] || echo new >${here}/n.${number}; }; }`
    case 'attributes':
      return `stat -c '%u:%g %a' -- ${quote(step.path)} >${here}/a.${number}`
    case 'remove':
      return `tls_aside ${number} ${quote(step.path)}`
    case 'run':
      return step.undo === undefined ? undefined : `echo ran >${here}/r.${number}`
    default:
      return unreachable(step)
  }
}

/** Whether a step is one that a transaction takes back. */
export function isUndoable(step: ActStep): boolean {
  return step.kind !== 'run' || step.undo !== undefined
}

/** `of` is the id of the shell, in whose name old versions are kept; `stagedAt` tells the sh variable of what a step puts in place. */
export function undoOf(groups: readonly ActGroup[], of: string, stagedAt: (step: Numbered<ActStep>) => string | undefined): Undo {
  const steps = groups.flatMap((group) => group.steps)
  const kept = steps.flatMap(({ number, step }) =>
    step.kind === 'write' || step.kind === 'install' || step.kind === 'link' || step.kind === 'remove'
      ? [keptPath(step.path, number, of)]
      : [],
  )
  const paths = steps.flatMap(({ step }) => ('path' in step && step.kind !== 'attributes' && step.kind !== 'directory' ? [step.path] : []))
  const staged = steps.flatMap((one) => stagedAt(one) ?? []).map((variable) => `"$${variable}"`)
  return { paths, staged, files: steps.toReversed().flatMap((one) => fileUndo(one, of)), units: unitUndo(steps), kept }
}

function fileUndo({ number, step }: Numbered<ActStep>, of: string): readonly string[] {
  switch (step.kind) {
    case 'write':
    case 'install':
    case 'link':
    case 'remove':
      return [`tls_back ${number} ${quote(step.path)} ${quote(keptPath(step.path, number, of))}`]
    case 'directory':
      return [`tls_back ${number} ${quote(step.path)} ''`]
    case 'attributes':
      return [`tls_attr ${number} ${quote(step.path)}`]
    case 'run':
      return []
    default:
      return unreachable(step)
  }
}

function unitUndo(steps: readonly Numbered<ActStep>[]): readonly string[] {
  const services = steps.flatMap(({ number, step }) =>
    step.kind === 'run' && step.undo !== undefined
      ? [
          `[ ! -e "$tls_tx/r.${number}" ] || (\n${step.undo}\n) >/dev/null 2>&1 </dev/null || tls_bad 'a service did not come back as it was'`,
        ]
      : [],
  )
  const settings = steps.some(({ step }) => 'path' in step && /^\/(?:etc|usr\/lib|lib|run)\/systemd\/system\//.test(step.path))
  return settings ? ['systemctl daemon-reload', ...services] : services
}

/** As tls_keep computes it: beside the file, so that going back is one rename. */
function keptPath(path: string, number: number, of: string): string {
  return `${path.slice(0, path.lastIndexOf('/'))}/.tlsplay.${of}.o${number}`
}
