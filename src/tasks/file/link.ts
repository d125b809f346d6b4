import { refused, unsettled } from '../../lib/host-file.ts'
import { missingFolder } from '../../lib/managed-file.ts'
import { ownershipOfNew } from '../../lib/ownership.ts'
import { linkTarget, tidyPath } from '../../lib/paths.ts'
import { quote } from '../../lib/sh.ts'
import { type Invalidation, isAbsent } from '../../model/fact.ts'
import type { Decision, PlanContext } from '../../model/task-type.ts'
import { Unknown } from '../../model/value.ts'
import type { Deed } from './deed.ts'

export function planLink(named: string, to: string, context: PlanContext): Decision<Deed> {
  const path = tidyPath(named)
  const fact = context.view.get('file', { path })
  if (fact instanceof Unknown) return unsettled(context, path, fact)
  const result = { path, dest: path, src: to, state: 'link' }
  if (!isAbsent(fact)) {
    if (fact.type !== 'link') {
      return refused({
        code: 'PATH_REFUSED',
        message: `${path}: is there and no link`,
        hint: `remove it in an earlier task if it may go\nfile: { path: ${quote(path)}, state: absent }`,
      })
    }
    if (fact.link === to)
      return { changes: [], predicts: [], reason: `the link leads to ${to}`, result, warnings: dangling(path, to, context) }
  } else {
    const folder = missingFolder(path, context)
    if (folder !== undefined) return folder
  }
  const owned = ownershipOfNew({ owner: undefined, group: undefined, mode: undefined }, context)
  if (owned.kind === 'unknown') return unsettled(context, path, owned.answer)
  if (owned.kind === 'problem') return refused(owned.problem)
  const before = isAbsent(fact) ? undefined : fact.link
  const reason = before === undefined ? 'the link is missing' : `the link leads to ${before}`
  return {
    changes: [
      {
        action: before === undefined ? 'create' : 'update',
        target: path,
        summary: `link ${path} to ${to}`,
        diffs: [{ kind: 'fields', fields: [{ name: 'leads to', before, after: to }] }],
        reason,
        data: { kind: 'link', path, to },
      },
    ],
    predicts: [
      {
        kind: 'file',
        target: { path },
        fact: {
          type: 'link',
          ...owned.value,
          mode: 0o777,
          size: Buffer.byteLength(to),
          mtime: Number.POSITIVE_INFINITY,
          links: 1,
          link: to,
        },
      },
    ],
    invalidates: forgetThrough(path),
    reason,
    result,
    warnings: dangling(path, to, context),
  }
}

/** What was read through the path before is not what the link leads to now. */
function forgetThrough(path: string): readonly Invalidation[] {
  const where = (target: { readonly path: string }) => tidyPath(target.path) === path
  return (['content', 'digest', 'certificate', 'key'] as const).map((kind) => ({
    kind,
    why: `${path} is linked by an earlier task`,
    where,
  }))
}

/** Ansible refuses a link to nothing; a service may make its target later, so it is said and not refused. */
function dangling(path: string, to: string, context: PlanContext): readonly string[] {
  const target = linkTarget(path, to)
  const fact = context.view.get('file', { path: target })
  return !(fact instanceof Unknown) && isAbsent(fact) ? [`${path} leads to ${target}, where nothing is`] : []
}
