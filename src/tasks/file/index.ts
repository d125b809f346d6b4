import { applyDeed, type Deed } from './deed.ts'
import { observePath, refused } from '../../lib/host-file.ts'
import { observeManagedFile, planManagedFile } from '../../lib/managed-file.ts'
import { parseMode } from '../../lib/mode.ts'
import { ownershipQuestions } from '../../lib/ownership.ts'
import { foldersAbove, linkTarget, parentOf, tidyPath } from '../../lib/paths.ts'
import type { Probe } from '../../model/fact.ts'
import { isAbsent } from '../../model/fact.ts'
import { type Decision, defineTaskType, type PlanContext } from '../../model/task-type.ts'
import { Unknown } from '../../model/value.ts'
import { planAbsent } from './absent.ts'
import { directoryIfThere, planDirectory } from './directory.ts'
import { planLink } from './link.ts'
import type { FileParams } from './schema.ts'

/** Owner, group and mode of a path; directories, links, and that nothing is there. */
export const file = defineTaskType<FileParams, Deed>({
  name: 'file',
  summary: 'owner, group and mode of a path; directories, links, and that nothing is there',
  knowledge: 'predicted',
  aliases: ['ansible.builtin.file'],
  *observe(params) {
    const named: Probe = { kind: 'file', target: { path: tidyPath(params.path) } }
    switch (params.state) {
      case 'absent':
        yield [named]
        return
      case 'link':
        yield [
          named,
          ...[parentOf(params.path), ...(params.src === undefined ? [] : [linkTarget(params.path, params.src)])].map(
            (path): Probe => ({ kind: 'file', target: { path } }),
          ),
        ]
        return
      case 'touch':
        yield* observeManagedFile(params)
        return
      case 'file':
        yield* observePath(params.path, () => ownershipQuestions(params))
        return
      case 'directory':
      case undefined: {
        const names = ownershipQuestions(params)
        const above = foldersAbove(params.path).map((path): Probe => ({ kind: 'file', target: { path } }))
        yield* observePath(params.path, () => (params.state === 'directory' ? [...names, ...above] : names))
      }
    }
  },
  plan(params, context) {
    const wrong = contradiction(params)
    if (wrong !== undefined) return refused({ code: 'VALUE_INVALID', message: `file: ${wrong}` })
    const { state } = params
    if (state === undefined) return directoryIfThere(params, context) ?? planAttributes(params, context)
    switch (state) {
      case 'absent':
        return planAbsent(params.path, context)
      case 'link':
        return planLink(params.path, params.src ?? '', context)
      case 'directory':
        return planDirectory(params, context)
      case 'touch':
        return planTouch(params, context)
      case 'file':
        return planAttributes(params, context)
    }
  },
  apply: applyDeed,
})

function planAttributes(params: FileParams, context: PlanContext): Decision<Deed> {
  return planManagedFile({ ...wishOf(params), content: undefined }, context)
}

/** An empty file where nothing is; what is there keeps its content and its times. */
function planTouch(params: FileParams, context: PlanContext): Decision<Deed> {
  const fact = context.view.get('file', { path: tidyPath(params.path) })
  const content = !(fact instanceof Unknown) && isAbsent(fact) ? '' : undefined
  return planManagedFile({ ...wishOf(params), content }, context)
}

function wishOf({ path, owner, group, mode }: FileParams) {
  return { path, owner, group, mode: mode === undefined ? undefined : parseMode(mode) }
}

function contradiction({ state, src, owner, group, mode }: FileParams): string | undefined {
  const ownership = owner ?? group ?? mode
  if (state === 'link' && src === undefined) return 'a link needs src, what it leads to'
  if (state !== 'link' && src !== undefined) return 'src is for state link only'
  if (state === 'link' && ownership !== undefined)
    return 'a link has no owner, group or mode of its own to set; manage what it leads to in a task of its own'
  return state === 'absent' && ownership !== undefined ? 'what is absent has no owner, group or mode' : undefined
}
