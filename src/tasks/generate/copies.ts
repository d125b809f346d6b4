import { isSameChain } from '../../pki/chain.ts'
import { isAbsent, type CertificateFact, type Prediction, type Probe } from '../../model/fact.ts'
import type { FieldDiff, HostView } from '../../model/task-type.ts'
import { type Secret, Unknown } from '../../model/value.ts'
import { predictFile, regularFile } from '../../lib/predict-file.ts'
import { parentOf } from '../../lib/paths.ts'
import type { CopyDeed } from './deed.ts'
import { type CopyFormat, holdsKey } from './formats.ts'
import { attributeFields, pathsOf, type Place } from './place.ts'

/** A further file made of the key and the certificate. */
export interface Copy {
  readonly path: string
  readonly format: CopyFormat
  readonly owner: string | undefined
  readonly group: string | undefined
  readonly mode: number
  readonly password: Secret | undefined
  readonly alias: string
}

export interface PlacedCopy {
  readonly copy: Copy
  readonly place: Place
}

/** Key and certificate that the copies are to hold; undefined while they are made. */
export interface Pair {
  readonly chain: readonly CertificateFact[]
  readonly spki: string
}

const holdsCertificate = (format: CopyFormat): boolean => format !== 'key' && format !== 'pkcs12'

/** What there is to know of a copy, beside who may read it. */
export function copyQuestions({ format, password }: Copy, passphrase: Secret | undefined, path: string): readonly Probe[] {
  return [
    { kind: 'file', target: { path: parentOf(path) } },
    ...(holdsCertificate(format) ? [{ kind: 'certificate', target: { path } } as const] : []),
    ...(format !== 'pkcs12' && holdsKey(format) ? [keyQuestion(path, passphrase)] : []),
    ...(format === 'pkcs12' && password !== undefined ? [{ kind: 'pkcs12', target: { path, password } } as const] : []),
  ]
}

export function keyQuestion(path: string, passphrase: Secret | undefined): Extract<Probe, { kind: 'key' }> {
  return { kind: 'key', target: passphrase === undefined ? { path } : { path, passphrase } }
}

/** Why a copy has to be made again; undefined when it holds what it should. */
export function copyFault({ copy, place }: PlacedCopy, pair: Pair, passphrase: Secret | undefined, view: HostView): string | undefined {
  const { path } = place.located
  if (!place.present) return `${copy.path} is missing`
  if (copy.format === 'pkcs12') {
    const fact = copy.password === undefined ? undefined : view.get('pkcs12', { path, password: copy.password })
    if (fact === undefined || fact instanceof Unknown) return undefined
    if (isAbsent(fact)) return `${copy.path} is missing`
    if (fact.broken !== undefined) return `${copy.path} ${fact.broken}`
    return fact.spki === pair.spki && sameCertificates(fact.chain, pair.chain) ? undefined : `${copy.path} holds another certificate`
  }
  if (holdsCertificate(copy.format)) {
    const fact = view.get('certificate', { path })
    const wanted = partOf(pair.chain, copy.format)
    const held = fact instanceof Unknown || isAbsent(fact) ? [] : fact.chain
    if (!(fact instanceof Unknown) && !isAbsent(fact) && fact.pending === true) return undefined
    if (!isSameChain(held, wanted)) return `${copy.path} holds another certificate`
  }
  if (holdsKey(copy.format)) {
    const fact = view.get('key', keyQuestion(path, passphrase).target)
    if (!(fact instanceof Unknown) && (isAbsent(fact) || fact.spki !== pair.spki || sealed(fact) !== (passphrase !== undefined)))
      return `${copy.path} holds another key`
  }
  return undefined
}

const sealed = ({ encrypted }: { readonly encrypted?: true }): boolean => encrypted === true

/** OpenSSL writes the leaf first and the others as it likes. */
function sameCertificates(one: readonly CertificateFact[], other: readonly CertificateFact[]): boolean {
  const all = (chain: readonly CertificateFact[]) =>
    chain
      .map(({ fingerprint }) => fingerprint)
      .sort()
      .join()
  return all(one) === all(other)
}

function partOf(chain: readonly CertificateFact[], format: CopyFormat): readonly CertificateFact[] {
  if (format === 'certificate') return chain.slice(0, 1)
  return format === 'chain' ? chain.slice(1) : chain
}

export function copyDeed({ copy, place }: PlacedCopy): CopyDeed {
  const { format, password, alias } = copy
  return { ...place.placement, format, alias, ...(password === undefined ? {} : { password }) }
}

export function copyFields({ copy, place }: PlacedCopy): readonly FieldDiff[] {
  return place.present
    ? [{ name: `${copy.format} ${copy.path}`, before: 'as it was', after: 'made anew' }, ...attributeFields(place, copy.format)]
    : attributeFields(place, copy.format)
}

/** `pair`: what it will hold, as far as that is known. */
export function predictCopy(
  { copy, place }: PlacedCopy,
  chain: readonly CertificateFact[] | 'pending',
  leaf: CertificateFact,
): readonly Prediction[] {
  const why = 'it is made during the run'
  const paths = pathsOf(place)
  return [
    ...predictFile(place.placement.path, regularFile(place.owned, place.placement.mode, Number.NaN), new Unknown(why), place.located.named),
    ...(holdsCertificate(copy.format)
      ? paths.map(
          (path): Prediction => ({
            kind: 'certificate',
            target: { path },
            fact: chain === 'pending' ? { chain: [leaf], pending: true } : { chain: partOf(chain, copy.format) },
          }),
        )
      : []),
    ...(holdsKey(copy.format) && copy.format !== 'pkcs12'
      ? paths.map((path): Prediction => ({ kind: 'key', target: { path }, fact: new Unknown(why) }))
      : []),
    ...(copy.format === 'pkcs12' && copy.password !== undefined
      ? paths.map((path): Prediction => ({ kind: 'pkcs12', target: { path, password: copy.password as Secret }, fact: new Unknown(why) }))
      : []),
  ]
}
