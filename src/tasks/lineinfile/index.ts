import { planEditedFile } from '../../lib/edited-file.ts'
import { applyManagedFile, type FileDeed, observeManagedFile } from '../../lib/managed-file.ts'
import { defineTaskType } from '../../model/task-type.ts'
import { edit } from './edit.ts'
import type { LineinfileParams } from './schema.ts'

/** Sees that one line of a text file is there, or is not; every other byte stays. */
export const lineinfile = defineTaskType<LineinfileParams, FileDeed>({
  name: 'lineinfile',
  summary: 'one line of a text file; every other byte stays',
  knowledge: 'predicted',
  aliases: ['ansible.builtin.lineinfile'],
  observe: (params) => observeManagedFile(params, 'content'),
  plan(params, context) {
    const { path, state = 'present', create = false, owner, group, mode } = params
    const file = { type: 'lineinfile', what: 'line', path, state, create, owner, group, mode }
    return planEditedFile(file, (old) => edit(old, params), context)
  },
  apply: applyManagedFile,
})
