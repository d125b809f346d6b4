import { textOf } from '../../lib/content.ts'
import { refused } from '../../lib/host-file.ts'
import { applyManagedFile, type FileDeed, observeManagedFile, planManagedFile } from '../../lib/managed-file.ts'
import { parseMode } from '../../lib/mode.ts'
import { baseOf, tidyPath } from '../../lib/paths.ts'
import { defineTaskType } from '../../model/task-type.ts'
import type { TemplateParams } from './schema.ts'

/** Replaces a file of the host by a rendered template, unless it reads like that already. */
export const template = defineTaskType<TemplateParams, FileDeed>({
  name: 'template',
  summary: 'a file on the host, rendered from a template',
  knowledge: 'predicted',
  aliases: ['ansible.builtin.template'],
  assets: ({ src }) => [{ path: src, kind: 'templates', render: true }],
  observe: (params) => observeManagedFile({ ...params, path: destinationOf(params) }),
  plan(params, context) {
    const content = textOf(context.assets[0] ?? '')
    if (content === undefined)
      return refused({
        code: 'TEMPLATE_SYNTAX',
        message: `template: ${params.src} is no UTF-8 text`,
        hint: 'save it as UTF-8, or send it as it is with `copy`',
      })
    const path = destinationOf(params)
    const decision = planManagedFile(
      { path, content, owner: params.owner, group: params.group, mode: params.mode === undefined ? undefined : parseMode(params.mode) },
      context,
    )
    return { ...decision, ...(decision.result === undefined ? {} : { result: { ...decision.result, dest: tidyPath(path) } }) }
  },
  apply: applyManagedFile,
})

/** A folder keeps the name of the template, without the ending that makes it one. */
function destinationOf({ dest, src }: TemplateParams): string {
  return dest.endsWith('/') ? `${dest}${baseOf(src).replace(/\.hbs$/, '')}` : dest
}
