import { planEditedFile } from '../../lib/edited-file.ts'
import { applyManagedFile, type FileDeed, observeManagedFile } from '../../lib/managed-file.ts'
import { defineTaskType } from '../../model/task-type.ts'
import { edit } from './edit.ts'
import type { BlockinfileParams } from './schema.ts'

/** Sees that a block of lines stands between its two markers, or that neither is there; every other byte stays. */
export const blockinfile = defineTaskType<BlockinfileParams, FileDeed>({
  name: 'blockinfile',
  summary: 'a block of lines between two markers of a text file; every other byte stays',
  knowledge: 'predicted',
  aliases: ['ansible.builtin.blockinfile'],
  observe: (params) => observeManagedFile(params, 'content'),
  plan(params, context) {
    const { path, create = false, owner, group, mode } = params
    const emptied = params.block === undefined || String(params.block) === ''
    const state = emptied ? 'absent' : (params.state ?? 'present')
    const file = { type: 'blockinfile', what: 'block', path, state, create, owner, group, mode } as const
    return planEditedFile(file, (old) => edit(old, params), context)
  },
  apply: applyManagedFile,
})
