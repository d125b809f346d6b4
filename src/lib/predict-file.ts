import type { Answer, ContentFact, DigestFact, FileFact, Invalidation, Prediction } from '../model/fact.ts'
import { absent, contentLimitBytes } from '../model/fact.ts'
import { Secret, Unknown } from '../model/value.ts'
import type { Content } from './content.ts'
import { bytesOf, sha256Of } from './content.ts'
import type { Ownership } from './ownership.ts'
import { tidyPath } from './paths.ts'

export function regularFile(owned: Ownership, mode: number, size: number): FileFact {
  return { type: 'file', ...owned, mode, size, mtime: Number.POSITIVE_INFINITY, links: 1 }
}

export function directoryFact(owned: Ownership, mode: number): FileFact {
  return { type: 'directory', ...owned, mode, size: 0, mtime: Number.POSITIVE_INFINITY, links: 2 }
}

/**
 * What a host will answer of a path once it holds a file (or nothing, with fact and content absent).
 * `alias` is a symbolic link that leads to it: its content is the same, what lstat says of it stays.
 */
export function predictFile(
  path: string,
  fact: Answer<FileFact>,
  content: Content | Answer<ContentFact>,
  alias?: string,
): readonly Prediction[] {
  const { held, digest } = contentFacts(content)
  const paths = alias === undefined || tidyPath(alias) === tidyPath(path) ? [tidyPath(path)] : [tidyPath(path), tidyPath(alias)]
  return [
    { kind: 'file', target: { path: tidyPath(path) }, fact },
    ...paths.flatMap((at): Prediction[] => [
      { kind: 'content', target: { path: at }, fact: held },
      { kind: 'digest', target: { path: at }, fact: digest },
    ]),
  ]
}

/** A file that is as wanted, of which only a task knows where the secrets in it stand. */
export function predictSecret({ path, named }: { readonly path: string; readonly named: string }, text: Secret): readonly Prediction[] {
  const fact: ContentFact = { bytes: bytesOf(text), secret: text }
  return [...new Set([tidyPath(path), tidyPath(named)])].map((at) => ({ kind: 'content', target: { path: at }, fact }))
}

/** What was known of a file as certificate or key no longer holds once it is written. */
export function forgetDecoded(paths: readonly string[], why: string): readonly Invalidation[] {
  const gone = new Set(paths.map(tidyPath))
  const where = (target: { readonly path: string }) => gone.has(tidyPath(target.path))
  return [
    { kind: 'certificate', why, where },
    { kind: 'key', why, where },
  ]
}

function contentFacts(content: Content | Answer<ContentFact>): { readonly held: Answer<ContentFact>; readonly digest: Answer<DigestFact> } {
  if (content instanceof Unknown) return { held: content, digest: content }
  if (isFact(content)) return 'kind' in content ? { held: absent, digest: absent } : contentFacts(content.secret ?? content.bytes)
  const bytes = bytesOf(content)
  const held =
    bytes.length > contentLimitBytes
      ? new Unknown(`larger than ${contentLimitBytes / 1024 / 1024} MiB`)
      : { bytes, ...(content instanceof Secret ? { secret: content } : {}) }
  return { held, digest: { sha256: sha256Of(bytes) } }
}

function isFact(content: Content | Answer<ContentFact>): content is ContentFact | typeof absent {
  return typeof content === 'object' && ('bytes' in content || 'kind' in content)
}
