import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Witness } from '../execute/witness.ts'
import { type Problem, TlsplayError } from '../model/problem.ts'
import type { Plan } from '../model/plan.ts'
import type { SavedPlan, SavedRequest } from '../plan/saved/document.ts'
import { drift, inputDrift } from '../plan/saved/drift.ts'
import { maskJson } from '../lib/masking/mask.ts'
import { keyedDigest, openSealed, sealedText } from '../plan/saved/seal.ts'
import { couldNotSave } from './could-not-save.ts'
import type { Io } from './io.ts'
import type { PlayOptions } from './options.ts'
import { replaceDurably } from './ports/durable-file.ts'
import { type ControllerState, controllerState } from './state.ts'
import { version } from './version.ts'

/** What watches a plan being made, and what may object to it. */
export interface PlanWatch {
  readonly witness: Witness
  /** after all texts were read, before the first connection */
  read(): readonly Problem[]
  /** after everything was planned, before the first change */
  planned(plan: Plan, refused: boolean): readonly Problem[]
}

/** Options that say what to plan and whom to reach; how to show it, and every secret, is given anew. */
const remembered = [
  ...[
    'inventory',
    'limit',
    'user',
    'privateKey',
    'jump',
    'askPass',
    'become',
    'becomeUser',
    'askBecomePass',
    'forks',
    'tags',
    'skipTags',
    'startAtTask',
  ],
  ...[
    'rolesPath',
    'knownHosts',
    'connectTimeout',
    'transport',
    'caPassphraseFile',
    'askVaultPass',
    'vaultPasswordFile',
    'vaultId',
    'ageIdentity',
  ],
] as readonly (keyof PlayOptions)[]

export class PlanSaver implements PlanWatch {
  readonly witness: Witness
  readonly #state: ControllerState
  #plan: Plan | undefined

  readonly #options: PlayOptions

  constructor(options: PlayOptions, io: Pick<Io, 'env'>) {
    this.#state = controllerState(io)
    this.#options = options
    this.witness = watching(this.#state, options)
  }

  read(): readonly Problem[] {
    return []
  }

  planned(plan: Plan): readonly Problem[] {
    this.witness.leave()
    this.#plan = plan
    return []
  }

  /** Throws TlsplayError WRITE_FAILED. */
  write(file: string, playbook: string, io: Pick<Io, 'cwd'>): void {
    if (this.#plan === undefined) throw new Error('nothing was planned')
    const { inputs, facts } = this.witness
    const request = requestOf(playbook, this.#options, io)
    if (JSON.stringify(maskJson(request)) !== JSON.stringify(request)) throw secretInRequest()
    const saved: SavedPlan = {
      ...{ kind: 'tlsplay saved plan', formatVersion: 1, tlsplay: version, id: randomBytes(16).toString('hex') },
      ...{ request, ...maskJson({ inputs, facts, plan: this.#plan }) },
    }
    const path = resolve(io.cwd, file)
    try {
      replaceDurably(path, sealedText(saved, this.#state.sealKey))
    } catch (error) {
      throw couldNotSave('the plan', error)
    }
  }
}

/** Lets a run go on to its changes only when the world is the one that the saved plan was made from, and only once. */
export class PlanGuard implements PlanWatch {
  readonly witness: Witness
  readonly #saved: SavedPlan
  readonly #state: ControllerState

  constructor(saved: SavedPlan, options: PlayOptions, io: Pick<Io, 'env'>) {
    this.#saved = saved
    this.#state = controllerState(io)
    this.witness = watching(this.#state, options)
  }

  read(): readonly Problem[] {
    return inputDrift(this.#saved.inputs, maskJson(this.witness.inputs), 'read')
  }

  planned(plan: Plan, refused: boolean): readonly Problem[] {
    this.witness.leave()
    const { inputs, facts } = this.witness
    const problems = drift(this.#saved, maskJson({ inputs, facts, plan }))
    if (refused || problems.length > 0) return problems
    return this.#state.markApplied(this.#saved.id, new Date().toISOString()) ? [] : [used(undefined)]
  }
}

/** Reads a plan file that this controller sealed. Throws TlsplayError PLAN_FILE, FILE_MISSING. */
export function openPlanFile(file: string, io: Pick<Io, 'cwd' | 'env'>): SavedPlan {
  const path = resolve(io.cwd, file)
  const { sealKey } = controllerState(io)
  const saved = openSealed(bytesOf(path), sealKey)
  if (saved === undefined)
    throw new TlsplayError([
      {
        code: 'PLAN_FILE',
        message: `${file} is no plan that this user sealed on this machine, or it was changed since`,
        hint: 'plan again with -o; a plan is applied by whoever made it, where it was made',
      },
    ])
  return saved
}

/** What `apply` refuses before it reads anything else. Throws TlsplayError PLAN_USED, PLAN_DRIFT. */
export function refuseStale(saved: SavedPlan, io: Pick<Io, 'env'>): void {
  const at = controllerState(io).appliedAt(saved.id)
  if (at !== undefined) throw new TlsplayError([used(at)])
  if (saved.tlsplay !== version)
    throw new TlsplayError([
      {
        code: 'PLAN_DRIFT',
        message: `the plan was made by tlsplay ${saved.tlsplay}, this is ${version}`,
        hint: 'nothing was changed; plan again, look at it, and apply that',
      },
    ])
}

export function optionsOf({ options }: SavedRequest, given: Partial<PlayOptions>): PlayOptions {
  return { ...(options as unknown as PlayOptions), check: false, detailedExitcode: false, ...given } as PlayOptions
}

function requestOf(playbook: string, options: PlayOptions, { cwd }: Pick<Io, 'cwd'>): SavedRequest {
  return {
    ...{ cwd, playbook },
    options: Object.fromEntries(remembered.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]]))),
  }
}

function watching(state: ControllerState, options: PlayOptions): Witness {
  const witness = new Witness(keyedDigest(state.sealKey))
  witness.given('extra variables', JSON.stringify(options.extraVars))
  return witness
}

function secretInRequest(): TlsplayError {
  const message = 'nothing was saved: an option or a path that the plan would keep holds a secret'
  return new TlsplayError([{ code: 'PLAN_NOT_SAVED', message, hint: 'give the secret by a vault, a file or a prompt' }])
}

function used(at: string | undefined): Problem {
  return {
    code: 'PLAN_USED',
    message: `this plan was applied already${at === undefined ? '' : `, at ${at}`}`,
    hint: 'a plan is applied once; plan again to see what is left to do',
  }
}

function bytesOf(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new TlsplayError(
      [{ code: 'FILE_MISSING', message: `the plan cannot be read: ${(error as Error).message}`, hint: 'name the file that plan -o wrote' }],
      { cause: error },
    )
  }
}
