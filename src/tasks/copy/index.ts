import { baseOf, tidyPath } from '../../lib/paths.ts'
import { applyManagedFile, type FileDeed, observeManagedFile, planManagedFile } from '../../lib/managed-file.ts'
import { refused } from '../../lib/host-file.ts'
import { parseMode } from '../../lib/mode.ts'
import { textOf, type Content } from '../../lib/content.ts'
import type { Prediction } from '../../model/fact.ts'
import { type Decision, defineTaskType } from '../../model/task-type.ts'
import { revealText } from '../../model/value.ts'
import { keyFactOf } from './key-fact.ts'
import type { CopyParams } from './schema.ts'

/** Replaces a file of the host by these bytes, unless it holds them already. */
export const copy = defineTaskType<CopyParams, FileDeed>({
  name: 'copy',
  summary: 'a file on the host with these bytes',
  knowledge: 'predicted',
  aliases: ['ansible.builtin.copy'],
  unrendered: ['content'],
  assets: ({ src, decrypt = true }) => (src === undefined ? [] : [{ path: src, kind: 'files', render: false, decrypt }]),
  observe: (params) => observeManagedFile({ ...params, path: destinationOf(params) }),
  plan(params, context) {
    const wrong = contradiction(params)
    if (wrong !== undefined) return refused({ code: 'VALUE_INVALID', message: `copy: ${wrong}` })
    const content = params.content ?? context.assets[0] ?? ''
    const path = destinationOf(params)
    const decision = planManagedFile(
      { path, content, owner: params.owner, group: params.group, mode: params.mode === undefined ? undefined : parseMode(params.mode) },
      context,
    )
    // Ansible renders content; who comes from there finds braces in the file.
    const braces = params.content !== undefined && String(params.content).includes('{{')
    const warnings = braces ? { warnings: [`${path}: copy writes content as it stands, braces too; template renders`] } : {}
    return withKey(
      { ...decision, ...warnings, ...(decision.result === undefined ? {} : { result: { ...decision.result, dest: tidyPath(path) } }) },
      content,
    )
  },
  apply: applyManagedFile,
})

/** A folder keeps the name of what is copied into it. */
function destinationOf({ dest, src }: CopyParams): string {
  return dest.endsWith('/') && src !== undefined ? `${dest}${baseOf(src)}` : dest
}

function contradiction({ src, content, dest }: CopyParams): string | undefined {
  if (src === undefined && content === undefined) return 'expected src or content, got neither'
  if (src !== undefined && content !== undefined) return 'expected src or content, got both'
  return src === undefined && dest.endsWith('/') ? 'dest names a folder, and content has no name to keep' : undefined
}

/** A private key that is copied is known already, so a certificate beside it can be matched in the same plan. */
function withKey(decision: Decision<FileDeed>, content: Content): Decision<FileDeed> {
  const written = decision.changes.find(({ data }) => data.kind === 'write')
  const text = written === undefined ? undefined : textOf(content)
  const fact = text === undefined ? undefined : keyFactOf(revealText(text))
  if (written === undefined || fact === undefined) return decision
  const prediction: Prediction = { kind: 'key', target: { path: written.target }, fact }
  return { ...decision, predicts: [...decision.predicts, prediction] }
}
