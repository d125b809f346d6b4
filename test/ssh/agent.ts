import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import ssh2, { type ParsedKey } from 'ssh2'

export interface TestAgent {
  readonly socket: string
  readonly signed: () => number
  close(): Promise<void>
}

/** An ssh-agent of our own that holds these private keys. */
export async function startAgent(folder: string, privateKeys: readonly string[]): Promise<TestAgent> {
  const keys = privateKeys.map((text) => {
    const parsed = ssh2.utils.parseKey(text)
    if (parsed instanceof Error) throw parsed
    return (Array.isArray(parsed) ? parsed[0] : parsed) as ParsedKey
  })
  let signed = 0
  const server = createServer((client: Socket) => {
    const protocol = new ssh2.AgentProtocol(false)
    protocol.on('identities', (request) => protocol.getIdentitiesReply(request, keys))
    protocol.on('sign', (request, publicKey, data, options) => {
      const wanted = (publicKey as ParsedKey).getPublicSSH()
      const key = keys.find((each) => each.getPublicSSH().equals(wanted))
      if (key === undefined) return protocol.failureReply(request)
      signed += 1
      protocol.signReply(request, key.sign(data, options.hash))
    })
    client.on('error', () => undefined)
    client.pipe(protocol).pipe(client)
  })
  const socket = join(folder, 'agent')
  await new Promise<void>((resolve) => server.listen(socket, () => resolve()))
  return { socket, signed: () => signed, close: () => new Promise((resolve) => server.close(() => resolve())) }
}
