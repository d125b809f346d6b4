import { type Static, Type } from 'typebox'
import { hostPath } from '../../lib/schema.ts'

export const schema = Type.Object(
  {
    host: Type.Optional(
      Type.String({ pattern: '^[A-Za-z0-9:.%_-]+$', default: '127.0.0.1', description: 'address the host dials; only with port' }),
    ),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535, description: 'TCP port to wait for' })),
    path: Type.Optional(hostPath('path to wait for')),
    state: Type.Optional(
      Type.Enum(['started', 'stopped', 'present', 'absent'], {
        description: 'of a port: started or stopped, of a path: present or absent. Default: started, present',
      }),
    ),
    timeout: Type.Optional(Type.Integer({ minimum: 1, maximum: 86400, default: 300, description: 'seconds to wait at most' })),
  },
  { additionalProperties: false, title: 'wait_for', description: 'waits until a port answers or is closed, or a path is there or gone' },
)

export type WaitForParams = Static<typeof schema>
