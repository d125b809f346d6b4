import { quote } from '../../lib/sh.ts'
import { unreachable } from '../../lib/unreachable.ts'
import type { CertificateFact } from '../../model/fact.ts'
import type { InstallStep, MakeStep, Step, StepAnswer } from '../../model/step.ts'
import type { Change, TaskResult } from '../../model/task-type.ts'
import { formatName } from '../../pki/distinguished-name.ts'
import { sameNames } from '../../pki/names.ts'
import { newKeyArguments, opensslConfig } from '../../pki/openssl-config.ts'
import { parseCertificateFile, parseRequestKey } from '../../pki/parse.ts'
import { pemBlocks, toPem } from '../../pki/pem.ts'
import type { GenerateDeed, IssueDeed } from './deed.ts'
import { factsOf, valuesOf } from './facts.ts'

export function* applyDeed({ data }: Change<GenerateDeed>): Generator<readonly Step[], TaskResult, readonly StepAnswer[]> {
  switch (data.kind) {
    case 'attributes':
      yield data.steps
      return { changed: true, values: valuesOf(data.current) }
    case 'issue':
      return yield* issue(data)
    default:
      return unreachable(data)
  }
}

function* issue(deed: IssueDeed): Generator<readonly Step[], TaskResult, readonly StepAnswer[]> {
  const [made] = yield [makeStep(deed)]
  if (made?.ok !== true)
    return failed(`openssl could not make the ${deed.keepKey ? 'certificate' : 'key and the certificate'}: ${lastWords(made)}`)
  const steps: Step[] = deed.keepKey ? [...deed.keyAttributes] : [installStep('KEY', deed.key)]
  const { signer } = deed
  if (signer.kind === 'self') {
    const { leaf, fault } = judge(deed, made.stdout, undefined)
    if (leaf === undefined) return failed(fault)
    yield [...steps, installStep('CERT', deed.certificate)]
    return { changed: true, values: valuesOf(factsOf(leaf)) }
  }
  const block = pemBlocks(made.stdout).find(({ label }) => label === 'CERTIFICATE REQUEST')
  const key = parseRequestKey(made.stdout)
  if (block === undefined || key === undefined) return failed(`openssl made no request: ${lastWords(made)}`)
  const [signed] = yield [{ kind: 'issue', authority: signer.name, request: toPem(block.label, block.der), profile: signer.profile }]
  if (signed?.ok !== true || signed.chain === undefined) return failed(`the authority ${signer.name} did not sign: ${lastWords(signed)}`)
  const { leaf, chain, fault } = judge(deed, signed.chain, key.spki)
  if (leaf === undefined) return failed(fault)
  yield [...steps, { kind: 'write', ...deed.certificate, content: chain.map(({ pem }) => pem).join(''), expect: signer.expect }]
  return { changed: true, values: valuesOf(factsOf(leaf)) }
}

type Judged =
  | { readonly leaf: CertificateFact; readonly chain: readonly CertificateFact[]; readonly fault: '' }
  | { readonly leaf: undefined; readonly chain: readonly []; readonly fault: string }

/** Nothing is installed that is not what the plan said. */
function judge(deed: IssueDeed, pem: string, spki: string | undefined): Judged {
  const { chain, broken } = parseCertificateFile(pem)
  const [leaf] = chain
  const bad = (fault: string): Judged => ({ leaf: undefined, chain: [], fault })
  if (leaf === undefined || broken !== undefined) return bad(`what was issued ${broken ?? 'is empty'}`)
  if (!sameNames(leaf, deed.request.names))
    return bad(
      `the certificate issued is for ${[...leaf.dnsNames, ...leaf.ipAddresses].join(', ') || formatName(leaf.subject)}, not for what was asked`,
    )
  if (leaf.keyType !== deed.request.keyType) return bad(`the key made is ${leaf.keyType}, not ${deed.request.keyType}`)
  if (spki === undefined ? !leaf.selfSigned : leaf.spki !== spki)
    return bad('the certificate issued is for another key than the one made on the host')
  return { leaf, chain, fault: '' }
}

/**
 * One openssl process makes the key and the request, or the key and the self-signed certificate. What the script prints
 * is public: the key is written to its staged file and nowhere else. The serial of a self-signed certificate is the random
 * one that openssl picks, and its validity starts at the clock of the host: `req -not_before` came with OpenSSL 3.4.
 */
function makeStep(deed: IssueDeed): MakeStep {
  const { signer } = deed
  const self = signer.kind === 'self'
  const words = [
    ...['openssl', 'req', '-new', '-config', '/dev/stdin'],
    ...(signer.kind === 'self' ? ['-x509', '-days', String(signer.days), '-out', '"$CERT"'] : []),
    ...(deed.keepKey
      ? ['-key', quote(deed.key.path)]
      : [...newKeyArguments(deed.request.keyType).map(quote), '-nodes', '-keyout', '"$KEY"']),
  ]
  const script = [
    'umask 077',
    // noclobber opens with O_EXCL: a file that somebody else put there first is refused before openssl would follow it.
    `set -C; ${[...(deed.keepKey ? [] : [': >"$KEY"']), ...(self ? [': >"$CERT"'] : []), ':'].join(' && ')} || exit 1; set +C`,
    `${words.join(' ')} <<'TLSPLAY_REQUEST' || exit 1`,
    `${opensslConfig(deed.request, self ? 'self-signed' : 'request')}TLSPLAY_REQUEST`,
    // The shell's own words: a certificate is some twenty lines, not worth a process.
    ...(self ? [`while IFS= read -r line; do printf '%s\\n' "$line"; done <"$CERT"`] : []),
  ].join('\n')
  return {
    kind: 'make',
    script,
    files: { ...(deed.keepKey ? {} : { KEY: deed.key.path }), ...(self ? { CERT: deed.certificate.path } : {}) },
    tools: ['openssl'],
  }
}

function installStep(name: 'KEY' | 'CERT', placement: IssueDeed['key']): InstallStep {
  return { kind: 'install', name, ...placement }
}

/** What a failed step said last, without the PEM it may have printed before. */
function lastWords(answer: StepAnswer | undefined): string {
  const text = `${answer?.stdout ?? ''}\n${answer?.stderr ?? ''}`.replaceAll(/-----BEGIN [\s\S]*?-----END [A-Z ]+-----/g, '')
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^[-.+*]+$/.test(line))
  return lines.slice(-2).join('; ') || 'no message'
}

function failed(message: string): TaskResult {
  return { changed: false, failed: message }
}
