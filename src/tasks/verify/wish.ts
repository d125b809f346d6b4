import { tidyPath } from '../../lib/paths.ts'
import type { ListenerTarget, LogTarget } from '../../model/fact.ts'
import type { Problem } from '../../model/problem.ts'
import type { VerifyParams } from './schema.ts'

export type Floor = 'TLSv1.2' | 'TLSv1.3'

/** What the clients trust: the certificate itself, a file on the host, or an authority of the controller. */
export type Trust =
  | { readonly kind: 'self' }
  | { readonly kind: 'given'; readonly path: string }
  | { readonly kind: 'authority'; readonly name: string }

/** The parameters with every default resolved. */
export interface Wish {
  readonly certificate: string
  readonly trust: Trust
  readonly address: string
  readonly port: number
  readonly names: readonly [string, ...string[]]
  readonly http: { readonly path: string; readonly status: number } | undefined
  /** whether whoever shows no client certificate must be turned away, and what the host shows */
  readonly clients: { readonly shown: ListenerTarget['client'] } | undefined
  readonly minDays: number | undefined
  readonly plainHttpRefused: boolean
  readonly floor: Floor
  readonly fromHost: boolean
  readonly fromController: boolean
  readonly controllerAddress: string | undefined
  readonly timeoutSeconds: number
  readonly log: LogTarget | undefined
}

/** As in generate. */
const defaultAuthority = 'default'

/** Lines shown when the check fails. */
const logLines = 10

export type WishResult = { readonly wish: Wish } | { readonly problems: readonly [Problem, ...Problem[]] }

export function wishOf(params: VerifyParams): WishResult {
  const { from = ['host', 'controller'], unit = '', log_file = '', ca, issuer } = params
  const authority = issuer === 'self' ? undefined : (params.authority ?? (issuer === 'ca' ? defaultAuthority : undefined))
  const [first, ...others] = params.names
  const problems: Problem[] = []
  const refuse = (message: string, hint: string) => problems.push({ code: 'VALUE_INVALID', message, hint })
  if (first === undefined) refuse('names: at least one name is needed', 'give the name by which clients reach the service')
  if (ca !== undefined && (authority !== undefined || issuer !== undefined))
    refuse('ca and issuer or authority both say what clients trust', 'leave one of them out')
  if (params.http_status !== undefined && params.http_path === undefined)
    refuse('http_status: there is no http_path to ask for', 'add http_path')
  if (clientsOf(params.client_certificate) !== undefined && params.http_path === undefined)
    refuse(
      'client_certificate: without http_path nobody is turned away: with TLS 1.3 the refusal comes behind the handshake',
      'add http_path',
    )
  if (params.controller_address !== undefined && !from.includes('controller'))
    refuse('controller_address: the controller does not dial', 'add controller to from')
  const [problem, ...more] = problems
  if (problem !== undefined || first === undefined)
    return { problems: [problem ?? { code: 'VALUE_INVALID', message: 'names is empty' }, ...more] }
  return {
    wish: {
      certificate: tidyPath(params.certificate),
      trust:
        authority !== undefined
          ? { kind: 'authority', name: authority }
          : ca === undefined || ca === 'self'
            ? { kind: 'self' }
            : { kind: 'given', path: tidyPath(ca) },
      address: params.address ?? '127.0.0.1',
      port: params.port,
      names: [first, ...others],
      http: params.http_path === undefined ? undefined : { path: params.http_path, status: params.http_status ?? 200 },
      clients: clientsOf(params.client_certificate),
      minDays: params.min_days,
      plainHttpRefused: params.plain_http_refused ?? true,
      floor: params.minimum_protocol ?? 'TLSv1.2',
      fromHost: from.includes('host'),
      fromController: from.includes('controller'),
      controllerAddress: params.controller_address,
      timeoutSeconds: params.timeout ?? 30,
      log:
        unit === '' && log_file === ''
          ? undefined
          : { ...(unit === '' ? {} : { unit }), ...(log_file === '' ? {} : { file: log_file }), lines: logLines },
    },
  }
}

function clientsOf(given: VerifyParams['client_certificate']): Wish['clients'] {
  if (given === undefined || given === 'none') return undefined
  return { shown: given === 'demanded' ? undefined : { certificate: tidyPath(given.certificate), key: tidyPath(given.private_key) } }
}

/**
 * What the host asks of itself. Weaknesses are asked by one witness only, for they are the server's own; the controller
 * is preferred because its attempts start no process.
 */
export function hostTarget(wish: Wish): ListenerTarget {
  const caFile = wish.trust.kind === 'authority' ? undefined : wish.trust.kind === 'given' ? wish.trust.path : wish.certificate
  return {
    from: 'host',
    address: wish.address,
    port: wish.port,
    ...common(wish),
    ...(caFile === undefined ? {} : { caFile }),
    ...(wish.clients?.shown === undefined ? {} : { client: wish.clients.shown }),
    probeWeakness: !wish.fromController,
  }
}

/** What the controller asks. `reachedBy` is the address that tlsplay reaches the host by. */
export function controllerTarget(wish: Wish, reachedBy: string, caText: string): ListenerTarget {
  const [, bracketed, name, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(wish.controllerAddress ?? '') ?? []
  return {
    from: 'controller',
    address: bracketed ?? name ?? reachedBy,
    port: port === undefined ? wish.port : Number(port),
    ...common(wish),
    caText,
    probeWeakness: true,
  }
}

function common(wish: Wish) {
  return {
    serverName: wish.names[0],
    ...(wish.http === undefined ? {} : { httpPath: wish.http.path }),
    ...(wish.floor === 'TLSv1.2' ? {} : { floor: wish.floor }),
  }
}
