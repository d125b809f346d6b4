import { type Static, Type } from 'typebox'
import { hostPath, text } from '../../lib/schema.ts'
import type { Value } from '../../model/value.ts'

const status = Type.Integer({ minimum: 100, maximum: 599 })
const line = '^[^\\x00-\\x1f\\x7f]*$'

export const schema = Type.Object(
  {
    url: text('what is asked for; http or https', '^https?://[^\\x00-\\x20\\x7f]+$'),
    method: Type.Optional(
      Type.Enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'], {
        default: 'GET',
        description: 'GET and HEAD are asked in the plan already; the others are only named there and sent once in the run',
      }),
    ),
    headers: Type.Optional(
      Type.Record(Type.String({ pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$" }), text('value of a header', line), {
        additionalProperties: false,
        description: 'headers of the request',
      }),
    ),
    body: Type.Optional(Type.Unsafe<Value>(Type.Unknown({ description: 'what is sent: a text, or any value with body_format json' }))),
    body_format: Type.Optional(
      Type.Enum(['raw', 'json', 'form-urlencoded'], {
        default: 'raw',
        description: 'how body is written, and which Content-Type goes with it unless headers name one',
      }),
    ),
    status_code: Type.Optional(
      Type.Union([status, Type.Array(status, { minItems: 1 })], { default: 200, description: 'the answers that are no failure' }),
    ),
    return_content: Type.Optional(Type.Boolean({ default: false, description: 'whether register keeps the body as content' })),
    url_username: Type.Optional(text('user of HTTP basic authentication', '^[^\\x00-\\x1f\\x7f:]*$')),
    url_password: Type.Optional(text('its password; it goes to the host on standard input only', line)),
    validate_certs: Type.Optional(Type.Boolean({ default: true, description: 'whether the certificate of the server is verified' })),
    ca_path: Type.Optional(hostPath('PEM file on the host with the authorities to trust; default: the store of the system')),
    client_cert: Type.Optional(hostPath('PEM file on the host with the certificate of the client')),
    client_key: Type.Optional(hostPath('PEM file on the host with its private key')),
    follow_redirects: Type.Optional(
      Type.Enum(['safe', 'none'], {
        default: 'safe',
        description: 'safe: those of GET and HEAD, at most 10; a request with a secret in it never follows one',
      }),
    ),
    timeout: Type.Optional(Type.Integer({ minimum: 1, maximum: 3600, default: 30, description: 'seconds for the whole request' })),
  },
  { additionalProperties: false, title: 'uri', description: 'a request over HTTP or HTTPS, sent by curl of the host' },
)

export type UriParams = Static<typeof schema>
