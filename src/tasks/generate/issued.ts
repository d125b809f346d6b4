import { predictFile, regularFile } from '../../lib/predict-file.ts'
import type { CertificateFact, Prediction } from '../../model/fact.ts'
import type { FieldDiff } from '../../model/task-type.ts'
import { Unknown } from '../../model/value.ts'
import { copyDeed, copyFields, keyQuestion, predictCopy } from './copies.ts'
import type { IssueDeed } from './deed.ts'
import { type Places, sealedKey } from './kept.ts'
import { attributeFields, attributesStep, pathsOf, predictAttributes } from './place.ts'
import type { Wish } from './wish.ts'

/** What makes a certificate, and its key unless that is kept, whoever signs it. */
export function issueDeed(wish: Wish, { certificate, key, copies }: Places, keepKey: boolean, signer: IssueDeed['signer']): IssueDeed {
  return {
    kind: 'issue',
    request: { subject: wish.subject, names: wish.names, keyType: wish.keyType, profile: wish.profile },
    certificate: certificate.placement,
    key: key.placement,
    keepKey,
    keyAttributes: keepKey && key.differences.length > 0 ? [attributesStep(key)] : [],
    passphrase: wish.keyPassphrase,
    copies: copies.map(copyDeed),
    signer,
  }
}

/** Whom the files of a pair will belong to, as a plan shows it. */
export function placeFields({ certificate, key, copies }: Places): readonly FieldDiff[] {
  return [...attributeFields(certificate, 'certificate'), ...attributeFields(key, 'private key'), ...copies.flatMap(copyFields)]
}

/** What later tasks find where a certificate is issued during the run. `pending`: as much of it as is known by now. */
export function predictIssued(
  wish: Wish,
  { certificate, key, copies }: Places,
  keepKey: boolean,
  pending: CertificateFact,
): readonly Prediction[] {
  const why = new Unknown('the certificate is issued during the run')
  const keyWhy = new Unknown('the private key is made on the host during the run')
  return [
    ...predictFile(
      certificate.placement.path,
      regularFile(certificate.owned, certificate.placement.mode, Number.NaN),
      why,
      certificate.located.named,
    ),
    ...pathsOf(certificate).map(
      (path): Prediction => ({ kind: 'certificate', target: { path }, fact: { chain: [pending], pending: true } }),
    ),
    ...(keepKey
      ? predictAttributes(key)
      : [
          ...predictFile(key.placement.path, regularFile(key.owned, key.placement.mode, Number.NaN), keyWhy, key.located.named),
          ...pathsOf(key).map((path): Prediction => ({ kind: 'key', target: keyQuestion(path, wish.keyPassphrase).target, fact: keyWhy })),
          ...(wish.keyPassphrase === undefined ? [] : pathsOf(key).map(sealedKey)),
        ]),
    ...copies.flatMap((placed) => predictCopy(placed, 'pending', pending)),
  ]
}
