import { quote } from '../../lib/sh.ts'
import { unreachable } from '../../lib/unreachable.ts'
import type { CertificateFact } from '../../model/fact.ts'
import type { InstallStep, MakeStep, Step, StepAnswer, WriteStep } from '../../model/step.ts'
import type { Change, TaskResult } from '../../model/task-type.ts'
import { Secret } from '../../model/value.ts'
import { formatName } from '../../pki/distinguished-name.ts'
import { sameNames } from '../../pki/names.ts'
import { type CertificateRequest, genpkeyArguments, newKeyArguments, opensslConfig } from '../../pki/openssl-config.ts'
import { parseCertificateFile, parseRequestKey } from '../../pki/parse.ts'
import { pemBlocks, toPem } from '../../pki/pem.ts'
import type { CopiesDeed, CopyDeed, GenerateDeed, GiveDeed, IssueDeed, KeySource, Placement, StoredDeed, StoredKey } from './deed.ts'
import { factsOf, valuesOf } from './facts.ts'
import { orderAcme } from './acme.ts'
import { lastWords } from './last-words.ts'
import { claim, copyLines, copyTools, copyVariables, input, lines, openLines, remember, sealCommand } from './script.ts'

export function* applyDeed({ data }: Change<GenerateDeed>): Generator<readonly Step[], TaskResult, readonly StepAnswer[]> {
  switch (data.kind) {
    case 'attributes':
      yield data.steps
      return { changed: true, values: valuesOf(data.current) }
    case 'copies':
      return yield* makeCopies(data)
    case 'give':
      return yield* give(data)
    case 'issue':
      return yield* issue(data)
    case 'stored':
      return yield* giveStored(data)
    default:
      return unreachable(data)
  }
}

function* makeCopies(deed: CopiesDeed): Generator<readonly Step[], TaskResult, readonly StepAnswer[]> {
  const { copies, passphrase } = deed
  const [made] = yield [
    {
      kind: 'make',
      script: lines(
        'umask 077',
        claim(copyVariables(copies)),
        `key=${quote(deed.key)}`,
        `chain() { cat -- ${quote(deed.certificate)}; }`,
        remember('pass', passphrase),
        copyLines(copies, passphrase !== undefined),
      ),
      files: copyFiles(copies),
      tools: copyTools(copies),
    },
  ]
  if (made?.ok !== true) return failed(`the copies could not be made: ${lastWords(made)}`)
  yield [...deed.steps, ...copyInstalls(copies)]
  return { changed: true, values: valuesOf(deed.current) }
}

/** What the controller keeps, made for this host or for one before it, is looked at and given like anything else. */
function* giveStored(deed: StoredDeed): Generator<readonly Step[], TaskResult, readonly StepAnswer[]> {
  const { step, request, certificate, key, copies, passphrase } = deed
  const [taken] = yield [step]
  if (taken?.ok !== true || taken.chain === undefined || taken.key === undefined)
    return failed(`the certificate ${step.name} of the controller could not be made: ${lastWords(taken)}`)
  // That the key belongs to it was seen to where both are kept.
  const { leaf, chain, fault } = judge(request, taken.chain, () => true)
  if (leaf === undefined) return failed(`${fault}; hosts that share ${step.name} ask for the same`)
  const pem = chain.map((one) => one.pem).join('')
  return yield* giveOpened({
    certificate: { ...certificate, pem },
    key: { ...key, from: { kind: 'text', pem: taken.key } },
    paths: { certificate: certificate.path, key: key.path },
    ...{ chain: pem, passphrase, copies, steps: [], removes: [], current: factsOf(leaf) },
  })
}

/** The key in clear, of which the host learns when it is written. */
function* takeKey({ name }: StoredKey, chain: string): Generator<readonly Step[], KeySource | TaskResult, readonly StepAnswer[]> {
  const [taken] = yield [{ kind: 'stored', name, make: undefined }]
  if (taken?.ok !== true || taken.key === undefined || taken.chain === undefined)
    return failed(`the key ${name} of the controller could not be brought: ${lastWords(taken)}`)
  const [planned, found] = [chain, taken.chain].map((pem) => parseCertificateFile(pem).chain[0]?.fingerprint)
  return planned === found ? { kind: 'text', pem: taken.key } : failed(`the certificate ${name} was replaced meanwhile: run again`)
}

function* give({ key, ...deed }: GiveDeed): Generator<readonly Step[], TaskResult, readonly StepAnswer[]> {
  if (key === undefined) return yield* giveOpened({ ...deed, key })
  const from = key.from.kind === 'stored' ? yield* takeKey(key.from, deed.chain) : key.from
  return 'changed' in from ? from : yield* giveOpened({ ...deed, key: { ...key, from } })
}

/** What is given once whoever keeps the key has opened it. */
type OpenedGive = Omit<GiveDeed, 'kind' | 'key'> & { readonly key: (Placement & { readonly from: KeySource }) | undefined }

