import { factAliases } from '../../compile/facts.ts'
import { namesInCondition, namesInSource, type NameRead } from '../../compile/names-read.ts'
import { magicNames } from '../../compile/variables.ts'
import { type TaskNode, tasksOf } from '../../compile/compiled-run.ts'
import type { Located, Role } from '../../model/playbook.ts'
import type { Source } from '../../model/source.ts'
import { commandLine, hasKey, inventoryVars, leavesOf, type LintRule, literalOf, playbookVars, rolesIn, tasksIn } from './rule.ts'

/** Rules on how a playbook reads, and on words that mean something else than they seem to. */
export const styleRules: readonly LintRule[] = [
  {
    id: 'name-missing',
    title: 'a play or task without a name',
    reason: 'plans, recaps, --start-at-task and notify show and find tasks by their names',
    fix: 'add name: with what will be true afterwards',
    look: (input) => [
      ...input.run.plays
        .filter(({ play }) => play.name === undefined)
        .map(({ play }) => ({ at: play.at, message: 'the play has no name' })),
      ...tasksIn(input)
        .filter(({ task }) => task.name === undefined)
        .map(({ task, type }) => ({ at: task.at, message: `this ${type} has no name` })),
    ],
  },
  {
    id: 'fact-alias',
    title: "a fact by Ansible's name",
    reason: 'facts live in a namespace of their own, and the old names give way to any variable that is called so',
    fix: 'write facts. and the name that the message tells',
    look: (input) =>
      tasksIn(input)
        .flatMap(namesReadBy)
        .flatMap(({ name, at }) => {
          const path = factAliases.get(name)
          return path === undefined ? [] : [{ at, message: `${name} is facts.${path.join('.')}` }]
        }),
  },
  {
    id: 'yaml-word',
    title: 'a word that YAML 1.1 and YAML 1.2 read differently',
    reason:
      'inventories and files of variables follow YAML 1.1 as Ansible does, playbooks and roles YAML 1.2: the same word is true in one and a text in the other',
    fix: 'write true or false, or put the text in quotes; numbers without leading zeros and underscores',
    look: (input) => {
      const tasks = tasksIn(input).flatMap(({ task }) => leavesOf(task.params))
      const inPlaybooks = [...tasks, ...playbookVars(input).flatMap((vars) => leavesOf(vars))]
        .filter(({ source }) => source.plain === true && typeof source.value === 'string' && isOldWord(source.value))
        .map(({ source }) => ({
          at: source.at,
          message: `${String(source.value)} is a text here, and something else in a file of variables`,
        }))
      const inVars = inventoryVars(input)
        .flatMap((vars) => leavesOf(vars))
        .flatMap(({ source }) => {
          const written = writtenAt(source, input.texts)
          return written !== undefined && typeof source.value !== 'string' && isOldWord(written)
            ? [{ at: source.at, message: `${written} is ${String(source.value)} here, and something else in a playbook` }]
            : []
        })
      return [...inPlaybooks, ...inVars]
    },
  },
  {
    id: 'role-undeclared',
    title: 'a role reads a variable that it neither declares nor sets',
    reason: 'a role is a function: what it reads from elsewhere is an input that nobody can see or check',
    fix: 'declare it under inputs in role.yml, with its schema and a description',
    look: (input) =>
      rolesIn(input).flatMap((role) =>
        undeclared(
          role,
          tasksIn(input).filter((node) => node.role?.role === role),
        ),
      ),
  },
  {
    id: 'handler-unreachable',
    title: 'a handler that no task notifies',
    reason: 'it never runs: most often its name was changed in one of the two places',
    fix: 'notify it, or take it out',
    look: ({ run }) =>
      run.plays.flatMap((play) => {
        const notified = new Set(tasksOf(play).flatMap(({ notifies }) => notifies))
        return play.handlers
          .filter(({ id, role }) => role === undefined && !notified.has(id))
          .map(({ task, label }) => ({ at: task.at, message: `nothing notifies the handler ${label}` }))
      }),
  },
  {
    id: 'command-instead',
    title: 'a command where a task type exists',
    reason: 'a command is only named in a plan, runs each time and proves nothing; a task type compares first, shows a diff and is planned',
    fix: 'use the task type that the message names',
    look: (input) =>
      tasksIn(input).flatMap((node) => {
        const line = commandLine(node)
        const better = line === undefined ? undefined : instead(line)
        if (better === undefined || !input.taskTypes.has(better.type)) return []
        return [{ at: node.task.typeAt, message: `${better.word} is what the task type ${better.type} is for` }]
      }),
  },
  {
    id: 'shell-unneeded',
    title: 'a shell for a line that needs none',
    reason: 'a shell reads blanks, quotes and dollars of whatever a variable holds; command does not',
    fix: 'use command',
    look: (input) =>
      tasksIn(input).flatMap((node) => {
        const line = node.type === 'shell' ? commandLine(node) : undefined
        return line === undefined || /[|&;<>()$`*?[\]#~=%!\n\\]/.test(line.replaceAll(/\{\{.*?\}\}/g, ''))
          ? []
          : [{ at: node.task.typeAt, message: 'nothing in this line needs a shell' }]
      }),
  },
  {
    id: 'always-changed',
    title: 'a command that changes something on every run',
    reason: 'it says changed each time, so handlers run each time and a second run is never quiet',
    fix: 'say when there is nothing to do (creates, removes, unless, onlyif), that it only reads (reads), or changed_when',
    look: (input) =>
      tasksIn(input).flatMap(({ task, type, section }) =>
        (type === 'command' || type === 'shell') &&
        section !== 'handlers' &&
        task.changedWhen === undefined &&
        !hasKey(task.params, 'creates', 'removes', 'unless', 'onlyif', 'reads')
          ? [{ at: task.typeAt, message: `this ${type} counts as a change on every run` }]
          : [],
      ),
  },
  {
    id: 'restart-task',
    title: 'a service that is restarted on every run',
    reason: 'state: restarted outside a handler interrupts the service although nothing has changed',
    fix: 'make it a handler and notify it, or use state: applied',
    look: (input) =>
      tasksIn(input).flatMap(({ task, type, section, conditions }) =>
        type === 'service' &&
        section !== 'handlers' &&
        conditions.length === 0 &&
        ['restarted', 'reloaded'].includes(literalOf(task.params, 'state') ?? '')
          ? [{ at: task.typeAt, message: `${literalOf(task.params, 'state')} runs each time` }]
          : [],
      ),
  },
]

/** Plain words that PyYAML takes for a boolean or another number (YAML 1.1 types bool, int, float), and YAML 1.2 does not. */
function isOldWord(word: string): boolean {
  return (
    /^(?:yes|no|on|off|y|n)$/i.test(word) ||
    /^[-+]?0[0-7_]+$/.test(word) ||
    /^[-+]?[1-9][0-9_]*_[0-9_]*$/.test(word) ||
    /^[-+]?[1-9][0-9]*(?::[0-5]?[0-9])+$/.test(word)
  )
}

/** What stands in the text; a value of a vault has no place of its own. */
function writtenAt({ at }: Extract<Source, { kind: 'scalar' }>, texts: ReadonlyMap<string, string>): string | undefined {
  if (at.endColumn === undefined || (at.endLine ?? at.line) !== at.line) return undefined
  return texts
    .get(at.file)
    ?.split('\n')
    [at.line - 1]?.slice(at.column - 1, at.endColumn - 1)
}

function namesReadBy({ task, conditions, blockVars, environment }: TaskNode): readonly NameRead[] {
  const sources = [task.params, task.vars, task.loop, environment, ...blockVars].flatMap((source) => source ?? [])
  const texts = [...conditions, ...(task.changedWhen ?? []), ...(task.failedWhen ?? [])]
  return [...sources.flatMap(namesInSource), ...texts.flatMap(namesInText)]
}

function namesInText({ value, at }: Located<string | boolean>): readonly NameRead[] {
  return typeof value === 'string' ? namesInCondition(value).map((name) => ({ name, at })) : []
}

/** Names that the language itself gives somewhere. */
const given: ReadonlySet<string> = new Set([
  ...magicNames,
  ...['facts', 'item', 'role_name', 'role_path', 'ansible_play_hosts_all', 'omit', 'ansible_loop'],
  ...['failed_task', 'failed_result', 'ansible_failed_task', 'ansible_failed_result'],
  ...factAliases.keys(),
])

function undeclared(role: Role, nodes: readonly TaskNode[]) {
  const known = new Set([
    ...role.inputs.map(({ name }) => name),
    ...(role.vars?.entries ?? []).map(({ key }) => key),
    ...nodes.flatMap(({ task, blockVars }) => [task.vars, ...blockVars].flatMap((vars) => (vars?.entries ?? []).map(({ key }) => key))),
    ...nodes.flatMap(({ task }) =>
      [task.register?.value, task.loopControl.loopVar, task.loopControl.indexVar].flatMap((name) => name ?? []),
    ),
    ...nodes.flatMap(({ task }) => (task.include?.branches ?? []).flatMap(({ vars }) => (vars?.entries ?? []).map(({ key }) => key))),
    ...nodes.flatMap(({ task }) =>
      task.type === 'set_fact' && task.params.kind === 'map' ? task.params.entries.map(({ key }) => key) : [],
    ),
  ])
  // what a condition of the caller reads is the caller's
  return nodes
    .flatMap((node) => namesReadBy({ ...node, conditions: node.conditions.filter(({ at }) => at.file === node.task.at.file) }))
    .filter(({ name }) => !known.has(name) && !given.has(name))
    .map(({ name, at }) => ({ at, message: `the role ${role.name} reads ${name}, which it neither declares nor sets` }))
}

const replacements: readonly { readonly words: RegExp; readonly type: string }[] = [
  {
    words: /^(?:systemctl (?:--\S+ )*(?:start|stop|restart|reload|enable|disable)\b|service \S+ (?:start|stop|restart|reload)\b)/,
    type: 'service',
  },
  { words: /^(?:chmod|chown|chgrp|mkdir|rmdir|rm|ln|touch)\b/, type: 'file' },
  { words: /^cp\b/, type: 'copy' },
  { words: /^(?:useradd|adduser|usermod|userdel)\b/, type: 'user' },
  { words: /^(?:groupadd|addgroup|groupmod|groupdel)\b/, type: 'group' },
  { words: /^(?:apt|apt-get|yum|dnf|apk|zypper) (?:-\S+ )*(?:install|remove|add|del|upgrade)\b/, type: 'package' },
  { words: /^(?:curl|wget)\b/, type: 'uri' },
  { words: /^openssl (?:req|genrsa|genpkey|ecparam|x509)\b/, type: 'generate' },
  { words: /^openssl s_client\b/, type: 'verify' },
  { words: /^sed -i\b/, type: 'lineinfile' },
]

function instead(line: string): { readonly type: string; readonly word: string } | undefined {
  const bare = line.trim().replace(/^(?:sudo\s+|\/(?:usr\/)?s?bin\/)/, '')
  const found = replacements.find(({ words }) => words.test(bare))
  return found === undefined ? undefined : { type: found.type, word: bare.split(/\s/)[0] ?? '' }
}
