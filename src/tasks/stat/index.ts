import { circleProblem, locate, observePath, refused, unsettled } from '../../lib/host-file.ts'
import { formatMode } from '../../lib/mode.ts'
import { linkTarget, tidyPath } from '../../lib/paths.ts'
import type { Answer, DigestFact, FileFact, Probe } from '../../model/fact.ts'
import { isAbsent } from '../../model/fact.ts'
import { defineTaskType, type HostView } from '../../model/task-type.ts'
import { findUnknown, Unknown, type Value, type ValueMap } from '../../model/value.ts'
import type { StatParams } from './schema.ts'

/** The questions whose answers only the acts before it settle. */
interface Asked {
  readonly path: string
  readonly probes: readonly Probe[]
}

/** Says what is known of a path, as the tasks before it will have left it. */
export const stat = defineTaskType<StatParams, Asked>({
  name: 'stat',
  summary: 'what is known of a path: whether it is there, its type, owner, mode, size and digest',
  knowledge: 'overlay',
  aliases: ['ansible.builtin.stat'],
  *observe(params) {
    if (params.follow === true) yield* observePath(params.path, (path) => questions(path, params).slice(1))
    else yield questions(tidyPath(params.path), params)
  },
  plan(params, context) {
    const named = tidyPath(params.path)
    const at =
      params.follow === true ? locate(named, context.view) : { path: named, fact: context.view.get('file', { path: named }), circle: false }
    if (at.circle) return refused(circleProblem(named))
    const { path, fact } = at
    if (fact instanceof Unknown) return unsettled(context, path, fact)
    const digest = digestIn(params, path, fact, context.view)
    const stat = told(path, fact, context.dirty ? digest : settled(digest))
    const result = { stat }
    const reason = isAbsent(fact) ? `nothing is at ${named}` : `${named} is ${kinds[fact.type]}`
    // What only the act tells, as the time of a file, is asked once it is there.
    const changes =
      findUnknown(stat) === undefined || !context.dirty
        ? []
        : [
            {
              action: 'check' as const,
              target: named,
              summary: `what ${named} is once the earlier tasks have acted`,
              diffs: [],
              reason: 'an earlier task writes it',
              data: { path, probes: questions(path, params) },
            },
          ]
    return { changes, predicts: [], reason, result }
  },
  *apply({ data: { path, probes } }) {
    const [answer] = yield [{ kind: 'ask', probes, settled: () => true, deadlineSeconds: 0 }]
    const [fact, digest] = (answer?.facts ?? []) as readonly [Answer<FileFact>?, Answer<DigestFact>?]
    if (fact === undefined || fact instanceof Unknown)
      return { changed: false, failed: `${path}: cannot be read: ${fact?.why ?? 'no answer'}` }
    return { changed: false, values: { stat: told(path, fact, settled(digest)) } }
  },
})

const kinds = { file: 'a regular file', directory: 'a directory', link: 'a symbolic link', other: 'a device, socket or fifo' } as const

function questions(path: string, { get_checksum = true }: StatParams): readonly Probe[] {
  const file: Probe = { kind: 'file', target: { path } }
  return get_checksum ? [file, { kind: 'digest', target: { path } }] : [file]
}

function digestIn(
  { get_checksum = true }: StatParams,
  path: string,
  fact: Answer<FileFact>,
  view: HostView,
): Answer<DigestFact> | undefined {
  return get_checksum && !(fact instanceof Unknown) && !isAbsent(fact) && fact.type === 'file' ? view.get('digest', { path }) : undefined
}

/** A digest that the host did not tell is left out: nothing that is still to come will settle it. */
function settled(digest: Answer<DigestFact> | undefined): Answer<DigestFact> | undefined {
  return digest instanceof Unknown ? undefined : digest
}

/** With the keys of Ansible's module. */
function told(path: string, fact: Exclude<Answer<FileFact>, Unknown>, digest: Answer<DigestFact> | undefined): ValueMap {
  if (isAbsent(fact)) return { exists: false }
  const { type, mode, uid, gid, owner, group, size, mtime, links, link } = fact
  return {
    exists: true,
    path,
    isreg: type === 'file',
    isdir: type === 'directory',
    islnk: type === 'link',
    mode: formatMode(mode),
    uid,
    gid,
    pw_name: owner,
    gr_name: group,
    size: numberOf(size),
    mtime: numberOf(mtime),
    nlink: links,
    ...(type === 'link' && link !== undefined ? { lnk_target: link, lnk_source: linkTarget(path, link) } : {}),
    ...(type === 'file' && digest !== undefined && !isAbsent(digest)
      ? { checksum: digest instanceof Unknown ? digest : digest.sha256 }
      : {}),
  }
}

/** Of a file that this plan writes the time is not known, and of one that the host makes the size. */
function numberOf(value: number): Value {
  return Number.isFinite(value) ? value : new Unknown('an earlier task writes it')
}
