import { type Static, Type } from 'typebox'
import { keyTypes } from '../../model/fact.ts'
import { tsigAlgorithms } from '../../model/step.ts'
import type { Secret } from '../../model/value.ts'
import { copyFormats, letsEncrypt } from './formats.ts'

const path = (description: string) => Type.String({ pattern: '^/[^\\x00-\\x1f]*[^\\x00-\\x1f/]$', description })
const file = (description: string) => Type.Optional(Type.String({ pattern: '^[^\\x00-\\x1f]+$', description }))
const field = (maxLength: number, description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength, pattern: '^[^\\x00-\\x1f\\x7f]*$', description }))
const mode = (standard: string, description: string) =>
  Type.Optional(Type.String({ pattern: '^0?[0-7]{3,4}$', default: standard, description }))
const name = (description: string) => Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_][A-Za-z0-9_.@-]*[$]?$', description }))
/** One line, because that is how openssl takes it. */
const passphrase = (minLength: number, description: string) =>
  Type.Optional(Type.Unsafe<string | Secret>(Type.String({ minLength, maxLength: 1000, pattern: '^[^\\x00\\r\\n]*$', description })))
const oneOf = <const T extends string[]>(words: readonly [...T], standard: T[number], description: string) =>
  Type.Optional(Type.Enum(words, { default: standard, description }))

