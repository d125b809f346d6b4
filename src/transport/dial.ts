import { connect, isIP, type Socket } from 'node:net'
import type { TlsplayError } from '../model/problem.ts'
import type { ConnectionTarget } from '../ports/channel.ts'
import { failure } from './failure.ts'

/** Opens the TCP connection; `dropped` when it was reset at once, as a server with too many of them may do. Throws TlsplayError HOST_UNREACHABLE with what can be done about it. */
export function dial(target: ConnectionTarget): Promise<Socket | 'dropped'> {
  return new Promise((resolve, reject) => {
    // Node gives each of several addresses 250 ms by default, less than a slow line needs for one round trip.
    const socket = connect({ host: target.address, port: target.port, noDelay: true, autoSelectFamilyAttemptTimeout: 2000 })
    // Of an address nobody asks a resolver, and no event tells of it.
    let hasAddress = isIP(target.address) !== 0
    socket.once('lookup', () => {
      hasAddress = true
    })
    const timer = setTimeout(() => {
      socket.destroy()
      reject(unreachable(target, hasAddress ? 'ETIMEDOUT' : 'EAI_AGAIN', undefined))
    }, target.connectTimeoutSeconds * 1000)
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.removeAllListeners('error')
      // Until ssh2 listens a reset is no error of the process; whoever takes the socket sees that it is destroyed.
      socket.on('error', () => undefined)
      resolve(socket)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer)
      socket.destroy()
      if (error.code === 'ECONNRESET') resolve('dropped')
      else reject(unreachable(target, error.code ?? error.message, error))
    })
  })
}

function unreachable(target: ConnectionTarget, code: string, cause: unknown): TlsplayError {
  const where = `${target.address} port ${target.port}`
  const say = (message: string, hint: string): TlsplayError => failure(target, 'HOST_UNREACHABLE', message, hint, cause)
  switch (code) {
    case 'ECONNREFUSED':
      return say(`${where} refuses connections`, 'is sshd running there, and is this its port?')
    case 'ENOTFOUND':
      return say(`the name ${target.address} has no address`, 'correct the name, or set ansible_host to an address')
    case 'EAI_AGAIN':
      return say(`the name server did not answer for ${target.address}`, 'check the name server of this machine')
    case 'ETIMEDOUT':
      return say(
        `${where} did not answer in ${target.connectTimeoutSeconds} s`,
        'is the host up, and does a firewall drop packets to this port?',
      )
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return say(`there is no route to ${target.address}`, 'is this machine in the right network or VPN?')
    default:
      return say(`cannot connect to ${where}: ${code}`, 'check the address and the network')
  }
}
