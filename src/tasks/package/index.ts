import { refused } from '../../lib/host-file.ts'
import { isBelow, tidyPath } from '../../lib/paths.ts'
import { type Invalidation, isAbsent, type PackageFact, type Prediction } from '../../model/fact.ts'
import type { RunStep } from '../../model/step.ts'
import { type Decision, defineTaskType, type FieldDiff, type PlanContext } from '../../model/task-type.ts'
import { Unknown, type Value } from '../../model/value.ts'
import { type PackageManager, packageManagers } from '../../services/packages.ts'
import type { PackageParams } from './schema.ts'

interface Deed {
  readonly lines: readonly (readonly string[])[]
  readonly env: Readonly<Record<string, string>>
}

interface Known {
  readonly name: string
  readonly fact: PackageFact
}

type State = 'present' | 'absent' | 'latest'

/** Installs and removes packages of the distribution. The plan says which version comes; what a package brings it does not. */
export const packageType = defineTaskType<PackageParams, Deed>({
  name: 'package',
  summary: 'packages of the distribution',
  knowledge: 'predicted',
  aliases: ['ansible.builtin.package'],
  *observe(params) {
    yield namesOf(params).map((name) => ({ kind: 'package', target: { name } }) as const)
  },
  plan(params, context) {
    const { state = 'present', update_cache: refresh = false } = params
    if (state === 'latest' && refresh) {
      return refused({
        code: 'VALUE_INVALID',
        message:
          'package: what is the latest is not known before the sources are asked, so update_cache and latest cannot be planned as one',
        hint: 'ask them in an earlier task\ncommand: apt-get -q update',
      })
    }
    const known: Known[] = []
    for (const name of namesOf(params)) {
      const fact = context.view.get('package', { name })
      if (fact instanceof Unknown) return notKnown(name, fact, context)
      if (isAbsent(fact)) return noManager(context)
      known.push({ name, fact })
    }
    const manager = packageManagers[known[0]?.fact.manager ?? 'apt']
    const wanted = known.filter((one) => isDue(one, state))
    if (wanted.length === 0) {
      const blind = state === 'latest' && !manager.tellsCandidates
      return blind ? cannotTell(manager) : { changes: [], predicts: [], reason: reasonOf(known, state), result: resultOf(known) }
    }
    const unheard =
      state === 'absent' || refresh || !manager.tellsCandidates ? undefined : wanted.find(({ fact }) => fact.candidate === undefined)
    if (unheard !== undefined) {
      return refused({
        code: 'VALUE_INVALID',
        message: `package: ${manager.name} of ${context.host.name} knows no package ${unheard.name}`,
        hint: 'correct the name, or ask the sources first\nupdate_cache: true',
      })
    }
    if (context.user !== 'root')
      return refused({
        code: 'SUDO_REFUSED',
        message: `package: only root installs packages, and the task acts as ${context.user}`,
        hint: 'add become: true to the task',
      })
    return change(wanted, known, state, refresh, manager)
  },
  *apply({ data: { lines, env } }) {
    yield lines.map((argv): RunStep => ({ kind: 'run', command: { argv }, env, mayFail: false }))
    return { changed: true }
  },
})

function namesOf({ name }: PackageParams): readonly string[] {
  return typeof name === 'string' ? [name] : [...new Set(name)]
}

function isDue({ fact: { installed, candidate } }: Known, state: State): boolean {
  switch (state) {
    case 'present':
      return installed === undefined
    case 'absent':
      return installed !== undefined
    case 'latest':
      return installed === undefined || (candidate !== undefined && candidate !== installed)
  }
}

