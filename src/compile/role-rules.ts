import type { Problem } from '../model/problem.ts'
import { entryOf } from '../model/source.ts'
import type { ValueMap } from '../model/value.ts'
import type { RoleContext } from './compiled-run.ts'
import { compileExpression, evaluateExpression } from './expression.ts'
import { valuesScope } from './scope.ts'

/**
 * What the inputs of one call say together that the role does not take. `values` have passed the schemas already. A rule
 * that nothing is known about yet passes, as an unknown input does. It is told at the first input of the rule that the
 * caller wrote.
 */
export function brokenRules({ role, inputs, use }: RoleContext, values: ValueMap): readonly Problem[] {
  return role.rules.flatMap(({ that, message }): readonly Problem[] => {
    const condition = compileExpression(that.value, that.at)
    const verdict = evaluateExpression(condition, valuesScope(values))
    if (verdict.kind === 'failed') return verdict.problems
    if (verdict.kind !== 'false') return []
    const named = role.inputs.filter(({ name }) => condition.names.has(name))
    const written = named.flatMap(({ name }) => (inputs === undefined ? [] : (entryOf(inputs, name)?.keyAt ?? [])))
    return [
      {
        code: 'ROLE_INPUT',
        message: `role ${role.name}: ${message}`,
        at: written[0] ?? use.at,
        hint: named.map(({ name, description }) => `${name}: ${description}`).join('\n'),
      },
    ]
  })
}
