import { parseMode } from '../../lib/mode.ts'
import { tidyPath } from '../../lib/paths.ts'
import type { DistinguishedName, KeyType } from '../../model/fact.ts'
import type { AcmeOrder, DnsUpdate } from '../../model/step.ts'
import type { Problem } from '../../model/problem.ts'
import { canonicalIp } from '../../pki/ip.ts'
import { type CertificateNames, isHostName } from '../../pki/match.ts'
import { splitNames } from '../../pki/names.ts'
import { type CertificateUsage, type LeafProfile, leafProfile } from '../../pki/profile.ts'
import { Secret, type Text } from '../../model/value.ts'
import type { Copy } from './copies.ts'
import { type CopyFormat, holdsKey, letsEncrypt } from './formats.ts'
import type { GenerateParams } from './schema.ts'

/** The parameters with every default resolved. */
export interface Wish {
  readonly certificate: string
  readonly privateKey: string
  readonly names: CertificateNames
  /** the name to call the certificate by */
  readonly called: string
  readonly subject: DistinguishedName
  /** undefined: self-signed */
  readonly authority: string | undefined
  readonly keyType: KeyType
  readonly usage: CertificateUsage
  readonly profile: LeafProfile
  readonly days: number
  readonly renewBeforeDays: number | undefined
  readonly keepKey: boolean
  readonly owner: string | undefined
  readonly group: string | undefined
  readonly keyMode: number
  readonly certificateMode: number
  readonly backdateMinutes: number
  /** undefined: both are made */
  readonly given: Given | undefined
  /** undefined: no ACME server is asked */
  readonly acme: AcmeWish | undefined
  /** undefined: nobody else signs */
  readonly elsewhere: Elsewhere | undefined
  /** the pair is made and kept on the controller under this name */
  readonly stored: string | undefined
  readonly keyPassphrase: Secret | undefined
  readonly copies: readonly Copy[]
  /** each pair lies in a folder of its own */
  readonly inPairs: boolean
}

/** An ACME server, but for the names and for what vouches for it, which is a file of the controller. */
export type AcmeWish = Omit<AcmeOrder, 'dnsNames' | 'ipAddresses' | 'ca'> & { readonly caFile: string | undefined }

/** Files of the controller: what somebody is to sign, and what they signed. */
export interface Elsewhere {
  readonly request: string
  readonly signed: string
}

/** Where certificate and key come from when nobody issues them. */
export type Given =
  | {
      readonly kind: 'pair'
      readonly on: 'controller' | 'host'
      readonly certificate: string
      readonly privateKey: string
      readonly password: Secret | undefined
    }
  | { readonly kind: 'pkcs12'; readonly path: string; readonly password: Secret }

export type WishResult = { readonly wish: Wish } | { readonly problems: readonly [Problem, ...Problem[]] }

/** The upper bound of X.520 for a common name. */
const longestCommonName = 64

