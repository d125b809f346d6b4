import { type Static, Type } from 'typebox'

const scalar = Type.Union([Type.Boolean(), Type.Number(), Type.String()])
const setting = Type.Union([scalar, Type.Array(scalar)])
const name = (description: string) => Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_][A-Za-z0-9_.@-]*[$]?$', description }))

export const schema = Type.Object(
  {
    path: Type.Optional(
      Type.String({ pattern: '^/[^\\x00-\\x1f]*[^\\x00-\\x1f/]$', description: 'absolute path of the config file on the host' }),
    ),
    format: Type.Optional(
      Type.Enum(['toml', 'yaml', 'env'], {
        description:
          'how the file is written; default: told by its name (.conf of InfluxDB and Telegraf and .toml: toml, .yml and .yaml: yaml, below /etc/default and /etc/sysconfig: env)',
      }),
    ),
    at: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'table, item or mapping in which the paths of set and remove begin, as in outputs.influxdb_v2[urls=http://db:8086|https://db:8086]: the first whose key has one of the values',
      }),
    ),
    set: Type.Optional(
      Type.Record(Type.String({ minLength: 1 }), Type.Union([setting, Type.Record(Type.String({ minLength: 1 }), setting)]), {
        description:
          'settings by their dotted path, as in http.https-enabled; items of lists by number or by a key, as in scrape_configs[job_name=node].scheme; a map sets each of its keys below its path, and the others there stay',
      }),
    ),
    remove: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { description: 'dotted paths of settings that shall not be there' })),
    create: Type.Optional(Type.Boolean({ default: false, description: 'make the file when it is missing' })),
    owner: name('user the file belongs to; default: who it belongs to now'),
    group: name('group of the file'),
    mode: Type.Optional(
      Type.String({
        pattern: '^0?[0-7]{3,4}$',
        description: "permission bits in quotes, as in '0640'; default: as they are, 0644 for a new file",
      }),
    ),
    service: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9:_.@\\\\-]+$',
        description: 'unit whose command line gets the flags; where the flags live is found on the host',
      }),
    ),
    flags: Type.Optional(
      Type.Record(Type.String({ pattern: '^--?[A-Za-z0-9][A-Za-z0-9._-]*$' }), Type.Union([Type.Boolean(), Type.String(), Type.Number()]), {
        additionalProperties: false,
        description: 'flags of the command line with their dashes; true: there without a value, false: not there',
      }),
    ),
    env_var: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
        description: 'variable of the environment file that holds the flags; default: the one that ExecStart names',
      }),
    ),
  },
  {
    additionalProperties: false,
    title: 'config',
    description: 'edits settings of a config file, or flags of a service, in place: every other byte stays',
  },
)

export type ConfigParams = Static<typeof schema>
