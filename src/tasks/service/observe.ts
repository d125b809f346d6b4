import { linkTarget } from '../../lib/paths.ts'
import { isAbsent, type Probe, type UnitFact } from '../../model/fact.ts'
import type { ObservedView } from '../../model/task-type.ts'
import { Unknown } from '../../model/value.ts'
import { componentsOf } from '../../services/readability.ts'
import type { Wish } from './wish.ts'

/**
 * First what the parameters name, then what the unit names: its user, groups and files. The version is not asked for here;
 * a rule that depends on it asks when it comes to that. Links on the way cost a round each.
 */
export function* observeService(wish: Wish): Generator<readonly Probe[], void, ObservedView> {
  const components = [...new Set(wish.reads.flatMap(componentsOf))]
  const view = yield [
    ...(wish.command === undefined ? [{ kind: 'unit', target: { name: wish.name } } as const] : processQuestions(wish)),
    ...files([...components, ...wish.settingsFiles]),
    ...servedQuestions(wish),
  ]
  const unit = wish.command === undefined ? view.get('unit', { name: wish.name }) : undefined
  const named = unit === undefined || unit instanceof Unknown || isAbsent(unit) ? [] : unitQuestions(unit, wish)
  const linked = leads(components, view)
  if (named.length + linked.length > 0) yield [...named, ...files(linked)]
}

function files(paths: readonly string[]): readonly Probe[] {
  return [...new Set(paths)].map((path) => ({ kind: 'file', target: { path } }))
}

function processQuestions({ command }: Wish): readonly Probe[] {
  if (command === undefined) return []
  const user: readonly Probe[] =
    command.user === undefined || command.user === 'root' ? [] : [{ kind: 'user', target: { name: command.user } }]
  return [{ kind: 'process', target: { exe: command.exe } }, ...user]
}

function servedQuestions({ serves, state }: Wish): readonly Probe[] {
  if (serves === undefined) return []
  const pair: readonly Probe[] = [
    { kind: 'certificate', target: { path: serves.certificate } },
    ...(serves.key === undefined ? [] : [{ kind: 'key', target: { path: serves.key } } as const]),
  ]
  return state === 'applied' ? [...pair, { kind: 'listener', target: serves.listener }] : pair
}

function unitQuestions(unit: UnitFact, wish: Wish): readonly Probe[] {
  const groups = [unit.group, ...unit.supplementaryGroups].filter((name) => name !== '' && !/^[0-9]+$/.test(name))
  const people: readonly Probe[] =
    wish.reads.length === 0
      ? []
      : [
          ...(unit.user === '' || unit.user === 'root' ? [] : [{ kind: 'user', target: { name: unit.user } } as const]),
          ...groups.map((name): Probe => ({ kind: 'group', target: { name } })),
        ]
  const loaded =
    wish.state === 'applied' ? [unit.fragmentPath, ...unit.dropIns, ...unit.environmentFiles].filter((path) => path.startsWith('/')) : []
  return [...people, ...files(loaded)]
}

/** Components of what the links among the components lead to. */
function leads(components: readonly string[], view: ObservedView): readonly string[] {
  return components.flatMap((path) => {
    const fact = view.get('file', { path })
    return fact instanceof Unknown || isAbsent(fact) || fact.link === undefined ? [] : componentsOf(linkTarget(path, fact.link))
  })
}