export const schema = Type.Object(
  {
    certificate: path('absolute path of the certificate on the host; intermediates follow it in the same file'),
    private_key: path('absolute path of the private key; it is made on the host and never leaves it, unless it is given or `stored`'),
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
    issuer: oneOf(
      ['self', 'ca', 'acme', 'given', 'elsewhere'],
      'self',
      'who signs: the key itself, an authority of yours beside the inventory, an `acme` server such as the one of Let’s Encrypt, somebody `elsewhere` who gets a request, or nobody, because both files are `given`',
    ),
    acme: Type.Optional(
      Type.Object(
        {
          directory: Type.Optional(
            Type.String({
              pattern: '^https://[^\\x00-\\x20]+$',
              default: letsEncrypt,
              description: 'address of the directory of the server',
            }),
          ),
          agree_terms: Type.Optional(
            Type.Boolean({ default: false, description: 'you agree to the terms of the server; it must be true' }),
          ),
          account: Type.Optional(
            Type.String({
              pattern: '^[A-Za-z0-9][A-Za-z0-9_-]*$',
              default: 'default',
              description: 'name of the account: its key lies encrypted in acme/NAME beside the inventory, and is made when there is none',
            }),
          ),
          contact: Type.Optional(
            Type.Array(Type.String({ pattern: '^[^@\\s]+@[^@\\s]+$' }), { maxItems: 10, description: 'mail addresses of the account' }),
          ),
          challenge: oneOf(['http-01', 'dns-01'], 'http-01', 'how the server is shown that the names are yours; a wildcard needs dns-01'),
          webroot: Type.Optional(
            path('for http-01: folder on the host that is served on port 80 under these names; tokens lie in it for a moment'),
          ),
          hook: Type.Optional(
            Type.Array(Type.String({ minLength: 1 }), {
              minItems: 1,
              maxItems: 20,
              description:
                'for dns-01: a program of the controller, run in the folder of the playbook with `present` or `cleanup`, the name and the value of a TXT record behind its own words; it ends with 0 once the record can be seen',
            }),
          ),
          nsupdate: Type.Optional(
            Type.Object(
              {
                server: Type.String({ pattern: '^[A-Za-z0-9._:-]+$', description: 'name or address of the primary name server' }),
                port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535, default: 53, description: 'port of it, over TCP' })),
                zone: Type.String({ pattern: '^[A-Za-z0-9._-]+$', description: 'zone that the records go into; every name lies in it' }),
                key: Type.String({ pattern: '^[A-Za-z0-9._-]+$', description: 'name of the TSIG key, as the server knows it' }),
                algorithm: oneOf([...tsigAlgorithms], 'hmac-sha256', 'algorithm of the key'),
                secret: Type.Unsafe<string | Secret>(
                  Type.String({ pattern: '^[A-Za-z0-9+/]+={0,2}$', description: 'the key in base64, as `tsig-keygen` prints it' }),
                ),
                wait: Type.Optional(
                  Type.Integer({
                    minimum: 0,
                    maximum: 600,
                    default: 0,
                    description: 'seconds until the other servers of the zone have the records as well',
                  }),
                ),
              },
              {
                additionalProperties: false,
                description: 'for dns-01, in place of `hook`: tlsplay itself changes the zone by signed updates (RFC 2136)',
              },
            ),
          ),
          profile: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]+$', description: 'profile of the server, such as `shortlived`' })),
          ca: file('certificate on the controller that vouches for the server itself; default: what Node trusts'),
        },
        { additionalProperties: false, description: 'with issuer `acme`: which server, and how it is convinced' },
      ),
    ),
    elsewhere: Type.Optional(
      Type.Object(
        {
          request: file('the request is written here, on the controller; a path for each host'),
          signed: file('the signed certificate is looked for here, with its intermediates in any order'),
        },
        {
          additionalProperties: false,
          description:
            'with issuer `elsewhere`: the host makes key and request, and its run stops there until the signed certificate is at its place',
        },
      ),
    ),
    given: Type.Optional(
      Type.Object(
        {
          on: oneOf(['controller', 'host'], 'controller', 'where the files lie: beside the playbook, or on the host already'),
          certificate: file('certificate, with its intermediates in any order'),
          private_key: file('its private key'),
          pkcs12: file('one file that holds all of them; only with `on: host`'),
          password: passphrase(1, 'password of the PKCS#12 file, or passphrase of the given key'),
        },
        {
          additionalProperties: false,
          description:
            'with issuer `given`: where certificate and key come from. Their names, dates and key are checked before anything changes',
        },
      ),
    ),
    authority: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9][A-Za-z0-9_-]*$',
        default: 'default',
        description: 'name of the authority when the issuer is `ca`: the folder ca/NAME beside the inventory',
      }),
    ),
    stored: Type.Optional(
      Type.String({
        pattern: '^([A-Za-z0-9][A-Za-z0-9._-]*)?$',
        maxLength: 100,
        description:
          'key and certificate are made on the controller and lie in certificates/NAME beside the inventory, the key encrypted; every host that names it gets this one pair, such as a wildcard. Default: each host makes a key of its own',
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
    key_passphrase: passphrase(
      0,
      'the private key is encrypted with it (PKCS#8). Telegraf reads such a key when it is RSA; InfluxDB and Prometheus read none',
    ),
    copies: Type.Optional(
      Type.Array(
        Type.Object(
          {
            path: path('absolute path on the host'),
            format: oneOf(
              copyFormats,
              'fullchain',
              'what the file holds: `certificate` alone, `chain` the intermediates, `fullchain` both, `key`, `bundle` the full chain and then the key, `bundle-key-first`, `pkcs12` all of them under a password',
            ),
            owner: name('user it belongs to; default: that of the task'),
            group: name('group of it; default: that of the task'),
            mode: Type.Optional(
              Type.String({ pattern: '^0?[0-7]{3,4}$', description: 'mode of it; default: 0400 with a private key inside, 0644 without' }),
            ),
            password: passphrase(1, 'password of a PKCS#12 file'),
            alias: field(64, 'what the entry of a PKCS#12 file is called; default: the first name'),
          },
          { additionalProperties: false },
        ),
        {
          maxItems: 20,
          description: 'further files made of the same key and certificate, for those who want them elsewhere or in another form',
        },
      ),
    ),
    folder_per_pair: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'a new pair goes into a folder of its own beside the old one, `certificate` and `private_key` become links into it, and `register` keeps where it lies (`certificate_path`, `private_key_path`) and the folder that may go afterwards (`replaced`): for services that read both on every handshake',
      }),
    ),
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
