import { type Static, Type } from 'typebox'
import { productNames } from '../../services/product.ts'

const path = (description: string) => Type.String({ pattern: '^/[^\\x00-\\x1f]*[^\\x00-\\x1f/]$', description })

export const schema = Type.Object(
  {
    name: Type.String({
      pattern: '^[A-Za-z0-9:_.@\\\\-]+$',
      description: 'unit of systemd, or a name for the process when `command` is given',
    }),
    product: Type.Optional(
      Type.Enum([...productNames], {
        description:
          'what the service is; default: told by its binary. Decides which version takes over a certificate how, and which keys it accepts',
      }),
    ),
    state: Type.Optional(
      Type.Enum(['started', 'stopped', 'restarted', 'reloaded', 'applied'], {
        default: 'started',
        description: 'applied: started, restarted or told to read again when settings or certificate need it, and only then',
      }),
    ),
    enabled: Type.Optional(Type.Boolean({ description: 'whether it starts with the host' })),
    reads: Type.Optional(
      Type.Array(path('absolute path'), {
        description:
          'files the service must be able to read as its own user, through every folder and its sandbox; checked before the first change',
      }),
    ),
    settings_files: Type.Optional(
      Type.Array(path('absolute path'), { description: 'files it reads at start only: a change newer than the process needs a restart' }),
    ),
    serves: Type.Optional(
      Type.Object(
        {
          port: Type.Integer({ minimum: 1, maximum: 65535, description: 'port on which it shall serve TLS' }),
          address: Type.Optional(
            Type.String({ default: '127.0.0.1', pattern: '^[A-Za-z0-9:._-]+$', description: 'address by which the host reaches itself' }),
          ),
          certificate: path('certificate file that it serves'),
          key: Type.Optional(path('its private key; the mode is checked against what the version accepts')),
          name: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9:._-]+$', description: 'name sent in the handshake' })),
        },
        { additionalProperties: false, description: 'what it serves' },
      ),
    ),
    command: Type.Optional(
      Type.Object(
        {
          start: Type.String({
            minLength: 1,
            pattern: '^[^\\x00\\n\\r]+$',
            description: 'command line of the process: a program and its words, no shell syntax',
          }),
          exe: path('absolute path of the program, by which running processes are found'),
          user: Type.Optional(
            Type.String({
              pattern: '^[A-Za-z0-9_][A-Za-z0-9_.@-]*[$]?$',
              description: 'user it runs as; default: the user the task acts as',
            }),
          ),
          log_file: path('file its output is added to'),
          stop_signal: Type.Optional(Type.Enum(['TERM', 'INT', 'QUIT', 'HUP'], { default: 'TERM', description: 'signal that ends it' })),
        },
        { additionalProperties: false, description: 'a process without a unit' },
      ),
    ),
    stable_for: Type.Optional(Type.Number({ minimum: 0, maximum: 300, default: 1, description: 'seconds it must stay up after a start' })),
    timeout: Type.Optional(
      Type.Number({ minimum: 1, maximum: 3600, default: 30, description: 'seconds it may take to come up and to listen' }),
    ),
  },
  {
    additionalProperties: false,
    title: 'service',
    description: 'a service in the wanted state, restarted only when something it loads has changed',
  },
)

export type ServiceParams = Static<typeof schema>