export function wishOf(params: GenerateParams): WishResult {
  const {
    certificate,
    private_key,
    names,
    subject,
    authority,
    issuer = 'self',
    key_type = 'ecdsa-p256',
    usage = 'server',
    days = 90,
    renew_before,
  } = params
  const split = splitNames(names)
  const called = split.dnsNames[0] ?? split.ipAddresses[0] ?? certificate
  const commonName = subject?.CN ?? [...split.dnsNames.slice(0, 1), ...split.ipAddresses].find((name) => name.length <= longestCommonName)
  const problems: Problem[] = []
  const refuse = (message: string, hint?: string) =>
    problems.push({ code: 'VALUE_INVALID', message, ...(hint === undefined ? {} : { hint }) })
  for (const name of names) {
    if (canonicalIp(name) === undefined && !isHostName(name, true))
      refuse(`names: ${JSON.stringify(name)} is neither a DNS name nor an IP address`, 'write the bare name, without scheme, port or slash')
    // Only digits and dots: a client would take it for an address, and no address stands in the certificate then.
    else if (canonicalIp(name) === undefined && /^[0-9.]+$/.test(name)) refuse(`names: ${name} looks like an IP address but is none`)
  }
  if (tidyPath(certificate) === tidyPath(private_key))
    refuse('certificate and private_key name the same file', 'give each a file of its own')
  // A role passes both on; only who forgot `issuer: ca` is told.
  if (params.issuer === undefined && authority !== undefined)
    refuse(`authority: ${authority} signs nothing while the issuer is self`, 'write issuer: ca')
  // How long a certificate of an ACME server lives is not for us to say: acme-lifetime.ts.
  if (renew_before !== undefined && issuer !== 'acme' && renew_before >= days)
    refuse(
      `renew_before: ${renew_before} days before the end is never after the start of a certificate of ${days} days`,
      `write a number below ${days}`,
    )
  if (key_type.startsWith('rsa-') === false && secretOf(params.key_passphrase) !== undefined && issuer !== 'given')
    refuse(
      `key_passphrase: no service that tlsplay knows reads an encrypted key of the type ${key_type}`,
      'Telegraf reads encrypted keys when they are RSA\nkey_type: rsa-2048',
    )
  const copies = (params.copies ?? []).map((copy) => copyOf(copy, params, called))
  for (const [at, copy] of copies.entries()) {
    const others = [certificate, private_key, ...copies.slice(0, at).map(({ path }) => path)].map(tidyPath)
    if (others.includes(copy.path)) refuse(`copies: ${copy.path} is named twice`, 'give each a file of its own')
    if (copy.format === 'pkcs12' && copy.password === undefined)
      refuse(
        `copies: ${copy.path} needs a password`,
        'a PKCS#12 file without one opens for everybody\npassword: "{{ vault_p12_password }}"',
      )
    if (copy.format !== 'pkcs12' && copy.password !== undefined)
      refuse(
        `copies: ${copy.path} is no PKCS#12 file and has no password`,
        'key_passphrase of the task encrypts the key, in its copies too',
      )
  }
  const elsewhere = issuer === 'elsewhere' ? elsewhereOf(params, refuse) : undefined
  const acme = issuer === 'acme' ? acmeOf(params, split, refuse) : undefined
  if (issuer !== 'acme' && Object.keys(params.acme ?? {}).length > 0) refuse(`acme: the issuer is ${issuer}`, 'write issuer: acme')
  const given = issuer === 'given' ? givenOf(params, refuse) : undefined
  if (issuer !== 'given' && Object.keys(params.given ?? {}).length > 0)
    refuse(`given: the issuer is ${issuer}, so nothing is given`, 'write issuer: given')
  if (issuer !== 'elsewhere' && Object.keys(params.elsewhere ?? {}).length > 0)
    refuse(`elsewhere: the issuer is ${issuer}, so nobody else signs`, 'write issuer: elsewhere')
  // A role passes on what it was not given as the empty text.
  const stored = params.stored === '' ? undefined : params.stored
  if (stored !== undefined && (issuer === 'given' || issuer === 'elsewhere'))
    refuse(`stored: nothing is made on the controller while the issuer is ${issuer}`, 'write issuer: self, ca or acme')
  if (stored !== undefined && acme?.challenge.kind === 'http-01')
    refuse(`stored: an order of the controller for several hosts is proved over DNS`, 'write challenge: dns-01')
  if (commonName === undefined)
    refuse(
      `names: ${called} is longer than the ${longestCommonName} characters of a common name`,
      'give subject: { CN: ... } a shorter name',
    )
  const [first, ...more] = problems
  if (first !== undefined) return { problems: [first, ...more] }
  return {
    wish: {
      certificate: tidyPath(certificate),
      privateKey: tidyPath(private_key),
      names: split,
      called,
      subject: { ...subject, ...(commonName === undefined ? {} : { CN: commonName }) },
      authority: issuer === 'ca' ? (authority ?? 'default') : undefined,
      keyType: key_type,
      usage,
      profile: leafProfile(key_type, usage),
      days,
      renewBeforeDays: renew_before,
      keepKey: params.key_on_renewal === 'reuse',
      owner: params.owner,
      group: params.group,
      keyMode: modeOf(params.key_mode, 0o400),
      certificateMode: modeOf(params.certificate_mode, 0o644),
      backdateMinutes: params.backdate_minutes ?? 5,
      given,
      acme,
      elsewhere,
      stored,
      keyPassphrase: secretOf(params.key_passphrase),
      copies,
      inPairs: params.folder_per_pair ?? false,
    },
  }
}

type Refuse = (message: string, hint?: string) => void

