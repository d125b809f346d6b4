/** Source: letsencrypt.org/docs/acme-protocol-updates, the ACME v2 endpoint. */
export const letsEncrypt = 'https://acme-v02.api.letsencrypt.org/directory'

export const copyFormats = ['certificate', 'chain', 'fullchain', 'key', 'bundle', 'bundle-key-first', 'pkcs12'] as const
export type CopyFormat = (typeof copyFormats)[number]

const withKey: readonly CopyFormat[] = ['key', 'bundle', 'bundle-key-first', 'pkcs12']

export function holdsKey(format: CopyFormat): boolean {
  return withKey.includes(format)
}
