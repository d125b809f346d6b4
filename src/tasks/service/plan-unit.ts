import { refused, unsettled } from '../../lib/host-file.ts'
import { type Invalidation, isAbsent, type Prediction, type UnitFact } from '../../model/fact.ts'
import type { Change, Decision, PlanContext } from '../../model/task-type.ts'
import { Unknown } from '../../model/value.ts'
import { binaryOf, productOf } from '../../services/index.ts'
import type { Product } from '../../services/product.ts'
import type { Version } from '../../services/version.ts'
import type { Deed } from './act.ts'
import { type Needs, needsOfCertificate, needsOfSettings, together, versionOf, versionWord } from './needs.ts'
import { preflight, readerOf } from './preflight.ts'
import type { Wish } from './wish.ts'

interface Verdict {
  readonly verb: 'nothing' | 'start' | 'restart' | 'hangup' | 'reload' | 'stop'
  readonly reason: string
}

export function planUnit(wish: Wish, context: PlanContext): Decision<Deed> {
  const unit = context.view.get('unit', { name: wish.name })
  if (unit instanceof Unknown) return unsettled(context, wish.name, unit)
  if (isAbsent(unit))
    return refused({
      code: 'UNIT_UNKNOWN',
      message: `no unit ${wish.name} on the host`,
      hint: 'name the unit that runs the service, or give `command` for a process without one\nsystemctl list-units --type=service',
    })
  const product = wish.product ?? productOf(unit.execStart)
  const version = () => versionOf(product, binaryOf(unit.execStart), unit.user, context)
  const verdict = decide(wish, unit, product, version, context)
  if (verdict.verb !== 'nothing' && verdict.verb !== 'stop' && unit.enabled === 'masked')
    return refused({
      code: 'UNIT_UNKNOWN',
      message: `${wish.name} is masked, so systemd starts it for nobody`,
      hint: `systemctl unmask ${wish.name}`,
    })
  const checked = check(wish, unit, product, version, context)
  const deadly =
    (verdict.verb === 'reload' || verdict.verb === 'hangup') && wish.state === 'reloaded'
      ? deadlyReload(wish, unit, product, version)
      : undefined
  const enabling = enable(wish, unit)
  const changes = [
    ...(verdict.verb === 'nothing' ? [] : [changeOf(wish, unit, verdict, verdict.verb)]),
    ...(enabling === undefined ? [] : [enabling]),
  ]
  return {
    changes,
    predicts: changes.length === 0 ? [] : predictions(wish, unit, verdict),
    ...(verdict.verb === 'nothing' ? {} : { invalidates: invalidations(wish) }),
    reason: verdict.reason,
    ...(wish.state === 'restarted' || wish.state === 'reloaded' ? { unconditional: true } : {}),
    result: { name: unit.name, state: wish.state === 'stopped' ? 'stopped' : 'started' },
    problems: deadly === undefined ? checked.problems : [...checked.problems, deadly],
    warnings: checked.warnings,
  }
}

function decide(
  wish: Wish,
  unit: UnitFact,
  product: Product | undefined,
  version: () => Version | undefined,
  context: PlanContext,
): Verdict {
  const runs = unit.activeState === 'active' || unit.activeState === 'reloading'
  const is = `${unit.name} is ${unit.activeState}`
  switch (wish.state) {
    case 'started':
      return runs ? { verb: 'nothing', reason: is } : { verb: 'start', reason: is }
    case 'stopped':
      return runs || unit.activeState === 'activating' ? { verb: 'stop', reason: is } : { verb: 'nothing', reason: is }
    case 'restarted':
      return { verb: 'restart', reason: 'a restart was asked for' }
    case 'reloaded':
      if (!runs) return { verb: 'start', reason: is }
      return { verb: unit.canReload ? 'reload' : 'hangup', reason: 'a reload was asked for' }
    case 'applied': {
      if (!runs) return { verb: unit.activeState === 'activating' ? 'restart' : 'start', reason: is }
      const needs = together([
        needsOfSettings(
          [...wish.settingsFiles, unit.fragmentPath, ...unit.dropIns, ...unit.environmentFiles].filter((path) => path !== ''),
          unit.startedAt,
          context,
        ),
        ...(wish.serves === undefined ? [] : [needsOfCertificate(wish.serves, product, version, context)]),
      ])
      return { verb: needs.verb, reason: reasonOf(needs, unit) }
    }
  }
}

function reasonOf(needs: Needs, unit: UnitFact): string {
  return needs.verb === 'nothing'
    ? [`${unit.name} runs with its settings as they are`, ...needs.reasons].join('; ')
    : needs.reasons.join('; ')
}

