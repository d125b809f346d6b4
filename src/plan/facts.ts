import { isAbsent } from '../model/fact.ts'
import { isMap, Unknown, type Value } from '../model/value.ts'
import { type Observed, observedView } from './overlay.ts'

/**
 * The value of `facts.<path>`: asked by use, in the same exchange as everything else (design/language.md, decision 11).
 * undefined when there is no such fact. Throws Unobserved when nobody asked the host yet.
 */
export function factValue(observed: Observed, path: readonly string[]): Value | undefined {
  const view = observedView(observed)
  const [first, ...rest] = path
  if (first === 'services') {
    const [name, ...below] = rest
    if (name === undefined) return undefined
    const unit = view.get('unit', { name })
    if (unit instanceof Unknown) return unit
    return isAbsent(unit)
      ? null
      : at({ active_state: unit.activeState, enabled: unit.enabled, main_pid: unit.mainPid, user: unit.user, group: unit.group }, below)
  }
  const system = view.get('system', {})
  if (system instanceof Unknown) return system
  if (isAbsent(system)) return undefined
  return at(
    {
      hostname: system.hostname,
      fqdn: system.fqdn,
      addresses: system.addresses,
      os: { family: system.osFamily, id: system.osId, version: system.osVersion },
      init: system.init,
      user: system.user,
      uid: system.uid,
      architecture: system.architecture,
      openssl: { version: system.opensslVersion },
    },
    path,
  )
}

function at(value: Value, path: readonly string[]): Value | undefined {
  let found: Value | undefined = value
  for (const name of path) found = isMap(found) && Object.hasOwn(found, name) ? found[name] : undefined
  return found
}
