import { createHash } from 'node:crypto'
import { encodeBase64, hashSync } from 'bcryptjs'
import { FunctionError } from './function-types.ts'

/** What Go's bcrypt package takes when nobody asks for more, so what exporter-toolkit was measured with (bcrypt.DefaultCost). */
const defaultCost = 10
/** Beyond it one login takes a service seconds; bcrypt itself knows no cost below 4. */
const costs = { least: 4, most: 15 }
/** bcrypt leaves out what comes behind, and newer Go refuses it (golang.org/x/crypto/bcrypt, ErrPasswordTooLong). */
const mostBytes = 72

/** A hash costs a tenth of a second, and a template is rendered again whenever a host is looked at. */
const made = new Map<string, string>()

/**
 * The bcrypt hash of a password, as `basic_auth_users` of a web config holds it. The salt is made of `seed`: a salt made anew each
 * time would change the file with every run. Throws FunctionError, which never quotes the password.
 */
export function passwordHash(password: string, seed: string, cost: number = defaultCost): string {
  if (password === '') throw new FunctionError('the password is empty')
  if (password.includes('\0')) throw new FunctionError('the password holds a NUL byte, where bcrypt would end it')
  if (Buffer.byteLength(password) > mostBytes)
    throw new FunctionError(`the password has more than the ${mostBytes} bytes that bcrypt reads`)
  if (seed === '' || seed === password)
    throw new FunctionError(
      seed === '' ? 'the seed of the salt is empty' : 'the seed of the salt is the password itself, and the salt stands in the hash',
      'name what the hash is for, as inventory_hostname',
    )
  if (cost < costs.least || cost > costs.most) throw new FunctionError(`the cost must be from ${costs.least} to ${costs.most}`)
  const key = JSON.stringify([password, seed, cost])
  const before = made.get(key)
  if (before !== undefined) return before
  const salt = createHash('sha256').update(seed, 'utf8').digest().subarray(0, 16)
  const hash = hashSync(password, `$2b$${String(cost).padStart(2, '0')}$${encodeBase64(salt, salt.length)}`)
  made.set(key, hash)
  return hash
}
