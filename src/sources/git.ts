import type { RoleTree } from '../lib/role-tree.ts'
import { TlsplayError } from '../model/problem.ts'
import { output } from './program.ts'
import { refused, RoleFiles } from './role-files.ts'

type Environment = Readonly<Record<string, string | undefined>>

export interface GitPlace {
  readonly url: string
  /** a tag, a branch or a commit; undefined: what the repository calls HEAD */
  readonly ref: string | undefined
}

export interface GitFound {
  readonly commit: string
  readonly tree: RoleTree
}

const isCommit = (ref: string): boolean => /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(ref)

/**
 * The files of one commit. Nothing is checked out: objects are read from a bare repository in `scratch` (an empty folder), so
 * neither hooks nor filters nor attributes of the repository have a say, and links are seen as what they are.
 * Throws TlsplayError ROLE_SOURCE, ROLE_ARCHIVE.
 */
export async function gitTree({ url, ref }: GitPlace, scratch: string, env: Environment): Promise<GitFound> {
  // the settings of the person (credentials, proxies) hold; those below could run something or wait for somebody
  const settings = [
    'core.hooksPath=/dev/null',
    'protocol.ext.allow=never',
    'core.fsmonitor=false',
    'fetch.recurseSubmodules=false',
    'gc.auto=0',
  ]
  const git = (words: readonly string[], input?: string): Promise<Uint8Array> =>
    output({
      argv: ['git', ...settings.flatMap((setting) => ['-c', setting]), ...words],
      ...{ cwd: scratch, env: { ...withoutRepository(env), GIT_TERMINAL_PROMPT: '0', GIT_DIR: scratch } },
      ...(input === undefined ? {} : { input }),
    })
  await git(['init', '--quiet', '--bare', '--template=', '.'])
  const fetch = (wanted: readonly string[]) => git(['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', ...wanted])
  const one = ['--depth=1', '--', url, ref ?? 'HEAD']
  try {
    await fetch(one)
  } catch (error) {
    // servers may refuse a commit that no name points at; with all names there it is found if any of them leads to it
    if (ref === undefined || !isCommit(ref)) throw error
    await fetch(['--', url, '+refs/*:refs/all/*'])
  }
  const wanted = ref !== undefined && isCommit(ref) ? ref : 'FETCH_HEAD'
  const commit = Buffer.from(await git(['rev-parse', '--verify', '--end-of-options', `${wanted}^{commit}`]))
    .toString()
    .trim()
  return { commit, tree: await filesOf(commit, url, git) }
}

/** Within a hook of git these lead to the repository that it runs for. */
function withoutRepository(env: Environment): Environment {
  const names = ['WORK_TREE', 'INDEX_FILE', 'OBJECT_DIRECTORY', 'ALTERNATE_OBJECT_DIRECTORIES', 'COMMON_DIR', 'NAMESPACE', 'PREFIX']
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.some((one) => name === `GIT_${one}`)))
}

type Git = (words: readonly string[], input?: string) => Promise<Uint8Array>

const kinds: Readonly<Record<string, string>> = { '120000': 'a symbolic link', '160000': 'another repository' }

async function filesOf(commit: string, source: string, git: Git): Promise<RoleTree> {
  const listing = decoded(await git(['ls-tree', '-r', '-z', '--long', commit]), source)
  const files = new RoleFiles(source)
  const wanted = listing.split('\0').flatMap((line) => {
    const [, mode = '', id = '', size = '', path = ''] = /^(\d+) \w+ ([0-9a-f]+) +(\d+|-)\t(.*)$/s.exec(line) ?? []
    if (line === '') return []
    files.announce(path, mode.startsWith('100') ? 'file' : 'other', Number(size), kinds[mode] ?? 'of a kind that is not known')
    return [{ id, path, size: Number(size) }]
  })
  const answer = await git(['cat-file', '--batch'], wanted.map(({ id }) => `${id}\n`).join(''))
  let at = 0
  for (const { path, size } of wanted) {
    // `<id> blob <size>`, a newline, the bytes, a newline
    const start = answer.indexOf(0x0a, at) + 1
    files.fill(path, answer.slice(start, start + size))
    at = start + size + 1
  }
  return files.tree()
}

function decoded(bytes: Uint8Array, source: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw refused(source, 'a name in it is not UTF-8')
  }
}

/** Throws TlsplayError ROLE_SOURCE for what git would take for an option or a program to run. */
export function checkGitPlace({ url, ref }: GitPlace): void {
  const wrong =
    url.startsWith('-') || /^[a-z0-9]+::/i.test(url) ? url : ref !== undefined && !/^[\w][\w./@+-]*$/.test(ref) ? ref : undefined
  if (wrong === undefined) return
  throw new TlsplayError([
    { code: 'ROLE_SOURCE', message: `${wrong} is no address or name of git`, hint: 'write git+https://HOST/PATH.git and a tag or commit' },
  ])
}
