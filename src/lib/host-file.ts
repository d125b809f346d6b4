import type { Answer, FileFact, Probe } from '../model/fact.ts'
import { isAbsent } from '../model/fact.ts'
import { type Text, Unknown } from '../model/value.ts'
import type { Problem } from '../model/problem.ts'
import type { Decision, HostView, PlanContext } from '../model/task-type.ts'
import { textIn } from './content.ts'
import { linkTarget, tidyPath } from './paths.ts'

/** Linux gives up at 40 links; a managed path that needs more than this is a mistake. */
export const maxLinks = 8

/** What a path leads to once every symbolic link at its end is followed. */
export interface Located {
  /** the path as asked for, in its one spelling */
  readonly named: string
  /** where the links lead; equal to `named` when it is no link */
  readonly path: string
  readonly fact: Answer<FileFact>
  /** more than 8 links, or a circle */
  readonly circle: boolean
}

export function locate(path: string, view: HostView): Located {
  const named = tidyPath(path)
  let at = named
  for (let links = 0; links <= maxLinks; links += 1) {
    const fact = view.get('file', { path: at })
    if (isAbsent(fact) || fact instanceof Unknown || fact.type !== 'link' || fact.link === undefined)
      return { named, path: at, fact, circle: false }
    at = linkTarget(at, fact.link)
  }
  return { named, path: at, fact: new Unknown('too many links'), circle: true }
}

/** Asks what a path is and, link by link, what it leads to, together with `more` questions on each path. */
export function* observePath(path: string, more: (path: string) => readonly Probe[]): Generator<readonly Probe[], string, HostView> {
  let at = tidyPath(path)
  for (let links = 0; links <= maxLinks; links += 1) {
    const view: HostView = yield [{ kind: 'file', target: { path: at } }, ...more(at)]
    const fact = view.get('file', { path: at })
    if (isAbsent(fact) || fact instanceof Unknown || fact.type !== 'link' || fact.link === undefined) return at
    at = linkTarget(at, fact.link)
  }
  return at
}

/** A decision that nothing can be decided yet, or never: see `unsettled`. */
export function refused(...problems: readonly Problem[]): Decision<never> {
  return { changes: [], predicts: [], reason: problems[0]?.message ?? '', problems }
}

/**
 * What to decide when the host gives no answer. After an act of this plan the answer may come, so the task waits;
 * before any act the host will not say more than it said, and that is a refusal.
 */
export function unsettled(context: PlanContext, path: string, answer: Unknown): Decision<never> {
  if (context.dirty) return { changes: [], predicts: [], reason: `${path}: ${answer.why}`, later: `${path}: ${answer.why}` }
  return refused({
    code: 'PATH_REFUSED',
    message: `${path}: cannot be read as ${context.user}: ${answer.why}`,
    hint: context.user === 'root' ? `look at it on the host\nls -ld ${path}` : 'add become: true to the task when only root may read it',
  })
}

/** The text a path holds, read through links. */
export type Held =
  /** `shown`: with the secrets hidden that tasks before this one put into it */
  | { readonly kind: 'text'; readonly text: string; readonly shown: Text; readonly path: string }
  | { readonly kind: 'absent'; readonly path: string }
  | { readonly kind: 'decided'; readonly decision: Decision<never> }

export function heldText(path: string, context: PlanContext): Held {
  const { path: at, fact, circle } = locate(path, context.view)
  if (circle) return { kind: 'decided', decision: refused(circleProblem(path)) }
  if (isAbsent(fact)) return { kind: 'absent', path: at }
  if (fact instanceof Unknown) return { kind: 'decided', decision: unsettled(context, at, fact) }
  if (fact.type !== 'file') return { kind: 'decided', decision: refused(notRegular(path, at, fact)) }
  const content = context.view.get('content', { path: at })
  // A file that vanished between two questions is as good as never there.
  if (isAbsent(content)) return { kind: 'absent', path: at }
  if (content instanceof Unknown) return { kind: 'decided', decision: unsettled(context, at, content) }
  const text = textIn(content.bytes)
  if (text === undefined) {
    return {
      kind: 'decided',
      decision: refused({
        code: 'EDIT_IMPOSSIBLE',
        message: `${at}: is no UTF-8 text, so no line of it can be edited`,
        hint: 'write it as a whole with `copy` or `template`',
      }),
    }
  }
  return { kind: 'text', text, shown: content.secret ?? text, path: at }
}

export function circleProblem(path: string): Problem {
  return {
    code: 'PATH_REFUSED',
    message: `${path}: leads through more than ${maxLinks} symbolic links or in a circle`,
    hint: `see where it leads\nls -l ${path}`,
  }
}

export function notRegular(named: string, path: string, fact: FileFact): Problem {
  const kind = fact.type === 'directory' ? 'a directory' : 'a device, socket or fifo'
  const where = tidyPath(named) === path ? `${path}: is` : `${named}: leads to ${path}, which is`
  return {
    code: 'PATH_REFUSED',
    message: `${where} ${kind}, expected a regular file`,
    ...(fact.type === 'directory' ? { hint: 'name the file inside the directory' } : {}),
  }
}
