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
  for (const type of types.values()) for (const word of [type.name, ...(type.aliases ?? [])]) byWord.set(word, type)
  return { find: (word) => byWord.get(word), names: [...types.keys()], validators }
}
