import { Type } from 'typebox'
import type { Text } from '../model/value.ts'

/** Parameters that several task types share. Only files named schema.ts see TypeBox: it takes long to load. */
export const hostPath = (description: string) => Type.String({ pattern: '^/[^\\x00-\\x1f]*$', description })

export const name = (description: string) => Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_][A-Za-z0-9_.@-]*[$]?$', description }))

export const owner = name('user it belongs to, by name or number; default: who it belongs to now, or the user that makes it')
export const group = name('group it belongs to; default: as it is now, or the first group of the user that makes it')

export const mode = (whenNew: string) =>
  Type.Optional(
    Type.String({
      pattern: '^0?[0-7]{3,4}$',
      description: `permission bits in quotes, as in '0640'; default: as they are, ${whenNew} for what is new`,
    }),
  )

/** A text that may hold secrets: rendering gives a Secret where it does. */
export const text = (description: string, pattern?: string) =>
  Type.Unsafe<Text>(Type.String({ ...(pattern === undefined ? {} : { pattern }), description }))
