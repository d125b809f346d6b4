import { Secret } from '../../model/value.ts'
import { type TaskNode, tasksOf } from '../../compile/compiled-run.ts'
import { namesInCondition, namesInSource } from '../../compile/names-read.ts'
import {
  commandLine,
  inventoryVars,
  leavesOf,
  type LintInput,
  type LintRule,
  literalOf,
  playbookVars,
  type Sighting,
  tasksIn,
} from './rule.ts'

/** Rules on what lets somebody read, change or break more than was meant. */
export const riskRules: readonly LintRule[] = [
  {
    id: 'skip-verify',
    title: 'certificates that are not checked',
    reason: 'TLS without a check of the certificate is open to whoever stands between: it hides what is sent from nobody who wants it',
    fix: 'trust the authority instead (the role ca_trust, or ca_file of the client), and name the server by a name of its certificate',
    look: (input) => [
      ...leavesOfAll(input).flatMap(({ source, key }): readonly Sighting[] => {
        const asKey = key !== undefined && /(?:^|[._])insecure_skip_verify$/i.test(key) && isOn(source.value)
        const off = key !== undefined && /(?:^|[._])(?:validate_certs|verify_ssl|ssl_verify)$/i.test(key) && isOff(source.value)
        const inText = typeof source.value === 'string' && /insecure[_-]?skip[_-]?verify['"]?\s*[:=]\s*['"]?true/i.test(source.value)
        return asKey || off || inText ? [{ at: source.at, message: `${key ?? 'this text'} switches the check of certificates off` }] : []
      }),
      ...tasksIn(input).flatMap((node) =>
        /\bcurl\b.*\s(?:-[a-zA-Z]*k[a-zA-Z]*|--insecure)(?:\s|$)|\bwget\b.*--no-check-certificate|\binflux\b.*(?:-unsafeSsl|--skip-verify)/.test(
          commandLine(node) ?? '',
        )
          ? [{ at: node.task.typeAt, message: 'this command does not check certificates' }]
          : [],
      ),
    ],
  },
  {
    id: 'plain-http',
    title: 'an address by plain HTTP',
    reason: 'what goes there can be read and changed on the way, passwords and tokens with it',
    fix: 'write https://, and turn TLS on there first',
    look: (input) =>
      leavesOfAll(input).flatMap(({ source, key }) =>
        // `at` of config finds what is to be changed
        typeof source.value === 'string' && key !== 'at' && /\bhttp:\/\/(?!localhost\b|127\.|\[::1\]|\{\{)/i.test(source.value)
          ? [{ at: source.at, message: `${key ?? 'this text'} names an address by http://` }]
          : [],
      ),
  },
  {
    id: 'key-mode',
    title: 'a private key that others may read',
    reason: 'who reads the key is the server: a key is for the user of its service and nobody else',
    fix: "set mode: '0400' or '0600', and the owner the service runs as",
    look: (input) =>
      tasksIn(input).flatMap(({ task, type }) => {
        const path = literalOf(task.params, 'dest') ?? literalOf(task.params, 'path') ?? ''
        if (!['copy', 'template', 'file'].includes(type) || !/(?:\.key|[-_.]key\.pem|privkey\.pem)$/.test(path)) return []
        if (type === 'file' && literalOf(task.params, 'state') === 'absent') return []
        const mode = literalOf(task.params, 'mode')
        if (mode === undefined)
          return type === 'file' ? [] : [{ at: task.typeAt, message: 'a key that is written without a mode gets 0644' }]
        return /^0?[0-7]{3}$/.test(mode) && (Number.parseInt(mode, 8) & 0o037) !== 0
          ? [{ at: task.typeAt, message: `mode ${mode} lets others use the key` }]
          : []
      }),
  },
  {
    id: 'open-mode',
    title: 'a file that every user may write',
    reason: 'what everybody may write anybody may replace, and the service then runs or serves that',
    fix: 'take the last 2 from the mode',
    look: (input) =>
      tasksIn(input).flatMap(({ task }) => {
        const mode = literalOf(task.params, 'mode') ?? ''
        const bits = /^[0-7]{3,4}$/.test(mode) ? Number.parseInt(mode, 8) : 0
        return (bits & 0o002) !== 0 && (bits & 0o1000) === 0 ? [{ at: task.typeAt, message: `mode ${mode} lets every user write` }] : []
      }),
  },
  {
    id: 'secret-in-clear',
    title: 'a password or token that stands in clear',
    reason: 'everybody who may read the files, and their history, has it',
    fix: 'encrypt it: tlsplay vault encrypt-string --name NAME, or the whole file with tlsplay vault encrypt',
    look: (input) =>
      [...playbookVars(input), ...inventoryVars(input), ...tasksIn(input).map(({ task }) => task.params)]
        .flatMap((source) => leavesOf(source))
        .flatMap(({ source, key }) =>
          key !== undefined && namesSecret(key) && isClear(source.value) ? [{ at: source.at, message: `${key} stands in clear` }] : [],
        ),
  },
  {
    id: 'no-log-missing',
    title: 'a command that gets a secret and is shown',
    reason: 'its words and what it prints go into plans, logs and reports',
    fix: 'add no_log: true; for command, give the secret through stdin or a file instead',
    look: (input) =>
      tasksIn(input)
        .filter(({ task, type }) => !task.noLog && ['command', 'shell', 'script', 'uri', 'debug', 'set_fact'].includes(type))
        .flatMap((node) => {
          const read = readNames(node).find(namesSecret)
          return read === undefined ? [] : [{ at: node.task.typeAt, message: `this ${node.type} reads ${read} and has no no_log` }]
        }),
  },
  {
    id: 'failure-ignored',
    title: 'a failure that nothing looks at',
    reason: 'ignore_errors without register goes on after any failure, also one that nobody thought of',
    fix: 'say what counts as a failure with failed_when, or register the result and look at it',
    look: (input) =>
      tasksIn(input)
        .filter(({ task }) => task.ignoreErrors && task.register === undefined && task.failedWhen === undefined)
        .map(({ task }) => ({ at: task.typeAt, message: 'ignore_errors, and nothing reads the result' })),
  },
  {
    id: 'verify-missing',
    title: 'a play that issues certificates and verifies none',
    reason: 'a certificate on the disk is not the one that is served: a service that was not told keeps the old one',
    fix: 'add a verify task behind the handlers, for each listener',
    look: ({ run }) =>
      run.plays.flatMap((play) => {
        const tasks = tasksOf(play)
        const issued = tasks.find(({ type }) => type === 'generate')
        return issued === undefined || tasks.some(({ type }) => type === 'verify')
          ? []
          : [{ at: play.play.at, message: 'certificates are issued here, and nothing verifies what is served' }]
      }),
  },
]

function leavesOfAll(input: LintInput) {
  return [...playbookVars(input), ...inventoryVars(input), ...tasksIn(input).map(({ task }) => task.params)].flatMap((source) =>
    leavesOf(source),
  )
}

function isOn(value: unknown): boolean {
  return value === true || (typeof value === 'string' && /^(?:true|yes|on)$/i.test(value))
}

function isOff(value: unknown): boolean {
  return value === false || (typeof value === 'string' && /^(?:false|no|off)$/i.test(value))
}

/** Names of things that are secret; `password_file` and the like name a place, `tokens_total` a count. */
function namesSecret(name: string): boolean {
  return /(?:^|[._-])(?:password|passwd|passphrase|token|secret|secret_key|api_key|pass)$/i.test(name)
}

function isClear(value: unknown): boolean {
  return !(value instanceof Secret) && typeof value === 'string' && value !== '' && !value.includes('{{')
}

function readNames({ task }: TaskNode): readonly string[] {
  const conditions = [...(task.changedWhen ?? []), ...(task.failedWhen ?? [])].flatMap(({ value }) =>
    typeof value === 'string' ? namesInCondition(value) : [],
  )
  return [...namesInSource(task.params).map(({ name }) => name), ...conditions]
}
