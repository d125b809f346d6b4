import { type Static, Type } from 'typebox'
import { text } from '../../lib/schema.ts'

const time = (unit: string) => Type.Optional(Type.Number({ minimum: 0, maximum: 86400, description: `how long, in ${unit}` }))

export const schema = Type.Object(
  {
    seconds: time('seconds'),
    minutes: time('minutes'),
    prompt: Type.Optional(text('what a person is asked; with seconds or minutes only shown. Default: to press Enter', '^[^\\x00]*$')),
    echo: Type.Optional(Type.Boolean({ default: true, description: 'whether what is typed is shown; without, the answer is a secret' })),
  },
  { additionalProperties: false, title: 'pause', description: 'lets time pass, or asks a person, once for all hosts of a batch' },
)

export type PauseParams = Static<typeof schema>
