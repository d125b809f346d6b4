import type { ConnectionTarget } from '../ports/channel.ts'
import { becomeUserPattern, searchPathPattern } from './bootstrap.ts'
import { failure, quoted } from './failure.ts'
import type { TransportOptions } from './options.ts'

/** A name or address, with an optional IPv6 zone; none of it can be an option or mean something to a shell. */
const addressPattern = /^[A-Za-z0-9_:][A-Za-z0-9_.:-]{0,252}(%[A-Za-z0-9_.-]{1,32})?$/
const userPattern = /^[^\s\p{C}"'`$;&|<>()*?!{}[\]#~-][^\s\p{C}"'`$;&|<>()*?!{}[\]#~]{0,127}$/u

/** The last check before words go to the wire; names were checked with their place when they were read. */
export function checkTarget(target: ConnectionTarget, options: TransportOptions): void {
  if (target.transport !== 'local' && !addressPattern.test(target.address)) {
    throw failure(target, 'HOST_NAME_INVALID', `${quoted(target.address)} cannot be an address`, 'write a host name or an IP address')
  }
  if (target.transport !== 'local' && !userPattern.test(target.user))
    throw failure(target, 'VALUE_INVALID', `${quoted(target.user)} cannot be the name of a user`)
  if (!Number.isInteger(target.port) || target.port < 1 || target.port > 65535)
    throw failure(target, 'VALUE_INVALID', `${target.port} is no port`)
  if (target.become !== undefined && !becomeUserPattern.test(target.become.user)) {
    throw failure(target, 'VALUE_INVALID', `${quoted(target.become.user)} cannot be the name of a user to become`)
  }
  if (target.become?.password !== undefined && /[\0\n]/.test(target.become.password.reveal())) {
    throw failure(target, 'VALUE_INVALID', 'the password for sudo has a line break, which sudo cannot read')
  }
  if (options.searchPath !== undefined && !searchPathPattern.test(options.searchPath))
    throw new Error('a search path holds folders and colons only')
}
