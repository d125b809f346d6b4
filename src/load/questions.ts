import { documents } from '../generated/validators/index.js'
import type { PlayQuestion } from '../model/playbook.ts'
import type { Problem } from '../model/problem.ts'
import { entryOf } from '../model/source.ts'
import type { Source } from '../model/source.ts'
import { questionWords } from './ansible-words.ts'
import { flagField, textField } from './fields.ts'
import { literalSource } from './plain.ts'
import { validated } from './schema-problems.ts'
import { labelOf } from './value-labels.ts'
import { withoutWords } from './words.ts'

/** `vars_prompt`: what a play asks for before it runs. What cannot be a question is reported and left out. */
export function readQuestions(source: Source | undefined, problems: Problem[]): readonly PlayQuestion[] {
  return (source?.kind === 'list' ? source.items : []).flatMap((item): readonly PlayQuestion[] => {
    if (item.kind !== 'map') {
      problems.push({
        code: 'TYPE_WRONG',
        message: `an entry of vars_prompt must be a map, got ${labelOf(literalSource(item))}`,
        at: item.at,
        hint: 'write - name: VARIABLE',
      })
      return []
    }
    const map = withoutWords(item, 'vars_prompt', questionWords, problems)
    problems.push(...validated(documents.question, literalSource(map), { what: 'an entry of vars_prompt', source: map }))
    const name = textField(map, 'name')
    if (name === undefined) return []
    const fallback = entryOf(map, 'default')?.value
    return [
      {
        at: name.at,
        name: name.value,
        prompt: textField(map, 'prompt')?.value ?? name.value,
        isPrivate: flagField(map, 'private')?.value ?? true,
        confirm: flagField(map, 'confirm')?.value ?? false,
        // null is no default, as in Ansible
        fallback: fallback?.kind === 'scalar' && fallback.value !== null ? fallback : undefined,
      },
    ]
  })
}
