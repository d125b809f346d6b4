import type { CertificateFact, Probe } from '../model/fact.ts'
import { probeKey } from '../model/fact.ts'
import type { PlanTools } from '../plan/input.ts'
import type { SavedFact, SavedPlan } from '../plan/saved/document.ts'
import { savedFact } from '../plan/saved/facts.ts'
import type { Digest } from '../plan/saved/seal.ts'
import type { HostConnector, HostSession } from '../ports/host-session.ts'
import type { Files } from '../ports/ports.ts'
import { PassedOn } from './passed-on.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Stands beside the ports while a plan is made and keeps digests of everything that it was made from. */
export class Witness {
  readonly #digest: Digest
  readonly #inputs = new Map<string, string>()
  readonly #facts = new Map<string, Map<string, SavedFact>>()
  #watching = true

  constructor(digest: Digest) {
    this.#digest = digest
  }

  get inputs(): SavedPlan['inputs'] {
    return Object.fromEntries(this.#inputs)
  }

  get facts(): SavedPlan['facts'] {
    return Object.fromEntries([...this.#facts].map(([host, facts]) => [host, [...facts.values()]]))
  }

  /** The plan is made: what is read from now on is what the run itself brought about. */
  leave(): void {
    this.#watching = false
  }

  given(name: string, text: string): void {
    this.#see(name, text)
  }

  /** A program that is an inventory: what it says this time is an input like the text of a file. */
  program<A extends { readonly out: string } | { readonly problem: unknown }>(
    run: (path: string, words: readonly string[]) => A,
  ): (path: string, words: readonly string[]) => A {
    return (path, words) => {
      const answer = run(path, words)
      if ('out' in answer) this.#see(`inventory ${[path, ...words].join(' ')}`, answer.out)
      return answer
    }
  }

  files(files: Files): Files {
    return {
      ...files,
      read: (path) => {
        const bytes = files.read(path)
        this.#see(`file ${path}`, bytes)
        return bytes
      },
    }
  }

  /** Variables are seen when they are asked for: most of an environment matters to nobody. */
  environment(environment: Environment): Environment {
    return new Proxy(environment, {
      getOwnPropertyDescriptor: (variables, name) => {
        if (typeof name === 'string') this.#see(`environment ${name}`, variables[name])
        return Reflect.getOwnPropertyDescriptor(variables, name)
      },
    })
  }

  authority(find: (name: string) => CertificateFact | undefined): (name: string) => CertificateFact | undefined {
    return (name) => {
      const found = find(name)
      this.#see(`authority ${name}`, found?.fingerprint)
      return found
    }
  }

  stored(find: PlanTools['stored']): PlanTools['stored'] {
    return (name) => {
      const found = find(name)
      this.#see(`stored certificate ${name}`, found?.map(({ fingerprint }) => fingerprint).join(' '))
      return found
    }
  }

  connector(connector: HostConnector): HostConnector {
    return {
      open: async (target) => new Watched(await connector.open(target), (probes, answers) => this.#observed(target.name, probes, answers)),
    }
  }

  #observed(host: string, probes: readonly Probe[], answers: ReadonlyMap<string, unknown>): void {
    if (!this.#watching) return
    const own = this.#facts.get(host) ?? new Map<string, SavedFact>()
    this.#facts.set(host, own)
    for (const probe of probes) own.set(probeKey(probe), savedFact(probe, answers.get(probeKey(probe)), this.#digest))
  }

  #see(name: string, content: Uint8Array | string | undefined): void {
    if (this.#watching && !this.#inputs.has(name)) this.#inputs.set(name, content === undefined ? 'absent' : this.#digest(content))
  }
}

class Watched extends PassedOn {
  readonly #heard: (probes: readonly Probe[], answers: ReadonlyMap<string, unknown>) => void

  constructor(session: HostSession, heard: (probes: readonly Probe[], answers: ReadonlyMap<string, unknown>) => void) {
    super(session)
    this.#heard = heard
  }

  override async observe(probes: readonly Probe[], anew?: boolean): Promise<ReadonlyMap<string, unknown>> {
    const answers = await super.observe(probes, anew)
    this.#heard(probes, answers)
    return answers
  }
}
