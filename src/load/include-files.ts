import { basename, dirname, isAbsolute, join } from 'node:path'
import type { Located } from '../model/playbook.ts'
import { isTemplate } from './plain.ts'
import type { Reader } from './reader.ts'

/** A template that could mean more files than this is more likely a slip than a choice. */
const fittingLimit = 200

/**
 * Absolute paths of the files that a name can mean, which a template may leave open: then every file of the
 * first folder counts that has one that fits.
 */
export function filesNamed({ value, at }: Located<string>, folders: readonly string[], reader: Reader): readonly string[] {
  const { files, problems } = reader
  if (!isTemplate(value)) {
    const path = (isAbsolute(value) ? [value] : folders.map((folder) => join(folder, value))).find((one) => files.kind(one) === 'file')
    return path === undefined ? [] : [path]
  }
  const fits = patternOf(basename(value))
  const inFolder = isTemplate(dirname(value)) ? undefined : dirname(value)
  if (inFolder === undefined || /\}\}[^/]*\/|\{\{[^}]*\//.test(value)) {
    problems.push({
      code: 'NOT_SUPPORTED',
      message: 'a template may stand in the name of a file, not in that of its folder',
      at,
      hint: 'put the files into one folder, and name it',
    })
    return []
  }
  const searched = [...new Set(folders.map((folder) => (isAbsolute(value) ? inFolder : join(folder, inFolder))))]
  const found = searched.map((folder) =>
    (files.list(folder) ?? [])
      .filter((name) => fits.test(name))
      .map((name) => join(folder, name))
      .filter((path) => files.kind(path) === 'file'),
  )
  // What lies in a later folder is of another kind: beside vars/ of a role stand its tasks.
  const paths = found.find((some) => some.length > 0) ?? []
  if (paths.length <= fittingLimit) return paths
  problems.push({
    code: 'NOT_SUPPORTED',
    message: `${value} can mean ${paths.length} files, at most ${fittingLimit} are read`,
    at,
    hint: 'give the files a common beginning, and write it before the template',
  })
  return []
}

/** Only YAML: what else lies in the folder is no file of tasks or variables. */
function patternOf(name: string): RegExp {
  const literal = name.split(/\{\{.*?\}\}/).map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  return new RegExp(`^(?=.*\\.(?:ya?ml|json)$)(?!\\.)${literal.join('.*')}$`)
}
