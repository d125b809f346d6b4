import { setTimeout as pause } from 'node:timers/promises'
import { Tally } from '../execute/abandoned.ts'
import { BusyHosts } from '../execute/busy-hosts.ts'
import { remoteHosts } from '../execute/remote-host.ts'
import { runPlaybook } from '../execute/run.ts'
import { acmeIssuer } from '../issuers/acme/acme-issuer.ts'
import { caIssuer } from '../issuers/ca-issuer.ts'
import { pairStore } from '../issuers/pair-store.ts'
import { assetOpener, checkParams, type Vault } from '../load/index.ts'
import type { CertificateFact } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import type { Problem } from '../model/problem.ts'
import { isNonEmpty, TlsplayError } from '../model/problem.ts'
import type { Report } from '../model/report.ts'
import { Secret } from '../model/value.ts'
import { readAsset } from '../plan/assets.ts'
import type { Clock, Issuer } from '../ports/ports.ts'
import { taskTypes } from '../tasks/index.ts'
import { nodeDialer } from '../transport/dialer.ts'
import { transports } from '../transport/transports.ts'
import { hasPendingChanges } from '../view/plan-text.ts'
import { askVariables } from './ask-variables.ts'
import { connectionOverrides, defaultKeyFiles } from './connection.ts'
import { exitCodes } from './exit-codes.ts'
import { failureCode, interruptedCode, showProblems } from './failure.ts'
import { inventoryPrograms } from './inventory-program.ts'
import type { Io } from './io.ts'
import type { PlayOptions } from './options.ts'
import { insteadOfTyping, passphraseFile, readPassphrase } from './passphrase.ts'
import { terminalDesk } from './ports/desk.ts'
import { nodeFiles } from './ports/node-files.ts'
import { fraction, nodeRandom } from './ports/random.ts'
import { runIdentity } from './run-identity.ts'
import { onlyLists, showLists } from './play-list.ts'
import { terminalPrompt, type TerminalPrompt } from './ports/terminal-prompt.ts'
import { type Prepared, prepare, type PrepareRequest } from './prepare.ts'
import { type RunView, runView } from './run-view.ts'
import type { PlanWatch } from './saved-plan.ts'
import { toldConnections } from './told-connections.ts'
import { vaultOf, withoutVaultPassword } from './vault-passwords.ts'
import { version } from './version.ts'

export interface PlayRequest {
  readonly mode: 'plan' | 'run'
  readonly playbook: string
  readonly options: PlayOptions
  /** keeps what the plan is made from, and may object to it */
  readonly watch?: PlanWatch
}

export interface Played {
  readonly code: number
  /** undefined when it ended before any host was asked */
  readonly report?: Report
}

const clock: Clock = { now: () => Date.now() }

/** Loads, compiles, plans and, in mode `run`, applies a playbook; everything is shown, nothing is thrown but bugs. */
export async function play(request: PlayRequest, io: Io): Promise<Played> {
  const { mode, playbook, options, watch } = request
  if (options.step === true && mode === 'plan') return refuse(stepOfPlan, new Map(), request, io)
  if (options.step === true && io.stdin.isTTY !== true) return refuse(stepAlone, new Map(), request, io)
  if (options.detailedExitcode && mode === 'run') return refuse(onlyForPlans, new Map(), request, io)
  const prompt = terminalPrompt(io)
  try {
    const connection = await connectionOverrides(options, io, prompt)
    const vault = await vaultOf(options, io, prompt)
    const visible = withoutVaultPassword(io.env)
    const environment = watch?.witness.environment(visible) ?? visible
    const files = watch?.witness.files(nodeFiles) ?? nodeFiles
    const programs = inventoryPrograms(io)
    const prepared = await prepare(
      {
        playbook,
        options,
        checkMode: mode === 'plan',
        connection,
        files,
        vault,
        env: visible,
        ...(onlyLists(options) ? {} : { ask: asking(prompt, watch) }),
        run: watch?.witness.program(programs) ?? programs,
      },
      { cwd: io.cwd, env: environment },
    )
    watch?.witness.given('ssh_config', JSON.stringify([...(prepared.run.options.connection.sshConfig ?? [])]))
    const objections = prepared.problems.length > 0 ? prepared.problems : (watch?.read() ?? [])
    if (objections.length > 0) return await refuse(objections, prepared.texts, request, io)
    if (onlyLists(options)) {
      await showProblems(prepared.warnings, prepared.texts, io)
      showLists(playbook, prepared.run, options, io)
      return { code: exitCodes.done }
    }
    const view = await runView(
      { output: options.output, diff: options.diff || mode === 'plan', stats: options.stats, verbosity: options.verbose },
      io,
    )
    return await runPrepared({ ...prepared, vault }, view, request, io).catch(async (error: unknown) => {
      await view.settled()
      if (error instanceof TlsplayError) return await refuse(error.problems, prepared.texts, request, io)
      throw error
    })
  } catch (error) {
    if (error instanceof TlsplayError) return await refuse(error.problems, new Map(), request, io)
    throw error
  }
}

