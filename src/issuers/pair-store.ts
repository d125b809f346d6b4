import type { KeyObject } from 'node:crypto'
import { TlsplayError } from '../model/problem.ts'
import type { PairWish, StoredStep } from '../model/step.ts'
import { Secret } from '../model/value.ts'
import type { Issuer, Pairs, Random } from '../ports/ports.ts'
import { decryptKey } from './encrypted-key.ts'
import { makePair } from './make-pair.ts'
import { finishMove, pairPaths, readPair, type StoredPair, writePair } from './pair-files.ts'
import { spkiOf } from './signing.ts'

export interface PairStoreOptions {
  /** folder of the inventory */
  readonly folder: string
  /** asked for when a key is made or brought */
  readonly passphrase: (name: string) => Promise<Secret>
  /** who signs */
  readonly issuer: Pick<Issuer, 'issue' | 'acme'>
  readonly random: Random
}

interface Taken {
  readonly chain: string
  readonly key: Secret
}

/** Keys and certificates that are made here, once for all hosts that share them. A key is open only inside this process. */
export function pairStore(options: PairStoreOptions): Pairs {
  const { folder, random, issuer } = options
  const turns = new Map<string, Promise<unknown>>()
  /** by the text of the certificate file */
  const opened = new Map<string, Taken>()
  const words = new Map<string, Secret>()

  async function wordOf(name: string): Promise<Secret> {
    const word = words.get(name) ?? (await options.passphrase(name))
    words.set(name, word)
    return word
  }

  async function take({ name, make }: StoredStep): Promise<Taken> {
    const stored = readPair(folder, name)
    const fingerprint = stored?.chain[0].fingerprint
    if (make !== undefined && fingerprint === make.replaces) {
      const word = await wordOf(name)
      if (word.reveal() === '') throw locked(name, 'needs a passphrase')
      const kept = make.keepKey && stored !== undefined ? await openKey(name, stored, word) : undefined
      return remember(await renewed(name, make, word, kept))
    }
    if (stored === undefined)
      throw new TlsplayError([
        { code: 'FILE_MISSING', message: `the stored certificate ${name} is not there any more`, hint: 'run again: it is made anew' },
      ])
    const known = opened.get(stored.text)
    if (known !== undefined) return known
    const key = await openKey(name, stored, await wordOf(name))
    return remember({ chain: stored.text, key: pemOf(key) })
  }

  async function renewed(name: string, make: PairWish, word: Secret, kept: KeyObject | undefined): Promise<Taken> {
    const { chain, key } = await makePair(make, kept, issuer, random)
    await writePair(folder, name, chain, key, word, random)
    return { chain, key: pemOf(key) }
  }

  async function openKey(name: string, stored: StoredPair, word: Secret): Promise<KeyObject> {
    const [leaf] = stored.chain
    let foreign = false
    for (const from of ['key', 'nextKey'] as const) {
      const text = stored[from]
      const key = text === undefined ? undefined : await decryptKey(text, word)
      if (key === undefined) continue
      if (spkiOf(key) === leaf.spki) {
        if (from === 'nextKey') finishMove(folder, name)
        return key
      }
      foreign = true
    }
    if (!foreign) throw locked(name, 'could not be opened with this passphrase')
    throw new TlsplayError([
      {
        code: 'KEY_MISMATCH',
        message: `the key of the stored certificate ${name} does not belong to it`,
        hint: `bring both back from a backup, or remove ${pairPaths(folder, name).folder}`,
      },
    ])
  }

  function remember(taken: Taken): Taken {
    opened.set(taken.chain, taken)
    return taken
  }

  return {
    chain: (name) => readPair(folder, name)?.chain,
    take(step) {
      // Hosts ask at once; what the first of them makes, the others find.
      const turn = (turns.get(step.name) ?? Promise.resolve()).then(() => take(step))
      turns.set(
        step.name,
        turn.catch(() => undefined),
      )
      return turn
    },
  }
}

function pemOf(key: KeyObject): Secret {
  return Secret.of(String(key.export({ type: 'pkcs8', format: 'pem' })))
}

function locked(name: string, why: string): TlsplayError {
  return new TlsplayError([
    { code: 'CA_LOCKED', message: `the key of the stored certificate ${name} ${why}`, hint: 'give the passphrase that it was made with' },
  ])
}
