import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Registry {
  /** what npm is told in npm_config_registry */
  readonly url: string
  publish(name: string, version: string, tarball: Uint8Array): void
  close(): Promise<void>
}

/** A registry of npm on a port of this machine, which serves what was published to it: the two documents that `npm pack` asks for. */
export async function startRegistry(): Promise<Registry> {
  const packages = new Map<string, Map<string, Uint8Array>>()
  let url = ''
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname).slice(1)
    const [name = '', file] = path.split('/-/')
    const versions = packages.get(name)
    const tarball = file === undefined ? undefined : versions?.get(file.replace(/\.tgz$/, ''))
    if (tarball !== undefined) return response.end(tarball)
    if (versions === undefined || file !== undefined) return response.writeHead(404).end('{}')
    const entries = [...versions].map(([version, bytes]) => [
      version,
      {
        ...{ name, version },
        dist: {
          tarball: `${url}${name}/-/${version}.tgz`,
          integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}`,
          shasum: createHash('sha1').update(bytes).digest('hex'),
        },
      },
    ])
    const latest = [...versions.keys()].at(-1)
    return response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ name, 'dist-tags': { latest }, versions: Object.fromEntries(entries) }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return {
    url,
    publish: (name, version, tarball) => {
      packages.set(name, new Map([...(packages.get(name) ?? []), [version, tarball]]))
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