/** What is answered is an input of a saved plan, as extra variables are. */
function asking(prompt: TerminalPrompt, watch: PlanWatch | undefined): NonNullable<PrepareRequest['ask']> {
  return async (playbook, given) => {
    const asked = await askVariables(playbook, given, prompt)
    const said = [...asked.answers].map(([{ name }, { value }]) => [name, value instanceof Secret ? value.reveal() : value])
    if (said.length > 0) watch?.witness.given('answers to vars_prompt', JSON.stringify(said))
    return asked
  }
}

async function runPrepared(
  prepared: Prepared & { readonly vault: Vault | undefined },
  view: RunView,
  { mode, playbook, options, watch }: PlayRequest,
  io: Io,
): Promise<Played> {
  const { run, playbookFolder, vault } = prepared
  const file = passphraseFile(options.caPassphraseFile, io)
  const ask = (what: string) => terminalPrompt(io).secret(`passphrase of the ${what}`, insteadOfTyping)
  const passphrase = async (what: string) => (file === undefined ? view.aside(() => ask(what)) : readPassphrase(file, nodeFiles))
  const acme = acmeIssuer({
    ...{ folder: run.inventory.folder, playbookFolder, random: nodeRandom, env: withoutVaultPassword(io.env) },
    pause: (milliseconds) => pause(milliseconds),
    passphrase: (account) => passphrase(`ACME account ${account}`),
  })
  const { folder } = run.inventory
  const authorities = caIssuer({
    ...{ folder, clock, random: nodeRandom },
    passphrase: (authority) => passphrase(`certificate authority ${authority}`),
  })
  const pairs = pairStore({
    ...{ folder, random: nodeRandom, issuer: { ...authorities, acme } },
    passphrase: (name) => passphrase(`stored certificate ${name}`),
  })
  const issuer: Issuer = { ...authorities, acme, pairs }
  const transport = transports({
    ...{
      files: nodeFiles,
      agentSocket: io.env['SSH_AUTH_SOCK'],
      defaultKeyFiles: defaultKeyFiles(io),
      environment: withoutVaultPassword(io.env),
    },
    ...{ sleep: (milliseconds) => pause(milliseconds), random: fraction },
  })
  const hosts = remoteHosts({
    transport,
    dialer: nodeDialer(),
    random: nodeRandom,
    clock,
    run: runIdentity(io, clock, nodeRandom, options),
  })
  const authority = (name: string): CertificateFact | undefined => issuer.authority(name)
  const files = watch?.witness.files(nodeFiles) ?? nodeFiles
  const onInterrupt = (): void =>
    view.emit({ type: 'warning', message: 'interrupted: hosts at work end first, no other is started; once more ends it at once' })
  io.interrupted.addEventListener('abort', onInterrupt, { once: true })
  let plan: Plan | undefined
  const reached = options.verbose < 3 ? hosts : toldConnections(hosts, (event) => view.emit(event))
  const busy = new BusyHosts()
  const tally = new Tally(run.plays.flatMap((play) => play.hosts))
  const running = runPlaybook(
    {
      run,
      inventory: run.inventory,
      mode,
      playbook,
      forks: options.forks,
      step: options.step === true,
      tlsplay: version,
      signal: io.interrupted,
    },
    {
      connector: busy.connector(watch?.witness.connector(reached) ?? reached),
      tools: {
        ...{ run, taskTypes, now: clock.now(), checkParams, authority: watch?.witness.authority(authority) ?? authority },
        stored: watch?.witness.stored(pairs.chain) ?? pairs.chain,
        unattended: mode === 'run' && io.stdin.isTTY !== true,
        readAsset: (asset, node, scope) => readAsset(asset, node, scope, { files, playbookFolder, open: assetOpener(vault) }),
      },
      events: {
        emit(event) {
          if (io.leaving.aborted) return
          tally.count(event)
          view.emit(event)
          if (event.type === 'run_started')
            for (const warning of prepared.warnings) view.emit({ type: 'warning', message: placed(warning) })
          if (event.type === 'plan_ready') plan = event.plan
        },
      },
      desk: terminalDesk({
        io,
        playbookFolder,
        aside: (act) => view.aside(act),
        say: (message) => view.emit({ type: 'warning', message }),
      }),
      ...{ issuer, clock, pause: (milliseconds) => pause(milliseconds) },
      ...(watch === undefined ? {} : { review: (planned, refused) => watch.planned(planned, refused) }),
    },
  )
  const ended = await Promise.race([running, aborted(io.leaving)])
  const report = ended ?? tally.abandoned({ tlsplay: version, playbook, mode, exitCode: interruptedCode(io) }, busy)
  if (ended === undefined) {
    // Nobody waits for it any more, and it may well fail when the process goes.
    running.catch(() => undefined)
    await view.aside(async () => view.emit({ type: 'run_finished', report }))
  }
  io.interrupted.removeEventListener('abort', onInterrupt)
  await view.settled()
  // What the plan refuses or cannot reach stands in the plan already.
  const shown = new Set(options.output === 'text' ? plan?.problems : [])
  await showProblems(
    report.problems.filter((problem) => !shown.has(problem)),
    prepared.texts,
    io,
  )
  return { code: exitCodeOf(report, plan, options, io), report }
}

