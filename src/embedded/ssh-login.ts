import { timingSafeEqual } from 'node:crypto'
import ssh2, { type AuthContext } from 'ssh2'

export interface SshUser {
  readonly name: string
  /** one line as in authorized_keys */
  readonly publicKey?: string
  readonly password?: string
}

export function isAllowed(context: AuthContext, users: readonly SshUser[]): boolean {
  const user = users.find(({ name }) => name === context.username)
  if (user === undefined) return false
  switch (context.method) {
    case 'publickey': {
      if (user.publicKey === undefined) return false
      const parsed = ssh2.utils.parseKey(user.publicKey)
      if (parsed instanceof Error) throw new Error(`the public key of ${user.name} cannot be read: ${parsed.message}`)
      const key = Array.isArray(parsed) ? parsed[0] : parsed
      if (key === undefined || context.key.algo !== key.type || !context.key.data.equals(key.getPublicSSH())) return false
      // Without a signature the client only asks whether this key would do.
      if (context.signature === undefined || context.blob === undefined) return true
      return key.verify(context.blob, context.signature, context.hashAlgo) === true
    }
    case 'password':
      return user.password !== undefined && same(context.password, user.password)
    default:
      return false
  }
}

function same(given: string, wanted: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(wanted)]
  return left.length === right.length && timingSafeEqual(left, right)
}
