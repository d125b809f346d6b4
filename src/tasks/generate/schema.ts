import { type Static, Type } from 'typebox'
import { keyTypes } from '../../model/fact.ts'

const path = (description: string) => Type.String({ pattern: '^/[^\\x00-\\x1f]*[^\\x00-\\x1f/]$', description })
const field = (maxLength: number, description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength, pattern: '^[^\\x00-\\x1f\\x7f]*$', description }))
const mode = (standard: string, description: string) =>
  Type.Optional(Type.String({ pattern: '^0?[0-7]{3,4}$', default: standard, description }))
const name = (description: string) => Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_][A-Za-z0-9_.@-]*[$]?$', description }))
const oneOf = <const T extends string[]>(words: readonly [...T], standard: T[number], description: string) =>
  Type.Optional(Type.Enum(words, { default: standard, description }))

export const schema = Type.Object(
  {
    certificate: path('absolute path of the certificate on the host; intermediates follow it in the same file'),
    private_key: path('absolute path of the private key; it is made on the host and never leaves it'),
    names: Type.Array(Type.String({ minLength: 1, maxLength: 253 }), {
      minItems: 1,
      maxItems: 100,
      description: 'every DNS name and IP address by which clients reach the service',
    }),
    subject: Type.Optional(
      Type.Object(
        {
          C: Type.Optional(Type.String({ pattern: '^[A-Z]{2}$', description: 'country, two capital letters' })),
          ST: field(128, 'state or province'),
          L: field(128, 'locality'),
          O: field(64, 'organisation'),
          OU: field(64, 'organisational unit'),
          CN: field(64, 'common name; default: the first DNS name. No client looks for names here'),
        },
        { additionalProperties: false, description: 'who the certificate is about' },
      ),
    ),
    issuer: oneOf(['self', 'ca'], 'self', 'who signs: the key itself, or an authority of yours beside the inventory'),
    authority: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9][A-Za-z0-9_-]*$',
        default: 'default',
        description: 'name of the authority when the issuer is `ca`: the folder ca/NAME beside the inventory',
      }),
    ),
    key_type: oneOf(keyTypes, 'ecdsa-p256', 'type of the private key; browsers do not accept ed25519'),
    days: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 3650,
        default: 90,
        description: 'lifetime of a new certificate; a change of it does not replace the certificate that is there',
      }),
    ),
    renew_before: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 3649,
        description: 'renew when fewer days than this are left; default: a third of the lifetime',
      }),
    ),
    key_on_renewal: oneOf(['new', 'reuse'], 'new', 'whether a new certificate gets a new key'),
    usage: oneOf(['server', 'client', 'peer'], 'server', 'what the certificate is for: serve, connect, or both'),
    owner: name('user that both files belong to; default: who they belong to now, or the user that makes them'),
    group: name('group of both files'),
    key_mode: mode('0400', 'mode of the private key'),
    certificate_mode: mode('0644', 'mode of the certificate'),
    backdate_minutes: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1440,
        default: 5,
        description:
          'how long before now the validity starts, for clients whose clocks are behind; only with issuer `ca`, a self-signed certificate starts at the moment it is made',
      }),
    ),
  },
  { additionalProperties: false, title: 'generate', description: 'a private key and its certificate on the host, renewed when due' },
)

export type GenerateParams = Static<typeof schema>
