import { Buffer } from 'node:buffer'
import { TlsplayError } from '../../model/problem.ts'
import type { AcmeOrder, AcmeToken } from '../../model/step.ts'
import type { Secret } from '../../model/value.ts'
import { pemBlocks } from '../../pki/pem.ts'
import type { Acme, Random } from '../../ports/ports.ts'
import { updateRecord } from '../dns/update.ts'
import { accountKey } from './account.ts'
import { AcmeClient, type Authorization, type Challenge, type Order, refused } from './client.ts'
import { runHook } from './hook.ts'
import { base64url, dnsValue, keyAuthorization } from './jws.ts'

export interface AcmeIssuerOptions {
  /** folder of the inventory */
  readonly folder: string
  /** where hooks run */
  readonly playbookFolder: string
  readonly passphrase: (account: string) => Promise<Secret>
  readonly random: Random
  readonly pause: (milliseconds: number) => Promise<void>
  readonly env: Readonly<Record<string, string | undefined>>
}

interface Open {
  readonly client: AcmeClient
  readonly order: Order
  readonly wish: AcmeOrder
  readonly proofs: readonly Proof[]
}

interface Proof {
  readonly authorization: string
  readonly challenge: Challenge
  readonly token: AcmeToken
  /** name of the DNS record, for dns-01 */
  readonly record: string
}

/** Orders certificates of ACME servers; the key of the account is open only inside this process. */
export function acmeIssuer(options: AcmeIssuerOptions): Acme {
  const clients = new Map<string, Promise<{ readonly client: AcmeClient; readonly key: Awaited<ReturnType<typeof accountKey>> }>>()
  const open = new Map<string, Open>()

  /** Hosts order at once: the key is opened and the account registered for the first of them, and again only after a failure. */
  function clientOf(wish: AcmeOrder) {
    const who = JSON.stringify([wish.directory, wish.account])
    const known = clients.get(who)
    if (known !== undefined) return known
    const opening = (async () => {
      const key = await accountKey(options.folder, wish.account, await options.passphrase(wish.account), options.random)
      const client = new AcmeClient({ directory: wish.directory, ca: wish.ca, key }, options.pause)
      await client.register(wish.contact)
      return { client, key }
    })()
    clients.set(who, opening)
    opening.catch(() => clients.delete(who))
    return opening
  }

  return {
    async order(wish) {
      const { client, key } = await clientOf(wish)
      const identifiers = [
        ...wish.dnsNames.map((value) => ({ type: 'dns', value }) as const),
        ...wish.ipAddresses.map((value) => ({ type: 'ip', value }) as const),
      ]
      const order = await client.order(identifiers, wish.profile)
      const proofs: Proof[] = []
      for (const url of order.authorizations) {
        const authorization = await client.authorization(url)
        // A name that was proved a while ago need not be proved again.
        if (authorization.status === 'valid') continue
        const challenge = challengeOf(authorization, wish.challenge.kind)
        const content = keyAuthorization(key, challenge.token)
        proofs.push({
          authorization: url,
          challenge,
          token: { token: challenge.token, content },
          record: `_acme-challenge.${authorization.identifier.value}`,
        })
      }
      open.set(order.url, { client, order, wish, proofs })
      return { order: order.url, tokens: proofs.map(({ token }) => token) }
    },
    async finish(url, request) {
      const state = open.get(url)
      if (state === undefined) throw new Error(`no order ${url} is open`)
      open.delete(url)
      return finish(state, request)
    },
  }

  async function finish({ client, order, wish, proofs }: Open, request: string): Promise<string> {
    const zone = zoneOf(wish)
    const present: Proof[] = []
    try {
      for (const proof of zone === undefined ? [] : proofs) {
        present.push(proof)
        await zone?.change('present', proof.record, dnsValue(proof.token.content))
      }
      if (zone !== undefined && zone.wait > 0 && present.length > 0) await options.pause(zone.wait * 1000)
      for (const proof of proofs) await client.prove(proof.challenge, proof.authorization)
    } finally {
      // Whatever happened: what was put into the zone is taken out again, and says nothing new when it fails.
      for (const proof of present) await zone?.change('cleanup', proof.record, dnsValue(proof.token.content)).catch(ignoreRefusal)
    }
    const [csr] = pemBlocks(request)
    return client.finalize(order, base64url(Buffer.from(csr?.der ?? [])))
  }

  /** Who changes the zone; undefined: names are not proved by records. */
  function zoneOf({ challenge }: AcmeOrder): Zone | undefined {
    if (challenge.kind !== 'dns-01') return undefined
    if ('update' in challenge) {
      const { update } = challenge
      const { random } = options
      return { wait: update.wait, change: (action, record, value) => updateRecord(update, action, { record, value, random }) }
    }
    const hook = { argv: challenge.hook, cwd: options.playbookFolder, env: options.env }
    return { wait: 0, change: (action, record, value) => runHook(hook, action, record, value) }
  }
}

interface Zone {
  /** seconds until a record can be seen everywhere; a hook has waited itself */
  readonly wait: number
  readonly change: (action: 'present' | 'cleanup', record: string, value: string) => Promise<void>
}

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof TlsplayError)) throw error
}

function challengeOf({ identifier, challenges }: Authorization, kind: string): Challenge {
  const found = challenges.find(({ type }) => type === kind)
  // A token becomes the name of a file.
  if (found !== undefined && !/^[A-Za-z0-9_-]{1,200}$/.test(found.token))
    throw refused(`the server sent a token that is none: ${JSON.stringify(found.token)}`)
  if (found !== undefined) return found
  throw refused(`the server offers no ${kind} challenge for ${identifier.value}, only ${challenges.map(({ type }) => type).join(', ')}`)
}
