import { basename, dirname, join, resolve } from 'node:path'
import { runPlaybook } from '../../execute/run.ts'
import { assetOpener, checkParams, newReader } from '../../load/index.ts'
import { homesOf, lockedTree } from '../../load/pinned-roles.ts'
import { type RoleCase, readRoleCase } from '../../load/role-case.ts'
import type { Plan } from '../../model/plan.ts'
import { type Problem, throwIfAny, TlsplayError } from '../../model/problem.ts'
import { readAsset } from '../../plan/assets.ts'
import type { Files } from '../../ports/ports.ts'
import { taskTypes } from '../../tasks/index.ts'
import { planText } from '../../view/plan-text.ts'
import type { PlayOptions } from '../options.ts'
import { packageFolder } from '../package-folder.ts'
import { nodeFiles } from '../ports/node-files.ts'
import { prepare } from '../prepare.ts'
import { version } from '../version.ts'
import { caseClock, caseHost } from './case-host.ts'
import type { Say } from './install.ts'
import type { RoleProject } from './project.ts'

/** A role to be tested: its name and its folder. */
interface Tried {
  readonly name: string
  readonly folder: string
  /** a playbook finds it by the lock */
  readonly isLocked: boolean
}

/**
 * Plans roles on the hosts of their cases, which are data, and compares. All own roles, or those named: one of the project, of
 * the lock, of tlsplay, or a folder with a slash in its name. Throws TlsplayError ROLE_CASE.
 */
export async function testRoles(names: readonly string[], project: RoleProject, texts: Map<string, string>, say: Say): Promise<void> {
  const own = (nodeFiles.list(join(project.folder, 'roles')) ?? []).filter(
    (name) => nodeFiles.kind(join(project.folder, 'roles', name)) === 'directory',
  )
  const tried = (names.length === 0 ? own : names).map((name) => placeOf(name, project))
  if (tried.length === 0)
    throw new TlsplayError([{ code: 'OPTION_INVALID', message: 'there is no role in roles/ to test', hint: 'tlsplay role test NAME' }])
  const problems: Problem[] = []
  for (const role of tried) {
    const cases = (nodeFiles.list(join(role.folder, 'cases')) ?? []).filter((file) => /\.ya?ml$/.test(file))
    if (cases.length === 0) say(`${role.name}: no case in cases/`)
    for (const file of cases) {
      const found = await tryCase(role, join(role.folder, 'cases', file), project, texts)
      say(`${role.name} ${file}: ${found.length === 0 ? 'as expected' : 'not as expected'}`)
      problems.push(...found)
    }
  }
  throwIfAny(problems)
}

function placeOf(name: string, { folder, lock, homes, io }: RoleProject): Tried {
  if (name.includes('/') || name === '.') {
    const path = resolve(io.cwd, name)
    return { name: basename(path), folder: path, isLocked: false }
  }
  const locked = lock.get(name)
  const pinned =
    locked === undefined ? [] : homesOf(name, locked, homes).filter((home) => lockedTree(locked, home, nodeFiles) !== undefined)
  const places = [join(folder, 'roles', name), ...pinned.map((home) => home.folder), join(packageFolder, 'roles', name)]
  const found = places.find((place) => nodeFiles.kind(join(place, 'role.yml')) === 'file')
  if (found !== undefined) return { name, folder: found, isLocked: locked !== undefined }
  throw new TlsplayError([{ code: 'ROLE_UNKNOWN', message: `there is no role ${name}`, hint: 'tlsplay role list' }])
}

const playbookName = '.tlsplay-case.yml'
const inventoryName = '.tlsplay-case-host.json'

async function tryCase(role: Tried, path: string, project: RoleProject, texts: Map<string, string>): Promise<readonly Problem[]> {
  const reader = { ...newReader(nodeFiles, project.io.cwd), texts }
  const one = readRoleCase(reader, path)
  if (one === undefined) return reader.problems
  const files = caseFiles(role, one, project.folder)
  const playbook = join(project.folder, playbookName)
  const prepared = await prepare(
    {
      playbook,
      options: { ...options, inventory: [join(project.folder, inventoryName)] },
      checkMode: true,
      connection,
      files,
      vault: undefined,
    },
    // of the environment only what leads to the roles of the lock
    { cwd: project.io.cwd, env: { HOME: project.io.env['HOME'], XDG_CACHE_HOME: project.io.env['XDG_CACHE_HOME'] } },
  )
  for (const [name, text] of prepared.texts) if (!name.endsWith(playbookName)) texts.set(name, text)
  const early = prepared.problems.map((problem) => placed(problem, one))
  if (early.length > 0) return compare(one, { problems: early, changes: [], later: [], shown: '' })
  const { connector, unanswered } = caseHost(one)
  let plan: Plan | undefined
  const report = await runPlaybook(
    { run: prepared.run, inventory: prepared.run.inventory, mode: 'plan', playbook: role.name, forks: 1, tlsplay: version },
    {
      connector,
      tools: {
        ...{ run: prepared.run, taskTypes, now: caseClock * 1000, checkParams, authority: () => undefined, stored: () => undefined },
        readAsset: (asset, node, scope) =>
          readAsset(asset, node, scope, { files, playbookFolder: project.folder, open: assetOpener(undefined) }),
      },
      issuer: { authority: () => undefined, unlock: actsNever, issue: actsNever },
      desk: { rest: actsNever, answer: actsNever, keep: actsNever },
      clock: { now: () => caseClock * 1000 },
      events: {
        emit: (event) => {
          if (event.type === 'plan_ready') plan = event.plan
        },
      },
      pause: async () => undefined,
    },
  )
  const tasks = plan?.plays.flatMap((play) => play.hosts.flatMap((host) => host.tasks)) ?? []
  const changes = tasks.flatMap((task) => task.changes.map(({ action, target }) => `${action} ${target}`))
  const later = tasks.flatMap((task) => (task.outcome === 'later' ? [task.label] : []))
  const shown = plan === undefined ? '' : planText(plan, { colour: false, diff: true, verbosity: 1 })
  const open = [...new Set(unanswered)].map((argv) => unansweredProblem(argv, one))
  return [...open, ...compare(one, { problems: report.problems, changes, later, shown })]
}

