import { sha256Hex } from '../../lib/digest.ts'
import { circleProblem, locate, notRegular, observePath, refused, unsettled } from '../../lib/host-file.ts'
import { baseOf, parentOf, tidyPath } from '../../lib/paths.ts'
import { type Answer, type ContentFact, isAbsent } from '../../model/fact.ts'
import type { KeepStep } from '../../model/step.ts'
import { type Decision, defineTaskType } from '../../model/task-type.ts'
import { Unknown } from '../../model/value.ts'
import type { FetchParams } from './schema.ts'

interface Errand {
  readonly path: string
  readonly to: Pick<KeepStep, 'root' | 'below' | 'anywhere'>
}

/** Brings a file of the host to the controller. A plan says so and writes nothing; whether it differs is seen in the run. */
export const fetch = defineTaskType<FetchParams, Errand>({
  name: 'fetch',
  summary: 'brings a file of the host to the controller',
  knowledge: 'overlay',
  aliases: ['ansible.builtin.fetch'],
  *observe({ src }) {
    yield* observePath(src, (path) => [{ kind: 'content', target: { path } }])
  },
  plan(params, context) {
    const { src } = params
    const { path, fact, circle } = locate(src, context.view)
    if (circle) return refused(circleProblem(src))
    if (fact instanceof Unknown) return unsettled(context, path, fact)
    if (isAbsent(fact)) return missing(params)
    if (fact.type !== 'file') return refused(notRegular(src, path, fact))
    const content = context.view.get('content', { path })
    if (content instanceof Unknown) return unsettled(context, path, content)
    if (isAbsent(content)) return missing(params)
    const to = { ...placeOf(params, context.host.name), anywhere: context.fromRole !== true }
    const dest = `${to.root.replace(/\/$/, '')}/${to.below}`
    const reason = 'what is there is compared when it is brought'
    return {
      changes: [{ action: 'check', target: path, summary: `bring ${path} to ${dest}`, diffs: [], reason, data: { path, to } }],
      predicts: [],
      // It changes the controller: to look at the host again says nothing of it.
      unconditional: true,
      reason,
      result: { src: path, dest, checksum: sha256Hex(content.bytes) },
    }
  },
  *apply({ data: { path, to } }) {
    const [answer] = yield [{ kind: 'ask', probes: [{ kind: 'content', target: { path } }], settled: () => true, deadlineSeconds: 0 }]
    const content = answer?.facts?.[0] as Answer<ContentFact> | undefined
    if (content === undefined || content instanceof Unknown)
      return { changed: false, failed: `${path}: cannot be read: ${content?.why ?? 'no answer came back'}` }
    if (isAbsent(content)) return { changed: false, failed: `${path}: does not exist on the host` }
    const [kept] = yield [{ kind: 'keep', ...to, bytes: content.bytes }]
    return { changed: kept?.rc === 0, values: { checksum: sha256Hex(content.bytes) } }
  },
})

function missing({ src, fail_on_missing = true }: FetchParams): Decision<never> {
  const reason = `${src}: does not exist on the host`
  return { changes: [], predicts: [], reason, ...(fail_on_missing ? { failed: reason } : {}) }
}

function placeOf({ src, dest, flat = false }: FetchParams, host: string): Pick<KeepStep, 'root' | 'below'> {
  if (!flat) return { root: dest, below: `${host}${tidyPath(src)}` }
  return dest.endsWith('/') ? { root: dest, below: baseOf(tidyPath(src)) } : { root: parentOf(dest), below: baseOf(dest) }
}
