import { TlsplayError } from '../model/problem.ts'
import { archiveLimitBytes } from './archive.ts'

const longestSeconds = 120

/** The bytes at an address. Over https only: whoever can change them on the way would be locked in. Throws TlsplayError ROLE_SOURCE. */
export async function download(url: string): Promise<Uint8Array> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(longestSeconds * 1000) })
    if (!response.ok) throw new Error(`the server answered ${response.status}`)
    if (!response.url.startsWith('https:')) throw new Error('the server leads to an address without TLS')
    const parts: Uint8Array[] = []
    let size = 0
    for await (const part of response.body ?? []) {
      size += part.length
      if (size > archiveLimitBytes) throw new Error(`it is larger than ${archiveLimitBytes} bytes`)
      parts.push(part)
    }
    return Buffer.concat(parts)
  } catch (error) {
    const { message, cause } = error as Error
    const why = cause instanceof Error ? cause.message : message
    throw new TlsplayError(
      [
        {
          code: 'ROLE_SOURCE',
          message: `${url} cannot be fetched: ${why}`,
          hint: 'correct the address, or look at the network and its proxy',
        },
      ],
      { cause: error },
    )
  }
}