interface Found {
  readonly problems: readonly Problem[]
  readonly changes: readonly string[]
  readonly later: readonly string[]
  /** the plan as people read it */
  readonly shown: string
}

function compare({ expect, at }: RoleCase, { problems, changes, later, shown }: Found): readonly Problem[] {
  const found: Problem[] = []
  const refusals = problems.map(({ code }) => code)
  if (refusals.join() !== (expect.refused ?? []).join()) {
    // what the role says itself, where it says it
    found.push(...problems)
    found.push({
      code: 'ROLE_CASE',
      message:
        expect.refused === undefined
          ? 'the plan refuses, which the case does not expect'
          : 'the plan refuses with other problems than the case expects',
      at: at.refused,
      hint: `it refuses with\n${yamlList('refused', refusals)}`,
    })
  }
  if (expect.changes !== undefined && expect.changes.join('\n') !== changes.join('\n'))
    found.push({
      code: 'ROLE_CASE',
      message: 'the plan changes something else than the case expects',
      at: at.changes,
      hint: `the plan has\n${yamlList('changes', changes)}`,
    })
  if (expect.later !== undefined && expect.later.join('\n') !== later.join('\n'))
    found.push({
      ...{ code: 'ROLE_CASE', message: 'other tasks are known after apply than the case expects', at: at.later },
      hint: `those are\n${yamlList('later', later)}`,
    })
  const lines = shown.split('\n').map((line) => line.trim())
  for (const text of (expect.shows ?? []).filter((one) => !lines.some((line) => line.includes(one))))
    found.push({ code: 'ROLE_CASE', message: `the plan does not show: ${text}`, at: at.shows, hint: `it shows\n${shown.trimEnd()}` })
  return found
}

function actsNever(): Promise<never> {
  return Promise.reject(new Error('a plan acts nowhere'))
}

/** In the form that a case has it, to be copied. */
function yamlList(key: string, lines: readonly string[]): string {
  return [
    `${key}:${lines.length === 0 ? ' []' : ''}`,
    ...lines.map((line) => `  - ${/^[\w][\w /.-]*$/.test(line) ? line : JSON.stringify(line)}`),
  ].join('\n')
}

function unansweredProblem(argv: string, { at }: RoleCase): Problem {
  return {
    ...{ code: 'ROLE_CASE', message: `the role asks a command whose answer the case does not give: ${argv}`, at: at.expect },
    hint: `add to facts:\n- { command: { argv: ${argv} }, is: { rc: 0, stdout: "" } }`,
  }
}

/** What is wrong with the call of the role is wrong in the case: its playbook is not there for anybody to see. */
function placed(problem: Problem, { at }: RoleCase): Problem {
  return problem.at?.file.endsWith(playbookName) || problem.at?.file.endsWith(inventoryName) ? { ...problem, at: at.inputs } : problem
}

/** The files of the project with those of the case over them, and without the variables that stand beside its playbooks. */
function caseFiles({ name, folder, isLocked }: Tried, { inputs, vars, project }: RoleCase, home: string): Files {
  const texts = new Map([
    ...Object.entries(project).map(([path, text]) => [join(home, path), text] as const),
    [join(home, playbookName), JSON.stringify([{ hosts: 'all', roles: [{ role: name, inputs }] }])],
    [join(home, inventoryName), JSON.stringify({ all: { hosts: { 'host.example.net': vars } } })],
  ])
  const hidden = ['group_vars', 'host_vars'].map((one) => join(home, one))
  const isHidden = (path: string): boolean => hidden.some((one) => path.startsWith(one))
  // the role is found by its name, whatever folder it really lies in; one of the lock is found by the lock
  const alias = isLocked ? undefined : join(home, 'roles', name)
  const real = (path: string): string =>
    alias !== undefined && (path === alias || path.startsWith(`${alias}/`)) ? join(folder, path.slice(alias.length)) : path
  const seen = <T>(path: string, look: (path: string) => T): T | undefined => (isHidden(path) ? undefined : look(real(path)))
  return {
    read: (path) => (texts.has(path) ? new TextEncoder().encode(texts.get(path)) : seen(path, nodeFiles.read)),
    kind: (path) =>
      texts.has(path) ? 'file' : [...texts.keys()].some((one) => dirname(one) === path) ? 'directory' : seen(path, nodeFiles.kind),
    list: (path) => seen(path, nodeFiles.list),
    realPath: (path) => (texts.has(path) ? path : seen(path, nodeFiles.realPath)),
    ...(nodeFiles.ownKind === undefined ? {} : { ownKind: nodeFiles.ownKind }),
  }
}

const options: PlayOptions = {
  ...{ inventory: [], askPass: false, become: false, askBecomePass: false, extraVars: [], forks: 1, tags: [], skipTags: [], check: true },
  ...{ diff: true, verbose: 1, output: 'text', stats: false, rolesPath: [], knownHosts: [], detailedExitcode: false },
  ...{ askVaultPass: false, vaultPasswordFile: [], vaultId: [] },
}

const connection = { defaults: { user: 'root', homeFolder: '/root', knownHostsFiles: [] } }
