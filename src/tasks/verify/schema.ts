import { type Static, Type } from 'typebox'

const path = (description: string) => Type.String({ pattern: '^/[^\\x00-\\x1f]*[^\\x00-\\x1f/]$', description })

export const schema = Type.Object(
  {
    port: Type.Integer({ minimum: 1, maximum: 65535, description: 'TCP port of the service' }),
    address: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9.:_-]+$',
        default: '127.0.0.1',
        description: 'address by which the host itself dials the service',
      }),
    ),
    certificate: path('absolute path on the host of the certificate that must be served; its first certificate counts'),
    ca: Type.Optional(
      Type.String({
        pattern: '^(self|/.+)$',
        description:
          'what clients trust: a PEM file on the host, or `self` for the certificate itself; default: `self` when it is self-signed',
      }),
    ),
    issuer: Type.Optional(
      Type.Enum(['self', 'ca'], {
        description: 'as in generate, instead of `ca`: clients trust the certificate itself, or the authority beside the inventory',
      }),
    ),
    authority: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9][A-Za-z0-9_-]*$',
        description: 'name of the authority beside the inventory; counts unless issuer is self',
      }),
    ),
    names: Type.Array(Type.String({ minLength: 1, maxLength: 253 }), {
      minItems: 1,
      maxItems: 100,
      description: 'every name and address by which clients reach the service; the first one is sent as server name',
    }),
    http_path: Type.Optional(Type.String({ pattern: '^/[!-~]*$', description: 'path of a GET over TLS' })),
    http_status: Type.Optional(
      Type.Integer({ minimum: 100, maximum: 599, default: 200, description: 'status that the GET must be answered with' }),
    ),
    client_certificate: Type.Optional(
      Type.Union(
        [
          Type.Enum(['none', 'demanded']),
          Type.Object(
            {
              certificate: path('absolute path on the host of the certificate that the host shows'),
              private_key: path('its private key'),
            },
            { additionalProperties: false },
          ),
        ],
        {
          description:
            '`demanded`: whoever shows no client certificate must be turned away, which the GET of `http_path` proves; files on the host: the host shows them and must be answered, the controller shows none and must be turned away',
        },
      ),
    ),
    min_days: Type.Optional(Type.Integer({ minimum: 0, description: 'fail when the certificate is valid for fewer days than this' })),
    plain_http_refused: Type.Optional(
      Type.Boolean({ default: true, description: 'plain HTTP on the port must not be answered with a page' }),
    ),
    minimum_protocol: Type.Optional(
      Type.Enum(['TLSv1.2', 'TLSv1.3'], {
        default: 'TLSv1.2',
        description: 'clients that speak nothing newer than the protocol before this one must be refused',
      }),
    ),
    from: Type.Optional(
      Type.Array(Type.Enum(['host', 'controller']), {
        minItems: 1,
        maxItems: 2,
        uniqueItems: true,
        default: ['host', 'controller'],
        description: 'who dials: the host itself, the machine tlsplay runs on',
      }),
    ),
    controller_address: Type.Optional(
      Type.String({
        pattern: '^([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?$',
        description: 'host:port that the controller dials; default: the address tlsplay reaches the host by, and the port',
      }),
    ),
    timeout: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 600, default: 30, description: 'seconds to wait for the service after a change' }),
    ),
    unit: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9:_.@\\\\-]*$',
        description: 'unit whose last log lines are shown when the check fails; empty: none',
      }),
    ),
    log_file: Type.Optional(
      Type.String({
        pattern: '^(/[^\\x00-\\x1f]*[^\\x00-\\x1f/])?$',
        description: 'log file whose last lines are shown when the check fails; empty: none',
      }),
    ),
  },
  {
    additionalProperties: false,
    title: 'verify',
    description: 'what a service serves is the certificate intended, as the host and the controller see it',
  },
)

export type VerifyParams = Static<typeof schema>