/** undefined when it comes */
function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined)
    else signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
}

function exitCodeOf(report: Report, plan: Plan | undefined, options: PlayOptions, io: Io): number {
  if (io.interrupted.aborted) return interruptedCode(io)
  if (!options.detailedExitcode) return report.exitCode
  if (report.exitCode !== exitCodes.done || plan === undefined) return exitCodes.refused
  return hasPendingChanges(plan) ? exitCodes.failed : exitCodes.done
}

const stepOfPlan: readonly Problem[] = [
  { code: 'OPTION_INVALID', message: '--step asks before each task that runs, and a plan runs none', hint: 'leave --check or --step out' },
]

const stepAlone: readonly Problem[] = [
  { code: 'OPTION_INVALID', message: '--step asks before each task, and there is no terminal', hint: 'run it on a terminal' },
]

const onlyForPlans: readonly Problem[] = [
  {
    code: 'OPTION_INVALID',
    message: '--detailed-exitcode says whether changes are pending, which is a question for a plan',
    hint: 'tlsplay plan, or tlsplay run --check',
  },
]

async function refuse(problems: readonly Problem[], texts: Prepared['texts'], { options }: PlayRequest, io: Io): Promise<Played> {
  if (options.output === 'json') {
    const { eventJson } = await import('../view/events-json.ts')
    for (const problem of problems) io.stdout.write(eventJson({ type: 'problem', problem }))
  }
  if (isNonEmpty(problems)) return { code: await failureCode(new TlsplayError(problems), io, texts) }
  throw new Error('refused without a problem')
}

function placed({ at, message, hint }: Problem): string {
  const place = at === undefined ? '' : `${at.file}:${at.line}:${at.column}: `
  return `${place}${message}${hint === undefined ? '' : ` (${hint})`}`
}
