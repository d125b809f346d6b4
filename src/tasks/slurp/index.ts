import { circleProblem, locate, notRegular, observePath, refused, unsettled } from '../../lib/host-file.ts'
import { noDeeds } from '../../lib/no-deeds.ts'
import type { ContentFact, FileFact } from '../../model/fact.ts'
import { isAbsent } from '../../model/fact.ts'
import { defineTaskType } from '../../model/task-type.ts'
import { Secret, type Text, Unknown } from '../../model/value.ts'
import type { SlurpParams } from './schema.ts'

const readableByAll = 0o004

/** Reads a file of the host, as the tasks before it will have left it. */
export const slurp = defineTaskType<SlurpParams, never>({
  name: 'slurp',
  summary: 'the content of a file, in base64',
  knowledge: 'overlay',
  aliases: ['ansible.builtin.slurp'],
  *observe({ src }) {
    yield* observePath(src, (path) => [{ kind: 'content', target: { path } }])
  },
  plan({ src }, context) {
    const { path, fact, circle } = locate(src, context.view)
    if (circle) return refused(circleProblem(src))
    if (fact instanceof Unknown) return unsettled(context, path, fact)
    if (isAbsent(fact)) return missing(src)
    if (fact.type !== 'file') return refused(notRegular(src, path, fact))
    const content = context.view.get('content', { path })
    if (content instanceof Unknown) return unsettled(context, path, content)
    if (isAbsent(content)) return missing(src)
    return {
      changes: [],
      predicts: [],
      reason: `read ${content.bytes.length} bytes of ${path}`,
      result: { content: held(content, fact), encoding: 'base64', source: path },
    }
  },
  apply: noDeeds,
})

/** As with Ansible that is a failure of the task, which `ignore_errors` and `failed_when` may judge otherwise. */
function missing(src: string) {
  const failed = `${src}: does not exist on the host`
  return { changes: [], predicts: [], reason: failed, failed }
}

/** What not every user of the host may read, and what was secret when it was written, is not shown here either. */
function held({ bytes, secret }: ContentFact, { mode }: FileFact): Text {
  const text = Buffer.from(bytes).toString('base64')
  return secret !== undefined || (mode & readableByAll) === 0 ? Secret.of(text) : text
}
