import { randomBytes } from 'node:crypto'
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join, relative } from 'node:path'
import { askOverTls, type Served } from '../../embedded/clients.ts'
import { type Lab, startLab } from '../../embedded/lab.ts'
import { authorityPaths } from '../../issuers/ca-store.ts'
import { createAuthority } from '../../issuers/create-authority.ts'
import { TlsplayError } from '../../model/problem.ts'
import type { HostRecap } from '../../model/report.ts'
import { Secret } from '../../model/value.ts'
import { escapeLine, joinLines } from '../../view/escape.ts'
import { type Paint, painter } from '../../view/paint.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Io, wantsColour } from '../io.ts'
import type { PlayOptions, QuickstartOptions } from '../options.ts'
import { packageFolder } from '../package-folder.ts'
import { type Played, play } from '../play.ts'
import { nodeRandom } from '../ports/random.ts'

/** One host starts with a certificate that lives this short, so that a later step finds exactly one to renew. */
const shortLived = { host: 'beta', days: 10 } as const
const usual = { days: 90, renew_before: 3 } as const
const renewal = { days: 90, renew_before: 30 } as const

/** Shows the main job on three hosts of its own, and checks what it shows. */
export async function quickstartCommand({ verbose }: QuickstartOptions, io: Io): Promise<number> {
  const searchPath = io.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'
  if (!hasProgram('openssl', searchPath)) throw opensslMissing()
  const main = join(packageFolder, 'dist/main.js')
  if (!existsSync(main)) throw new Error(`${main} is not there: npm run build makes it`)
  const lab = await startLab({
    ...{ node: io.node, main, pid: io.pid, searchPath, vars: usual },
    hostVars: { [shortLived.host]: { days: shortLived.days } },
  })
  try {
    return await new Tour(lab, verbose, io).walk()
  } finally {
    await lab.close()
  }
}

/** Thrown when a step did not do what it is there to show. */
class WrongTurn extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

class Tour {
  readonly #lab: Lab
  readonly #verbose: number
  readonly #io: Io
  readonly #paint: Paint
  readonly #playbook = join(packageFolder, 'playbooks/quickstart/site.yml')
  readonly #passphraseFile: string

  constructor(lab: Lab, verbose: number, io: Io) {
    this.#lab = lab
    this.#verbose = verbose
    // Nothing but the inventory of the lab says how to log in.
    this.#io = { ...io, env: { ...io.env, SSH_AUTH_SOCK: undefined } }
    this.#paint = painter(wantsColour(io.env, io.stdout))
    this.#passphraseFile = join(lab.folder, 'passphrase')
  }

  async walk(): Promise<number> {
    try {
      await this.#steps()
      return exitCodes.done
    } catch (error) {
      if (!(error instanceof WrongTurn)) throw error
      if (!this.#io.interrupted.aborted) this.#io.stderr.write(joinLines([`quickstart: ${error.message}`]))
      return error.code
    }
  }

  async #steps(): Promise<void> {
    this.#say(...intro)
    await this.#makeAuthority()

    this.#title('1. the plan: what a run would change, nothing is touched', 'plan')
    await this.#play('plan')

    this.#title('2. the run: apply, verify from both sides, look again', 'run')
    const first = await this.#play('run')
    this.#expect('every host changed', changedHosts(first).length === this.#lab.hosts.length)
    const before = await this.#askAll()

    this.#title('3. the same run again: nothing to do', 'run')
    const second = await this.#play('run')
    this.#expect('no host changed', changedHosts(second).length === 0)

    const vars = JSON.stringify(renewal)
    this.#title(`4. renew what has less than ${renewal.renew_before} days left: one of three`, 'run', '-e', `'${vars}'`)
    const third = await this.#play('run', [vars])
    this.#expect(`only ${shortLived.host} changed`, changedHosts(third).join() === shortLived.host)
    const after = await this.#askAll()
    const renewed = this.#lab.hosts.map(({ name }) => name).filter((name) => before.get(name)?.fingerprint !== after.get(name)?.fingerprint)
    this.#expect(`only ${shortLived.host} serves another certificate`, renewed.join() === shortLived.host)

    this.#say('', ...this.#outro())
  }

