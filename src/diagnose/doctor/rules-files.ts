import { formatMode } from '../../lib/mode.ts'
import { type CertificateFileFact, isAbsent, type KeyFact } from '../../model/fact.ts'
import { isAtLeast, versionText } from '../../services/version.ts'
import { known } from '../survey/look.ts'
import type { FileSurvey, ServiceSurvey } from '../survey/survey.ts'
import { type Found, found } from './found.ts'

/** What the files and settings of a service tell by themselves, whatever its log says. */
export function fileRules(service: ServiceSurvey): readonly Found[] {
  return [...service.files.flatMap((file) => ofFile(service, file)), ...pairs(service), ...settings(service)]
}

function ofFile(service: ServiceSurvey, file: FileSurvey): readonly Found[] {
  const unreadable = obstacles(service, file)
  if (unreadable.length > 0) return unreadable
  switch (file.use) {
    case 'certificate':
    case 'certificate as a client':
      return certificateFile(service, file)
    case 'key':
    case 'key as a client':
      return [...keyFile(service, file), ...keyMode(service, file)]
    case 'authorities':
    case 'client authorities':
      return authorities(service, file)
  }
}

function obstacles(service: ServiceSurvey, file: FileSurvey): readonly Found[] {
  const trusted = trustRow(service, file)
  const reasons = file.readable?.obstacles ?? (isAbsent(file.holds) ? [{ reason: `${file.path} does not exist` }] : [])
  return reasons.map(({ reason }) =>
    found(trusted ?? (/may not (?:read|enter)/.test(reason) ? '24' : '26'), 'file', `${file.use} of ${file.of}: ${reason}`),
  )
}

/** Files of authorities have rows of their own: Prometheus and Telegraf each say it in their way. */
function trustRow({ product }: ServiceSurvey, { use }: FileSurvey): string | undefined {
  if (use !== 'authorities') return undefined
  return product.name === 'telegraf' ? '50' : product.name === 'prometheus' ? '48' : undefined
}

function certificateFile({ product }: ServiceSurvey, file: FileSurvey): readonly Found[] {
  const holds = known(file.holds)
  if (holds === undefined || holds.chain.length > 0) return []
  if (known(file.key)?.spki !== undefined) return [found('20', 'file', `${shown(file)} is named as certificate and holds a private key`)]
  // InfluxDB 2.x does not say what is wrong with a block that is damaged inside.
  const damaged = product.name === 'influxdb2' && holds.broken?.endsWith('cannot be read') === true
  return [found(damaged ? '30' : '19', 'file', `${shown(file)}: ${holds.broken ?? 'holds no certificate in PEM form'}`)]
}

function keyFile({ product }: ServiceSurvey, file: FileSurvey): readonly Found[] {
  const key = known(file.key)
  if (key === undefined || key.spki !== undefined) return []
  // Telegraf may have been given the passphrase; where it was not, its log says so.
  if (key.broken?.startsWith('is encrypted') === true && product.name === 'telegraf') return []
  if (key.broken?.startsWith('is encrypted') === true) return [found('22', 'file', `${shown(file)} ${key.broken}`)]
  const certificates = known(file.holds)?.chain.length ?? 0
  if (certificates > 0) return [found('21', 'file', `${shown(file)} is named as key and holds a certificate`)]
  return [found('19', 'file', `${shown(file)} ${key.broken ?? 'holds no private key'}`)]
}

function keyMode({ product, version }: ServiceSurvey, file: FileSurvey): readonly Found[] {
  const limit = version === undefined ? undefined : product.keyModeLimit(version)
  if (limit === undefined || version === undefined || file.fact === undefined || file.fact.type !== 'file') return []
  if ((file.fact.mode & ~limit & 0o777) === 0) return []
  return [found('25', 'file', `${shown(file)}; ${product.name} ${versionText(version)} takes ${formatMode(limit)} at most`)]
}

function authorities(service: ServiceSurvey, file: FileSurvey): readonly Found[] {
  const holds = known(file.holds)
  if (holds === undefined || holds.chain.length > 0) return []
  return [found(trustRow(service, file) ?? '38', 'file', `${shown(file)}: ${holds.broken ?? 'holds no certificate'}`)]
}

function pairs(service: ServiceSurvey): readonly Found[] {
  return [...service.settings.listening.filter(({ tls }) => tls), ...service.settings.calling].flatMap(({ certificate, key }) => {
    if (certificate === undefined || key === undefined) return []
    const chain = heldBy(service, certificate, (file) => known(file.holds))?.chain ?? []
    const spki = heldBy(service, key, (file) => known(file.key))?.spki
    const [leaf] = chain
    if (leaf === undefined || spki === undefined || leaf.spki === spki) return []
    const later = chain.findIndex((one) => one.spki === spki)
    const order = later > 0 ? `; certificate ${later + 1} of the file is the one that fits, so the order is wrong` : ''
    return [found('18', 'file', `public key of ${certificate} ${leaf.spki.slice(0, 16)}, of ${key} ${spki.slice(0, 16)} (SHA-256)${order}`)]
  })
}

function heldBy<T extends CertificateFileFact | KeyFact>(
  { files }: ServiceSurvey,
  path: string,
  read: (file: FileSurvey) => T | undefined,
): T | undefined {
  return files.filter((file) => file.path === path).flatMap((file) => read(file) ?? [])[0]
}

function settings({ product, version, settings: read }: ServiceSurvey): readonly Found[] {
  const tooNew =
    product.name === 'influxdb1' && version !== undefined && !isAtLeast(version, [1, 8, 0])
      ? read.listening.filter(({ minVersion }) => minVersion?.toLowerCase() === 'tls1.3')
      : []
  return [
    ...read.faults.map(({ row, what }) => found(row, 'settings', what)),
    ...tooNew.slice(0, 1).map(() => found('31', 'settings', `min-version is tls1.3, which InfluxDB knows from 1.8.0 on`)),
  ]
}

/** `/etc/x (prometheus:prometheus 0400)` */
function shown({ path, fact }: FileSurvey): string {
  return fact === undefined ? path : `${path} (${fact.owner}:${fact.group} ${formatMode(fact.mode)})`
}
