import type { Files } from '../../src/ports/ports.ts'

/** Files kept in memory: path -> text. `links` maps a path to where it leads. */
export function memoryFiles(texts: Readonly<Record<string, string | Uint8Array>>, links: Readonly<Record<string, string>> = {}): Files {
  const paths = Object.keys(texts)
  const isFolder = (path: string): boolean => paths.some((one) => one.startsWith(`${path}/`))
  return {
    read: (path) => {
      const text = texts[path]
      return typeof text === 'string' ? new TextEncoder().encode(text) : text
    },
    list: (path) =>
      isFolder(path)
        ? [
            ...new Set(paths.filter((one) => one.startsWith(`${path}/`)).map((one) => one.slice(path.length + 1).split('/')[0] ?? '')),
          ].sort()
        : undefined,
    kind: (path) => (texts[path] !== undefined ? 'file' : isFolder(path) ? 'directory' : undefined),
    ownKind: (path) => (links[path] !== undefined ? 'link' : texts[path] !== undefined ? 'file' : isFolder(path) ? 'directory' : undefined),
    realPath: (path) => links[path] ?? (texts[path] !== undefined || isFolder(path) ? path : undefined),
  }
}
