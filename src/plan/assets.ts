import { isAbsolute, join, relative } from 'node:path'
import { renderAsset } from '../compile/render-asset.ts'
import type { TaskNode } from '../compile/compiled-run.ts'
import type { Scope } from '../compile/scope.ts'
import type { Position, Problem } from '../model/problem.ts'
import type { AssetRequest } from '../model/task-type.ts'
import { revealText, Secret, type Text, Unknown } from '../model/value.ts'
import type { Files } from '../ports/ports.ts'

export type Asset = { readonly content: Text | Uint8Array | Unknown } | { readonly problem: Problem }

export interface AssetPlaces {
  readonly files: Files
  /** absolute; files are shown relative to it */
  readonly playbookFolder: string
  /** what an encrypted file holds; undefined when it is not encrypted */
  open(bytes: Uint8Array, what: string, at: Position): { readonly text: string } | { readonly problem: Problem } | undefined
}

/**
 * Reads a file a task asked for: a role's own folder first, then beside the playbook. What a role asks for must lie in one of
 * the two, links resolved: a role is somebody else's text and must not copy keys of the controller to hosts. A playbook is the
 * operator's own and may name any path.
 */
export function readAsset(request: AssetRequest, node: TaskNode, scope: Scope, places: AssetPlaces): Asset {
  const { files, playbookFolder } = places
  const roleFolder = node.role?.role.folder
  const candidates = isAbsolute(request.path)
    ? [request.path]
    : [
        ...(roleFolder === undefined ? [] : [join(roleFolder, request.kind, request.path)]),
        join(node.folder, request.kind, request.path),
        join(node.folder, request.path),
      ]
  const path = candidates.find((candidate) => files.kind(candidate) === 'file')
  const at = node.task.at
  if (path === undefined && request.optional === true) return { content: '' }
  if (path === undefined)
    return {
      problem: {
        code: 'FILE_MISSING',
        at,
        message: `${request.path} does not exist`,
        hint: `looked for ${candidates.map((candidate) => shown(candidate, playbookFolder)).join(', ')}`,
      },
    }
  const real = files.realPath(path)
  const allowed = [node.folder, ...(roleFolder === undefined ? [] : [roleFolder])].map((folder) => files.realPath(folder) ?? folder)
  if (roleFolder !== undefined && (real === undefined || !allowed.some((folder) => isInside(real, folder)))) {
    return {
      problem: {
        code: 'PATH_ESCAPE',
        at,
        message: `${request.path} leaves the folders of the role and of the playbook`,
        hint: 'put the file into the files/ or templates/ folder of the role',
      },
    }
  }
  const bytes = readable(files, path)
  if (typeof bytes === 'string')
    return {
      problem: {
        code: 'FILE_MISSING',
        at,
        message: `${request.path} cannot be read: ${bytes}`,
        hint: 'correct the path, or let yourself read it',
      },
    }
  const opened = request.decrypt === false ? undefined : places.open(bytes, request.path, at)
  if (opened !== undefined && 'problem' in opened) return opened
  if (!request.render) return { content: opened === undefined ? bytes : Secret.of(opened.text) }
  const file = shown(path, playbookFolder)
  const rendered = renderAsset(opened?.text ?? Buffer.from(bytes).toString('utf8'), file, scope)
  const [problem] = rendered.problems
  if (opened === undefined) return problem === undefined ? { content: rendered.text } : { problem }
  return problem === undefined ? { content: hidden(rendered.text) } : { problem: withoutWords(problem, file) }
}

/** All of a text that was encrypted is secret, whatever of it came from variables. */
function hidden(text: Text | Unknown): Secret | Unknown {
  return text instanceof Unknown ? text : Secret.of(revealText(text))
}

function withoutWords({ code, at }: Problem, file: string): Problem {
  const hint = `the file is encrypted, so its words are not shown\ntlsplay vault view ${file}`
  return { code, message: `the template ${file} cannot be rendered`, ...(at === undefined ? {} : { at }), hint }
}

/** The bytes, or why they cannot be read: no permission, a circle of links. */
function readable(files: Files, path: string): Uint8Array | string {
  try {
    return files.read(path) ?? 'it is gone'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way !== '' && !way.startsWith('..') && !isAbsolute(way)
}

function shown(path: string, folder: string): string {
  return isInside(path, folder) ? relative(folder, path) : path
}