function* giveOpened(deed: OpenedGive): Generator<readonly Step[], TaskResult, readonly StepAnswer[]> {
  const { certificate, key, copies, passphrase } = deed
  if (key !== undefined || copies.length > 0) {
    const [made] = yield [givenStep(deed)]
    if (made?.ok !== true) return failed(`the key that was given could not be put in its form: ${lastWords(made)}`)
  }
  yield [
    ...deed.steps,
    ...deed.removes.map((path): Step => ({ kind: 'remove', path, recursive: false })),
    ...(key === undefined ? [] : [installStep('KEY', key)]),
    ...copyInstalls(copies),
    ...(certificate === undefined ? [] : [writeStep(certificate, certificate.pem, certificate.expect)]),
  ]
  return { changed: true, values: valuesOf(deed.current) }

  function givenStep({ paths, chain }: OpenedGive): MakeStep {
    const seal = sealCommand('"$KEY"', passphrase !== undefined)
    const open = key === undefined ? undefined : openLines(key.from)
    return {
      kind: 'make',
      script: lines(
        'umask 077',
        claim([...(key === undefined ? [] : ['KEY']), ...copyVariables(copies)]),
        remember('pass', passphrase),
        ...(open === undefined
          ? [`key=${quote(paths.key)}`]
          : [
              open.before,
              Secret.join([`${open.command} | ${seal.command} || exit 1\n`, open.body, seal.body]),
              '[ -s "$KEY" ] || exit 1',
              'key=$KEY',
            ]),
        chainFunction(chain),
        copyLines(copies, passphrase !== undefined),
      ),
      files: { ...(key === undefined ? {} : { KEY: key.path }), ...copyFiles(copies) },
      tools: [...new Set(['cat', 'openssl', ...copyTools(copies)])],
    }
  }
}

function* issue(deed: IssueDeed): Generator<readonly Step[], TaskResult, readonly StepAnswer[]> {
  const [made] = yield [makeStep(deed)]
  if (made?.ok !== true)
    return failed(`openssl could not make the ${deed.keepKey ? 'certificate' : 'key and the certificate'}: ${lastWords(made)}`)
  const steps: Step[] = deed.keepKey ? [...deed.keyAttributes] : [installStep('KEY', deed.key)]
  const { signer, copies } = deed
  if (signer.kind === 'self') {
    const { leaf, fault } = judge(deed.request, made.stdout, (leaf) => leaf.selfSigned)
    if (leaf === undefined) return failed(fault)
    yield [...steps, installStep('CERT', deed.certificate), ...copyInstalls(copies)]
    return { changed: true, values: valuesOf(factsOf(leaf)) }
  }
  const block = pemBlocks(made.stdout).find(({ label }) => label === 'CERTIFICATE REQUEST')
  const key = parseRequestKey(made.stdout)
  if (block === undefined || key === undefined) return failed(`openssl made no request: ${lastWords(made)}`)
  if (signer.kind === 'nobody') {
    yield [...steps, { kind: 'keep', ...signer.keep, bytes: Buffer.from(toPem(block.label, block.der)) }]
    return { changed: true }
  }
  const request = toPem(block.label, block.der)
  if (signer.kind === 'acme') {
    const ordered = yield* orderAcme(signer.order, request)
    return typeof ordered === 'string' ? yield* installSigned(deed, ordered, key.spki, signer.expect, steps) : ordered
  }
  const [signed] = yield [{ kind: 'issue', authority: signer.name, request, profile: signer.profile }]
  if (signed?.ok !== true || signed.chain === undefined) return failed(`the authority ${signer.name} did not sign: ${lastWords(signed)}`)
  return yield* installSigned(deed, signed.chain, key.spki, signer.expect, steps)
}

/** A certificate that came from elsewhere than the host, once it has been looked at. */
function* installSigned(
  deed: IssueDeed,
  signed: string,
  spki: string,
  expect: WriteStep['expect'],
  steps: readonly Step[],
): Generator<readonly Step[], TaskResult, readonly StepAnswer[]> {
  const { leaf, chain, fault } = judge(deed.request, signed, (leaf) => leaf.spki === spki)
  if (leaf === undefined) return failed(fault)
  const pem = chain.map((one) => one.pem).join('')
  if (deed.copies.length > 0) {
    const [copied] = yield [copyStep(deed, pem)]
    if (copied?.ok !== true) return failed(`the copies could not be made: ${lastWords(copied)}`)
  }
  yield [...steps, writeStep(deed.certificate, pem, expect), ...copyInstalls(deed.copies)]
  return { changed: true, values: valuesOf(factsOf(leaf)) }
}

type Judged =
  | { readonly leaf: CertificateFact; readonly chain: readonly CertificateFact[]; readonly fault: '' }
  | { readonly leaf: undefined; readonly chain: readonly []; readonly fault: string }