  async #makeAuthority(): Promise<void> {
    const passphrase = Secret.of(randomBytes(24).toString('base64url'))
    writeFileSync(this.#passphraseFile, passphrase.reveal(), { mode: 0o600 })
    await createAuthority({
      ...{ folder: this.#lab.folder, name: 'default', days: 365, keyType: 'ecdsa-p256', passphrase },
      ...{ permittedNames: ['quickstart.test', '127.0.0.0/8'], now: Date.now(), random: nodeRandom },
    })
  }

  async #play(mode: 'plan' | 'run', extraVars: readonly string[] = []): Promise<Played> {
    const options: PlayOptions = {
      ...{ inventory: [this.#lab.inventory], knownHosts: [this.#lab.knownHosts], caPassphraseFile: this.#passphraseFile, extraVars },
      ...{
        askPass: false,
        ...{ askVaultPass: false, vaultPasswordFile: [], vaultId: [] },
        become: false,
        askBecomePass: false,
        forks: 10,
        tags: [],
        skipTags: [],
        check: false,
        diff: false,
      },
      ...{ verbose: this.#verbose, output: 'text', stats: mode === 'run', rolesPath: [], detailedExitcode: false },
    }
    const played = await play({ mode, playbook: this.#playbook, options }, this.#io)
    if (played.code !== exitCodes.done) throw new WrongTurn(played.code, `this ${mode} should have ended well`)
    return played
  }

  /** A client of our own that knows nothing of the run, only the authority. */
  async #askAll(): Promise<ReadonlyMap<string, Served>> {
    const authority = readFileSync(authorityPaths(this.#lab.folder, 'default').certificate, 'utf8')
    const served = new Map<string, Served>()
    this.#say('', 'a client that trusts only the authority asks for https://HOST.quickstart.test/metrics:')
    for (const { name, port } of this.#lab.hosts) {
      const answer = await askOverTls({ port, name: `${name}.quickstart.test`, authority, path: '/metrics' }).catch((error: Error) => {
        throw new WrongTurn(exitCodes.failed, `${name} does not serve what a client accepts: ${error.message}`)
      })
      served.set(name, answer)
      const until = answer.validUntil.toISOString().slice(0, 10)
      this.#say(`  ${name.padEnd(5)}  HTTP ${answer.status}, certificate ${answer.fingerprint.slice(0, 16)}..., valid until ${until}`)
    }
    return served
  }

  #expect(what: string, holds: boolean): void {
    if (!holds) throw new WrongTurn(exitCodes.failed, `expected that ${what}`)
    this.#say(`${this.#paint('good', 'as it should be:')} ${what}`)
  }

  #title(text: string, command: 'plan' | 'run', ...words: readonly string[]): void {
    const line = [
      'tlsplay',
      command,
      'playbooks/quickstart/site.yml',
      '-i',
      'inventory.yml',
      ...words,
      ...(command === 'run' ? ['--stats'] : []),
    ].join(' ')
    this.#say('', this.#paint('strong', `== ${text}`), this.#paint('quiet', `$ ${line}`), '')
  }

  #outro(): readonly string[] {
    const playbook = escapeLine(relative(this.#io.cwd, this.#playbook))
    return [
      this.#paint('strong', 'That was the main job, on stand-ins.'),
      "The same playbook on real daemons, Debian's node exporters reached over ssh with sudo:",
      'with your hosts in inventory.yml (playbooks/node-exporter/inventory.yml shows how; in a clone, node dist/main.js stands for tlsplay):',
      '  tlsplay ca init -i inventory.yml',
      `  tlsplay plan ${playbook} -i inventory.yml -b`,
      `  tlsplay run  ${playbook} -i inventory.yml -b`,
      'Playbooks for Prometheus, InfluxDB and mixed fleets lie in folders beside that one.',
    ]
  }

  #say(...lines: readonly string[]): void {
    this.#io.stdout.write(joinLines(lines))
  }
}

const intro = [
  'tlsplay quickstart',
  'Three ssh hosts (alpha, beta, gamma) run inside this process, each with a folder of its own and a small metrics service',
  'of ours that reads the same web-config file as Prometheus exporters. They are stand-ins: no daemon and no file of this',
  'machine outside one temporary folder is touched, and that folder is gone at the end.',
]

function changedHosts(played: Played): readonly string[] {
  return (played.report?.recap ?? []).filter((host: HostRecap) => host.changed > 0).map((host) => host.host)
}

function hasProgram(name: string, searchPath: string): boolean {
  return searchPath.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

function opensslMissing(): TlsplayError {
  return new TlsplayError([
    {
      code: 'OPENSSL_MISSING',
      message: 'openssl is not on this machine; the hosts of the quickstart make their keys with it',
      hint: 'install it, with one of\napt-get install openssl\ndnf install openssl\napk add openssl\nbrew install openssl',
    },
  ])
}