function change(
  wanted: readonly Known[],
  known: readonly Known[],
  state: State,
  refresh: boolean,
  manager: PackageManager,
): Decision<Deed> {
  const names = wanted.map(({ name }) => name)
  const removes = state === 'absent'
  // After a refresh it may be another one.
  const comes = ({ fact }: Known): string | undefined => (removes || refresh ? undefined : fact.candidate)
  const line = removes ? manager.remove(names) : manager.install(wanted.map((one) => ({ name: one.name, version: comes(one) })))
  const open = new Unknown(`${manager.name} says which version it installed`)
  const facts = wanted.map((one): { readonly name: string; readonly fact: PackageFact | Unknown } => {
    const { installed, ...rest } = one.fact
    if (removes) return { name: one.name, fact: rest }
    const version = comes(one)
    return { name: one.name, fact: version === undefined ? open : { ...one.fact, installed: version } }
  })
  const fields = wanted.map(
    (one): FieldDiff => ({
      name: one.name,
      before: one.fact.installed,
      after: removes ? undefined : (comes(one) ?? '(known after apply)'),
    }),
  )
  const verb = removes ? 'remove' : wanted.every(({ fact }) => fact.installed !== undefined) ? 'update' : 'install'
  const reason = wanted.map(({ name, fact }) => `${name} is ${fact.installed ?? 'missing'}`).join('; ')
  const action = { remove: 'remove', update: 'update', install: 'create' } as const
  return {
    changes: [
      {
        action: action[verb],
        target: names.join(' '),
        summary: `${verb} ${names.join(', ')}`,
        diffs: [{ kind: 'fields', fields }],
        reason,
        data: { lines: refresh && !removes ? [manager.refresh, line] : [line], env: manager.env },
      },
    ],
    predicts: facts.map(({ name, fact }): Prediction => ({ kind: 'package', target: { name }, fact })),
    invalidates: brought(names, removes),
    reason,
    result: resultOf([...known.filter((one) => !wanted.includes(one)), ...facts]),
  }
}

/** Folders that packages leave alone (Debian policy, section 9; FHS 3.0). */
const untouched = ['/home', '/root', '/srv', '/tmp', '/usr/local', '/var/tmp', '/mnt', '/media']

/** A package brings files, accounts, programs and services, and what it needs brings more: nobody knows before it is there. */
function brought(names: readonly string[], removes: boolean): readonly Invalidation[] {
  const why = `an earlier task ${removes ? 'removes' : 'installs'} ${names.join(', ')}`
  const where = ({ path }: { readonly path: string }) => {
    const tidy = tidyPath(path)
    return !untouched.some((folder) => tidy === folder || isBelow(tidy, folder))
  }
  return [
    ...(['file', 'content', 'digest', 'certificate', 'key'] as const).map((kind) => ({ kind, why, where })),
    ...(['unit', 'tool', 'user', 'group', 'accounts', 'process', 'listener'] as const).map((kind) => ({ kind, why })),
    // What is removed may take others with it.
    ...(removes ? ([{ kind: 'package', why }] as const) : []),
  ]
}

function resultOf(known: readonly { readonly name: string; readonly fact: PackageFact | Unknown }[]) {
  const version = (fact: PackageFact | Unknown): Value => (fact instanceof Unknown ? fact : (fact.installed ?? null))
  return { packages: Object.fromEntries(known.map(({ name, fact }): [string, Value] => [name, version(fact)])) }
}

function reasonOf(known: readonly Known[], state: State): string {
  const told = known.map(({ name, fact }) => (fact.installed === undefined ? `${name} is missing` : `${name} is ${fact.installed}`))
  return `${told.join('; ')}${state === 'latest' ? ', the newest the host knows of' : ''}`
}

function notKnown(name: string, { why }: Unknown, { dirty }: PlanContext): Decision<never> {
  if (dirty) return { changes: [], predicts: [], reason: why, later: why }
  return refused({
    code: 'PATH_REFUSED',
    message: `package: nothing is known of ${name}: ${why}`,
    hint: 'see what the package manager of the host says of it',
  })
}

function noManager({ host }: PlanContext): Decision<never> {
  return refused({
    code: 'TOOL_MISSING',
    message: `package: ${host.name} has no package manager that is known here`,
    hint: 'apt, apk and dnf are known; for another one use command with unless',
  })
}

function cannotTell({ name }: PackageManager): Decision<never> {
  return refused({
    code: 'VALUE_INVALID',
    message: `package: ${name} does not tell what the latest version is without asking its sources`,
    hint: 'use state: present, or a command',
  })
}