/** Nothing is installed that is not what the plan said. `isForKey`: whether it is for the key that was made. */
function judge(request: CertificateRequest, pem: string, isForKey: (leaf: CertificateFact) => boolean): Judged {
  const { chain, broken } = parseCertificateFile(pem)
  const [leaf] = chain
  const bad = (fault: string): Judged => ({ leaf: undefined, chain: [], fault })
  if (leaf === undefined || broken !== undefined) return bad(`what was issued ${broken ?? 'is empty'}`)
  if (!sameNames(leaf, request.names))
    return bad(
      `the certificate issued is for ${[...leaf.dnsNames, ...leaf.ipAddresses].join(', ') || formatName(leaf.subject)}, not for what was asked`,
    )
  if (leaf.keyType !== request.keyType) return bad(`the key made is ${leaf.keyType}, not ${request.keyType}`)
  if (!isForKey(leaf)) return bad('the certificate issued is for another key than the one made on the host')
  return { leaf, chain, fault: '' }
}

/**
 * One openssl process makes the key and the request, or the key and the self-signed certificate. What the script prints
 * is public: the key is written to its staged file and nowhere else. The serial of a self-signed certificate is the random
 * one that openssl picks, and its validity starts at the clock of the host: `req -not_before` came with OpenSSL 3.4.
 */
function makeStep(deed: IssueDeed): MakeStep {
  const { signer, passphrase, copies } = deed
  const self = signer.kind === 'self'
  const sealed = passphrase !== undefined
  const pass = input(3, 'pass')
  const made = deed.keepKey ? [] : ['KEY']
  // A key that is to be encrypted is so from the first byte on the disk.
  const ownKey = sealed && !deed.keepKey
  const seal = sealCommand('"$KEY"', true)
  const words = [
    ...['openssl', 'req', '-new', '-config', '/dev/stdin'],
    ...(signer.kind === 'self' ? ['-x509', '-days', String(signer.days), '-out', '"$CERT"'] : []),
    ...(deed.keepKey || ownKey
      ? ['-key', '"$key"', ...(sealed ? ['-passin', 'fd:3'] : [])]
      : [...newKeyArguments(deed.request.keyType).map(quote), '-nodes', '-keyout', '"$KEY"']),
  ]
  const script = lines(
    'umask 077',
    claim([...made, ...(self ? ['CERT', ...copyVariables(copies)] : [])]),
    remember('pass', passphrase),
    deed.keepKey ? `key=${quote(deed.key.path)}` : 'key=$KEY',
    ...(ownKey
      ? [
          `openssl genpkey ${genpkeyArguments(deed.request.keyType).map(quote).join(' ')} 2>/dev/null | ${seal.command} || exit 1\n${seal.body.trimEnd()}`,
        ]
      : []),
    `${words.join(' ')} <<'TLSPLAY_REQUEST'${sealed ? ` ${pass.word}` : ''} || exit 1`,
    `${opensslConfig(deed.request, self ? 'self-signed' : 'request')}TLSPLAY_REQUEST${sealed ? `\n${pass.body}` : ''}`,
    // The shell's own words: a certificate is some twenty lines, not worth a process.
    ...(self ? [`chain() { while IFS= read -r line; do printf '%s\\n' "$line"; done <"$CERT"; }`, 'chain', copyLines(copies, sealed)] : []),
  )
  return {
    kind: 'make',
    script,
    files: {
      ...(deed.keepKey ? {} : { KEY: deed.key.path }),
      ...(self ? { CERT: deed.certificate.path, ...copyFiles(copies) } : {}),
    },
    tools: [...new Set(['openssl', ...copyTools(copies)])],
  }
}

/** Copies of a certificate that came from somewhere else than the host, and of the key that was made there. */
function copyStep({ copies, passphrase, key, keepKey }: IssueDeed, chain: string): MakeStep {
  return {
    kind: 'make',
    script: lines(
      'umask 077',
      claim(copyVariables(copies)),
      remember('pass', passphrase),
      keepKey ? `key=${quote(key.path)}` : 'key=$KEY',
      chainFunction(chain),
      copyLines(copies, passphrase !== undefined),
    ),
    files: copyFiles(copies),
    ...(keepKey ? {} : { uses: { KEY: key.path } }),
    tools: copyTools(copies),
  }
}

function chainFunction(pem: string): string {
  return `chain() { cat <<'TLSPLAY_CHAIN'\n${pem}TLSPLAY_CHAIN\n}`
}

function copyFiles(copies: readonly CopyDeed[]): Readonly<Record<string, string>> {
  return Object.fromEntries(copies.map(({ path }, at) => [`COPY${at}`, path]))
}

function copyInstalls(copies: readonly CopyDeed[]): readonly InstallStep[] {
  return copies.map(({ path, owner, group, mode }, at) => installStep(`COPY${at}`, { path, owner, group, mode }))
}

function writeStep({ path, owner, group, mode }: Placement, content: string, expect: WriteStep['expect']): WriteStep {
  return { kind: 'write', path, owner, group, mode, content, expect }
}

function installStep(name: string, { path, owner, group, mode }: Placement): InstallStep {
  return { kind: 'install', name, path, owner, group, mode }
}

function failed(message: string): TaskResult {
  return { changed: false, failed: message }
}
