import { refused, unsettled } from '../../lib/host-file.ts'
import { isBelow, tidyPath } from '../../lib/paths.ts'
import { absent, isAbsent, type Prediction } from '../../model/fact.ts'
import type { Decision, PlanContext } from '../../model/task-type.ts'
import { Unknown } from '../../model/value.ts'
import type { Deed } from './deed.ts'

/** Folders of the system (Filesystem Hierarchy Standard 3.0) whose removal no playbook can mean. */
const kept: ReadonlySet<string> = new Set(
  [
    '',
    'bin',
    'boot',
    'dev',
    'etc',
    'home',
    'lib',
    'lib32',
    'lib64',
    'libx32',
    'media',
    'mnt',
    'opt',
    'proc',
    'root',
    'run',
    'sbin',
    'srv',
    'sys',
    'tmp',
    'usr',
    'var',
  ]
    .concat([
      'usr/bin',
      'usr/lib',
      'usr/lib64',
      'usr/local',
      'usr/sbin',
      'usr/share',
      'etc/ssl',
      'etc/ssl/certs',
      'etc/ssl/private',
      'etc/systemd',
      'etc/systemd/system',
      'var/lib',
      'var/log',
      'var/run',
      'var/tmp',
    ])
    .map((path) => `/${path}`),
)

export function planAbsent(named: string, context: PlanContext): Decision<Deed> {
  const path = tidyPath(named)
  if (kept.has(path))
    return refused({
      code: 'PATH_REFUSED',
      message: `${path}: is a folder of the system and is never removed`,
      hint: 'name what is inside of it',
    })
  const fact = context.view.get('file', { path })
  if (fact instanceof Unknown) return unsettled(context, path, fact)
  const result = { path, state: 'absent' }
  if (isAbsent(fact)) return { changes: [], predicts: [], reason: 'nothing is there', result }
  const recursive = fact.type === 'directory'
  const what = recursive ? 'directory with all that is in it' : fact.type
  const reason = fact.type === 'other' ? 'something is there' : `a ${fact.type} is there`
  return {
    changes: [
      {
        action: 'remove',
        target: path,
        summary: recursive ? `remove ${path} and all that is in it` : `remove ${path}`,
        diffs: [{ kind: 'fields', fields: [{ name: 'state', before: what, after: undefined }] }],
        reason,
        data: { kind: 'remove', path, recursive },
      },
    ],
    predicts: (['file', 'content', 'digest', 'certificate', 'key'] as const).map(
      (kind): Prediction => ({ kind, target: { path }, fact: absent }),
    ),
    invalidates: recursive
      ? (['file', 'content', 'digest', 'certificate', 'key'] as const).map((kind) => ({
          kind,
          why: `${path} is removed by an earlier task`,
          where: (target: { readonly path: string }) => isBelow(tidyPath(target.path), path),
        }))
      : [],
    reason,
    result,
  }
}