function acmeOf({ acme = {} }: GenerateParams, { dnsNames }: CertificateNames, refuse: Refuse): AcmeWish | undefined {
  const { directory = letsEncrypt, agree_terms = false, account = 'default', contact = [], challenge = 'http-01', webroot, hook } = acme
  if (!agree_terms) refuse(`acme: nobody has agreed to the terms of ${directory}`, 'read them, and write agree_terms: true')
  const wildcard = dnsNames.find((name) => name.startsWith('*.'))
  const common = { directory, account, contact, profile: acme.profile, caFile: acme.ca }
  if (challenge === 'http-01') {
    if (wildcard !== undefined) refuse(`acme: ${wildcard} cannot be proved by http-01`, 'write challenge: dns-01')
    if (webroot !== undefined) return { ...common, challenge: { kind: 'http-01', webroot: tidyPath(webroot) } }
    refuse('acme: http-01 needs webroot', 'name the folder that the host serves on port 80')
    return undefined
  }
  if (hook !== undefined && acme.nsupdate !== undefined) {
    refuse('acme: hook and nsupdate both change the zone', 'keep one of them')
    return undefined
  }
  if (hook !== undefined) return { ...common, challenge: { kind: 'dns-01', hook } }
  if (acme.nsupdate !== undefined) return { ...common, challenge: { kind: 'dns-01', update: updateOf(acme.nsupdate, dnsNames, refuse) } }
  refuse(
    'acme: dns-01 needs hook or nsupdate',
    'name the program of the controller that changes the zone, or the name server that takes updates',
  )
  return undefined
}

function updateOf(
  given: NonNullable<NonNullable<GenerateParams['acme']>['nsupdate']>,
  names: readonly string[],
  refuse: Refuse,
): DnsUpdate {
  const { server, port = 53, key, algorithm = 'hmac-sha256', secret, wait = 0 } = given
  const zone = given.zone.toLowerCase().replace(/\.$/, '')
  const foreign = names.find((name) => name.replace(/^\*\./, '') !== zone && !name.endsWith(`.${zone}`))
  if (foreign !== undefined) refuse(`acme: ${foreign} is not in the zone ${zone} that nsupdate changes`, 'order it in a task of its own')
  return { server, port, zone, key: { name: key, algorithm, secret: hidden(secret) }, wait }
}

function elsewhereOf({ elsewhere }: GenerateParams, refuse: Refuse): Elsewhere | undefined {
  const { request, signed } = elsewhere ?? {}
  if (request !== undefined && signed !== undefined && tidyPath(request) !== tidyPath(signed)) return { request, signed }
  refuse(
    'elsewhere: expected request and signed, two files of the controller',
    'elsewhere: { request: "requests/{{ inventory_hostname }}.csr", signed: "requests/{{ inventory_hostname }}.crt" }',
  )
  return undefined
}

function givenOf({ given }: GenerateParams, refuse: Refuse): Given | undefined {
  const { on = 'controller', certificate, private_key, pkcs12, password } = given ?? {}
  if (pkcs12 !== undefined) {
    if (certificate !== undefined || private_key !== undefined)
      refuse('given: pkcs12 holds certificate and key, so neither of the two is named beside it')
    else if (on === 'controller')
      refuse('given: a PKCS#12 file is opened on the host', 'copy it there in an earlier task and write on: host')
    else if (password === undefined) refuse('given: a PKCS#12 file has a password', 'password: "{{ vault_p12_password }}"')
    else return { kind: 'pkcs12', path: tidyPath(pkcs12), password: hidden(password) }
    return undefined
  }
  if (certificate === undefined || private_key === undefined) {
    refuse('given: expected certificate and private_key, or pkcs12', 'given: { certificate: files/h1.crt, private_key: files/h1.key }')
    return undefined
  }
  if (on === 'host' && ![certificate, private_key].every((path) => path.startsWith('/'))) {
    refuse('given: paths on the host begin with /')
    return undefined
  }
  const [from, key] = on === 'host' ? [tidyPath(certificate), tidyPath(private_key)] : [certificate, private_key]
  return { kind: 'pair', on, certificate: from, privateKey: key, password: secretOf(password) }
}

function copyOf(copy: NonNullable<GenerateParams['copies']>[number], { owner, group }: GenerateParams, called: string): Copy {
  const format: CopyFormat = copy.format ?? 'fullchain'
  return {
    path: tidyPath(copy.path),
    format,
    owner: copy.owner ?? owner,
    group: copy.group ?? group,
    mode: modeOf(copy.mode, holdsKey(format) ? 0o400 : 0o644),
    password: secretOf(copy.password),
    alias: copy.alias ?? called,
  }
}

function hidden(text: Text): Secret {
  return text instanceof Secret ? text : Secret.of(text)
}

function secretOf(text: Text | undefined): Secret | undefined {
  // A role passes on what it was not given as the empty text.
  return text === undefined || text === '' ? undefined : hidden(text)
}

function modeOf(text: string | undefined, standard: number): number {
  return (text === undefined ? undefined : parseMode(text)) ?? standard
}
