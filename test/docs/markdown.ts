import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Every page a person reads: path below the root -> text. */
export function pages(): ReadonlyMap<string, string> {
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path))
  const roles = readdirSync(join(root, 'roles')).map((name) => join('roles', name, 'README.md'))
  return new Map(['README.md', ...docs, ...roles].map((path) => [path, readFileSync(join(root, path), 'utf8')]))
}

export interface Block {
  readonly language: string
  /** of the line of the fence, from 1 */
  readonly line: number
  readonly text: string
}

/** Fenced code, in order. */
export function blocksIn(text: string): readonly Block[] {
  const blocks: Block[] = []
  let open: { readonly language: string; readonly line: number; readonly lines: string[] } | undefined
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^\s*```(\S*)\s*$/.exec(line)
    if (fence === null) open?.lines.push(line)
    else if (open === undefined) open = { language: fence[1] ?? '', line: index + 1, lines: [] }
    else {
      blocks.push({ language: open.language, line: open.line, text: `${open.lines.join('\n')}\n` })
      open = undefined
    }
  }
  if (open !== undefined) throw new Error(`the code that begins on line ${open.line} never ends`)
  return blocks
}

/** Targets of links inside the tree, without their anchors. */
export function linksIn(text: string): readonly string[] {
  return [...text.replaceAll(/```[\s\S]*?```/g, '').matchAll(/\]\(([^)\s]+)\)/g)]
    .map((found) => (found[1] ?? '').split('#')[0] ?? '')
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
}