function check(
  wish: Wish,
  unit: UnitFact,
  product: Product | undefined,
  version: () => Version | undefined,
  context: PlanContext,
): { readonly problems: NonNullable<Decision['problems']>; readonly warnings: readonly string[] } {
  if (wish.reads.length === 0) return { problems: [], warnings: [] }
  const reader = readerOf({ ...unit, dynamicUser: unit.sandbox.dynamicUser }, unit.name, context)
  switch (reader.kind) {
    case 'unknown':
      return { problems: [], warnings: [`${unit.name}: whether it can read its files is known only after an earlier task has acted`] }
    case 'problem':
      return { problems: [reader.problem], warnings: [] }
    case 'reader':
      return preflight(wish, reader.reader, unit.sandbox, product, version, context)
  }
}

/** A signal that would end the process instead of making it read again. */
function deadlyReload(
  wish: Wish,
  unit: UnitFact,
  product: Product | undefined,
  version: () => Version | undefined,
): NonNullable<Decision['problems']>[number] | undefined {
  const hint = 'write state: applied, which picks what this version can do'
  if (product === undefined)
    return unit.canReload
      ? undefined
      : { code: 'SETTING_ILLEGAL', message: `${wish.name} has no ExecReload, and what SIGHUP does to it is not known`, hint }
  const known = product.rulesByVersion ? version() : undefined
  return product.survivesHangup(known)
    ? undefined
    : { code: 'SETTING_ILLEGAL', message: `${product.name} ${versionWord(known)} ends on SIGHUP, so it cannot be reloaded`, hint }
}

function enable(wish: Wish, unit: UnitFact): Change<Deed> | undefined {
  const on = unit.enabled.startsWith('enabled')
  // static, indirect, generated, alias: nothing to enable, something else decides when it starts.
  const settled = wish.enabled === undefined || wish.enabled === on || (wish.enabled && !['disabled', 'linked', ''].includes(unit.enabled))
  if (settled) return undefined
  const verb = wish.enabled === true ? 'enable' : 'disable'
  return {
    action: 'update',
    target: unit.name,
    summary: `${verb} ${unit.name}`,
    diffs: [{ kind: 'fields', fields: [{ name: 'enabled', before: unit.enabled, after: `${verb}d` }] }],
    reason: `${unit.name} is ${unit.enabled === '' ? 'not enabled' : unit.enabled}`,
    data: { kind: 'enable', unit: unit.name, on: wish.enabled === true },
  }
}

function changeOf(wish: Wish, unit: UnitFact, { reason }: Verdict, verb: Exclude<Verdict['verb'], 'nothing'>): Change<Deed> {
  const action = verb === 'hangup' ? 'reload' : verb
  return {
    action,
    target: unit.name,
    summary: verb === 'hangup' ? `have ${unit.name} read its certificate and settings again` : `${verb} ${unit.name}`,
    diffs: [],
    reason,
    data: {
      kind: 'unit',
      verb,
      unit: unit.name,
      wait: { stableSeconds: wish.stableSeconds, timeoutSeconds: wish.timeoutSeconds, port: wish.serves?.port },
    },
  }
}

function predictions(wish: Wish, unit: UnitFact, { verb }: Verdict): readonly Prediction[] {
  const enabled = wish.enabled === undefined ? unit.enabled : wish.enabled ? 'enabled' : 'disabled'
  const running = {
    ...unit,
    enabled,
    activeState: 'active',
    subState: 'running',
    ...(verb === 'start' || verb === 'restart' ? { startedAt: Number.POSITIVE_INFINITY } : {}),
  }
  const fact =
    verb === 'nothing'
      ? { ...unit, enabled }
      : verb === 'stop'
        ? { ...unit, enabled, activeState: 'inactive', subState: 'dead', mainPid: 0, startedAt: 0 }
        : running
  return [...new Set([wish.name, unit.name])].map((name) => ({ kind: 'unit', target: { name }, fact }))
}

/** What a restarted process serves, logs and looks like is known when it runs. */
export function invalidations(wish: Wish): readonly Invalidation[] {
  const why = `${wish.name} is started again or told to read again by an earlier task`
  const port = wish.serves?.port
  return [
    { kind: 'listener', why, ...(port === undefined ? {} : { where: (target: { readonly port: number }) => target.port === port }) },
    {
      kind: 'process',
      why,
      ...(wish.command === undefined ? {} : { where: (target: { readonly exe: string }) => target.exe !== wish.command?.exe }),
    },
    { kind: 'log', why },
  ]
}
