import { type Static, Type } from 'typebox'
import { type AuditKind, auditKinds } from '../../model/audit.ts'
import { keyTypes } from '../../model/fact.ts'
import { clientClasses } from '../../pki/verdicts.ts'

const closed = { additionalProperties: false }
const text = (description: string) => Type.String({ description })
const texts = (description: string) => Type.Array(Type.String(), { description })
const oneOf = <const T extends string>(words: readonly T[], description: string) => Type.Unsafe<T>({ enum: [...words], description })
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(one: T, description: string) =>
  Type.Union([one, Type.Null()], { description })
/** As `Date.toISOString` writes it: years beyond 9999 have six digits and a sign. */
const moment = (description: string) =>
  Type.String({ pattern: '^([+-][0-9]{2})?[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$', description })

const version = Type.Literal(1, { description: 'version of this form: it grows when something is taken away or means something else' })
const at = moment('when the hosts had answered: ISO 8601, UTC')
const severity = oneOf(['fault', 'note'], 'a fault makes exit code 2, a note does not')

const problems = Type.Array(
  Type.Object(
    {
      host: orNull(Type.String(), 'name in the inventory; null: it is about none of them alone'),
      code: text('one of the codes of problems.md'),
      message: text('what happened'),
    },
    closed,
  ),
  { description: 'hosts that could not be asked; alone they make exit code 4' },
)

const certificate = Type.Object(
  {
    fingerprint: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 over DER, in lower-case hexadecimal digits' }),
    subject: text('`O=Example, CN=h1.example.net`; `(empty)` without any field'),
    issuer: text('the same of who signed it'),
    self_signed: Type.Boolean({ description: 'its own key signed it' }),
    not_before: moment('ISO 8601, UTC'),
    not_after: moment('ISO 8601, UTC'),
    days_left: orNull(Type.Integer(), 'whole days until it ends; negative when it has ended'),
    names: texts('DNS names, then IP addresses'),
    key_type: oneOf([...keyTypes, 'other'], 'kind of its key'),
    clients: Type.Unsafe<Record<string, string>>(
      Type.Object(Object.fromEntries(clientClasses.map((client) => [client, Type.Optional(text('`accepts`, or the reason'))])), {
        ...closed,
        description:
          'class of clients -> `accepts`, or why it refuses the certificate; browsers are asked about servers only, nobody about authorities',
      }),
    ),
  },
  closed,
)

const finding = Type.Object(
  {
    kind: oneOf<AuditKind>(auditKinds, 'what it is about'),
    severity,
    message: text('what is wrong, for people'),
  },
  closed,
)

const entry = Type.Object(
  {
    host: text('name in the inventory'),
    product: text('what the service is: `prometheus`, `influxdb1`, ...'),
    service: text('its unit, or the program without one'),
    source: oneOf(['served', 'disk'], 'seen on a port, or in a file'),
    place: text('`127.0.0.1:9090`, or the path'),
    use: oneOf(['server', 'client', 'authority'], 'shown to clients, shown to servers as a client, or trusted for what it signs'),
    certificate: orNull(certificate, 'null: there is none, and findings say why'),
    findings: Type.Array(finding, { description: 'what is wrong with it; empty: nothing' }),
  },
  closed,
)

/** What `tlsplay audit --output json` prints. */
export const auditReportSchema = Type.Object(
  {
    version,
    at,
    entries: Type.Array(entry, { description: 'every certificate at every place, in the order of hosts, services and places' }),
    problems,
  },
  { ...closed, title: 'Audit report', description: 'what `tlsplay audit --output json` prints' },
)

const evidence = Type.Object(
  {
    kind: oneOf(['log', 'call', 'file', 'served', 'settings', 'process'], 'where it was seen'),
    text: text('what was seen: of several lines alike the last, with their number'),
  },
  closed,
)

const diagnosis = Type.Object(
  {
    host: text('name in the inventory'),
    service: text('its unit, or the program without one'),
    product: text('what the service is: `prometheus`, `influxdb1`, ...'),
    row: text('number in the catalogue, or a word for what it does not number'),
    severity,
    title: text('what is wrong'),
    cause: text('why'),
    evidence: Type.Array(evidence, { description: 'what speaks for it' }),
    fix: text('what to do'),
    playbook: orNull(Type.String(), 'role or task type that does it; null: none of ours does'),
    planned: texts('with `-p`: what that playbook would do about files, ports and unit of the service'),
  },
  closed,
)

const installed = Type.Object(
  {
    host: text('name in the inventory'),
    program: text('`openssl`, or the product'),
    version: text('as it tells it; empty when it does not'),
    defects: texts('what is known to be wrong with this version'),
  },
  closed,
)

/** What `tlsplay doctor --output json` prints. */
export const doctorReportSchema = Type.Object(
  {
    version,
    at,
    findings: Type.Array(diagnosis, { description: 'what is wrong, by host, service and row' }),
    installed: Type.Array(installed, { description: 'programs with their versions' }),
    problems,
  },
  { ...closed, title: 'Doctor report', description: 'what `tlsplay doctor --output json` prints' },
)

export type AuditReport = Static<typeof auditReportSchema>
export type DoctorReportDocument = Static<typeof doctorReportSchema>
