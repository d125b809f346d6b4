import type { AnyTaskType } from '../model/task-type.ts'
import type { ParamValidators } from './params.ts'

export interface TaskTypes {
  /** by name and by alias */
  readonly find: (word: string) => AnyTaskType | undefined
  readonly names: readonly string[]
  readonly validators: ParamValidators
}

export function taskTypeTable(types: ReadonlyMap<string, AnyTaskType>, validators: ParamValidators): TaskTypes {
  const byWord = new Map<string, AnyTaskType>()
  for (const type of types.values()) for (const word of [type.name, ...(type.aliases ?? []).flatMap(bothNames)]) byWord.set(word, type)
  return { find: (word) => byWord.get(word), names: [...types.keys()], validators }
}

/** In Ansible `ansible.legacy` is the same module, unless a file of the project takes its place; here no file can. */
function bothNames(alias: string): readonly string[] {
  return [alias, alias.replace(/^ansible\.builtin\./, 'ansible.legacy.')]
}
